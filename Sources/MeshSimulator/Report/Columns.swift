/// Rows of text under each other.
package enum Columns {
    package enum Alignment: Sendable { case left, right }

    /// Each column is as wide as its widest cell, two spaces apart; no line ends in spaces.
    package static func lines(_ rows: [[String]], alignments: [Alignment], indent: Int = 0) -> [String] {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.count)
            }
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                switch column < alignments.count ? alignments[column] : .left {
                case .left: Text.left(cell, widths[column])
                case .right: Text.right(cell, widths[column])
                }
            }
            var line = String(repeating: " ", count: indent) + cells.joined(separator: "  ")
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }
    }
}
