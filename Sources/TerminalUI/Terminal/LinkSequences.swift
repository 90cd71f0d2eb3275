/// Tells a terminal which cells are links (OSC 8), which curses cannot. The cells are written once more where they stand,
/// with cursor and attributes saved around it, so what curses knows of the screen stays true.
package enum LinkSequences {
    /// Terminals cut longer ones off themselves.
    private static let longest = 2_000

    /// Empty when no cell is one.
    package static func bytes(for rows: [(number: Int, cells: [Cell])]) -> [UInt8] {
        let text = rows.map { row in runs(in: row.cells).map { sequence($0, row.number) }.joined() }.joined()
        return text.isEmpty ? [] : Array("\u{1B}7\(text)\u{1B}[0m\u{1B}8".utf8)
    }

    private struct Run {
        let column: Int
        let target: String
        var text: String
    }

    private static func runs(in cells: [Cell]) -> [Run] {
        var runs: [Run] = []
        var isInside = false
        for (column, cell) in cells.enumerated() {
            guard let target = cell.link, target.utf8.count <= longest else {
                isInside = false
                continue
            }
            if isInside, runs[runs.count - 1].target == target {
                runs[runs.count - 1].text += cell.text
            } else {
                runs.append(Run(column: column, target: target, text: cell.text))
            }
            isInside = true
        }
        return runs
    }

    private static func sequence(_ run: Run, _ row: Int) -> String {
        let target = address(run.target)
        // Pieces with the same id light up together.
        return "\u{1B}[\(row + 1);\(run.column + 1)H\u{1B}[0;4m\u{1B}]8;id=\(id(target));\(target)\u{1B}\\\(run.text)"
            + "\u{1B}]8;;\u{1B}\\"
    }

    /// Only what may stand in an address (RFC 3986); all else by its bytes.
    private static func address(_ text: String) -> String {
        text.utf8.map { byte in
            (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "\"")
                ? String(Unicode.Scalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    /// FNV-1a.
    private static func id(_ text: String) -> UInt32 {
        text.utf8.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
    }
}
