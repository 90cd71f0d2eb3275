internal import MeshCore

/// Contents are padded to a power of two before they are sealed, so that a row's length says little. The form is that
/// of ``Padding``: u32 length, content, zeros.
enum RowPadding {
    /// Nil when the content is larger than any that is stored.
    static func pad(_ content: [UInt8], smallest: Int) -> [UInt8]? {
        Padding.pad(content, smallest: smallest, largest: StoreLimits.content)
    }

    /// Nil when the length does not fit. The zeros are not looked at: the bytes come from behind an authentication
    /// tag.
    static func unpad(_ padded: [UInt8]) -> [UInt8]? {
        var reader = WireReader(padded)
        guard let count = try? reader.read(UInt32.self) else { return nil }
        return try? reader.readRaw(Int(count))
    }
}
