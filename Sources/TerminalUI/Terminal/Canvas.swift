package struct Size: Hashable, Sendable {
    package var rows: Int
    package var columns: Int
    package init(rows: Int, columns: Int) { (self.rows, self.columns) = (rows, columns) }
}

package struct Point: Hashable, Sendable {
    package var row: Int
    package var column: Int
    package init(row: Int, column: Int) { (self.row, self.column) = (row, column) }
}

/// One place on the screen. A wide character takes the cell where it begins and an empty one behind it.
package struct Cell: Hashable, Sendable {
    package var text: String
    package var style: Style
    /// The address that opens with a click.
    package var link: String?
    static let blank = Cell(text: " ", style: .plain)
}

/// What views draw on. Whatever they write stays inside: text is cut at the edge and never wraps by itself.
package struct Canvas: Equatable, Sendable {
    package let size: Size
    private(set) package var rows: [[Cell]]
    /// Where the cursor stands; nil hides it.
    package var cursor: Point?

    package init(_ size: Size) {
        self.size = size
        rows = Array(repeating: Array(repeating: .blank, count: size.columns), count: size.rows)
    }

    /// Writes `text` from a place on, up to column `end`; returns the column behind it.
    @discardableResult
    package mutating func write(
        _ text: String, _ row: Int, _ column: Int, _ style: Style = .plain, end: Int = .max, link: String? = nil
    ) -> Int {
        let end = min(end, size.columns)
        guard rows.indices.contains(row), column >= 0 else { return column }
        var column = column
        for character in text {
            let (shown, width) = CellWidth.shown(character)
            guard column + width <= end else {
                // Half of a wide character cannot be shown.
                if column < end { put(.init(text: " ", style: style), row, column) }
                return end
            }
            put(Cell(text: shown, style: style, link: link), row, column)
            for extra in 1..<max(1, width) { put(Cell(text: "", style: style, link: link), row, column + extra) }
            column += width
        }
        return column
    }

    /// A cell that covers half of a wide character takes the other half away.
    private mutating func put(_ cell: Cell, _ row: Int, _ column: Int) {
        if rows[row][column].text.isEmpty, column > 0 {
            rows[row][column - 1].text = " "
        }
        if column + 1 < size.columns, rows[row][column + 1].text.isEmpty { rows[row][column + 1].text = " " }
        rows[row][column] = cell
    }

    package mutating func fill(
        _ row: Int, from column: Int = 0, to end: Int = .max, with text: Character = " ", _ style: Style = .plain
    ) {
        let end = min(end, size.columns)
        guard column < end else { return }
        write(String(repeating: text, count: end - column), row, column, style)
    }

    /// For terminals that show no Unicode: our own signs have twins, everything else becomes a question mark.
    package var asASCII: Canvas {
        var result = self
        for row in rows.indices {
            for column in rows[row].indices {
                let text = rows[row][column].text
                // The second half of a wide character whose first half is now one question mark.
                result.rows[row][column].text = text.isEmpty ? "?" : Self.ascii(text)
            }
        }
        return result
    }

    static func ascii(_ text: String) -> String {
        String(text.map { $0.isASCII ? $0 : twins[$0] ?? "?" })
    }

    private static let twins: [Character: Character] = [
        "│": "|", "─": "-", "┌": "+", "┐": "+", "└": "+", "┘": "+", "├": "+", "┤": "+", "┬": "+", "┴": "+", "┼": "+",
        "═": "=", "║": "|", "●": "*", "○": "o", "◌": "-", "✓": "v", "✗": "x", "·": ".", "…": "~", "→": ">", "⟨": "<",
        "⟩": ">", "█": "#", "▀": "^", "▄": "_", "╳": "x",
    ]

    /// The rows as text, without spaces at their ends: what golden screens hold.
    package var text: String {
        rows.map { row in
            var line = row.map(\.text).joined()
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n") + "\n"
    }
}
