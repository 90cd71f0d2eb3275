internal import CQREncode
internal import ChatKit
package import MeshCore

/// A key as a picture that a camera reads: `MESH:` and 64 capital hex digits, which QR's alphanumeric mode (ISO/IEC
/// 18004) packs into version 3, 29 modules a side. Small letters would need version 5 and seven more.
package struct QRCode: Equatable, Sendable {
    /// Modules of light around the code; the standard wants 4, readers are content with 2, and a screen of 24 rows has no
    /// more.
    private static let margin = 2
    /// Version 40, the largest.
    private static let largest = 177

    let width: Int
    /// Row by row, true for dark.
    private let modules: [Bool]

    /// Nil when there is no memory for it.
    package init?(_ key: NodeID) { self.init(text: MemberLookup.scanPrefix + key.hex.uppercased()) }

    private init?(text: String) {
        var side = 0
        // Reason for unsafe: the C function writes at most as many bytes as the array has.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.largest * Self.largest) { buffer, initialized in
            side = Int(unsafe mesh_qr_encode(text, buffer.baseAddress, buffer.count))
            initialized = side * side
        }
        guard side > 0 else { return nil }
        (width, modules) = (side, bytes.map { $0 == 1 })
    }

    /// Columns and rows of the picture: a character is one module wide and two high.
    package var size: Size { Size(rows: (width + 2 * Self.margin + 1) / 2, columns: width + 2 * Self.margin) }

    /// The picture in half blocks, to be drawn dark on light; inverted for a screen that shows light on dark.
    package func rows(isInverted: Bool) -> [String] {
        (0..<size.rows).map { row in
            String(
                (0..<size.columns).map { column in
                    let upper = isDark(2 * row, column) != isInverted
                    let lower = isDark(2 * row + 1, column) != isInverted
                    return upper ? (lower ? "█" : "▀") : (lower ? "▄" : " ")
                })
        }
    }

    private func isDark(_ row: Int, _ column: Int) -> Bool {
        let (row, column) = (row - Self.margin, column - Self.margin)
        guard (0..<width).contains(row), (0..<width).contains(column) else { return false }
        return modules[row * width + column]
    }
}
