/// A frame over the chat with a title and the keys that work in it.
struct PopupBox {
    let top: Int
    let left: Int
    let width: Int
    let height: Int

    /// As wide as 80 columns need; on narrow screens all of it.
    static func width(_ size: Size) -> Int { min(size.columns, 80) }
    /// How many rows fit into a frame.
    static func rows(_ size: Size) -> Int { size.rows - 4 }

    /// An empty row between parts, where there is room for it.
    static func gap(_ size: Size) -> [[Span]] { rows(size) < 12 ? [] : [[]] }

    /// Draws the frame with its rows; rows that do not fit are left out.
    @discardableResult
    static func draw(
        _ title: String, _ lines: [[Span]], footer: String, size: Size, on canvas: inout Canvas
    ) -> PopupBox {
        let width = Self.width(size)
        let height = min(lines.count, rows(size)) + 2
        let box = PopupBox(
            top: max(1, (size.rows - height - 2) / 2), left: (size.columns - width) / 2, width: width, height: height)
        box.drawFrame(title, footer, on: &canvas)
        for (index, line) in lines.prefix(height - 2).enumerated() {
            var column = box.left + 2
            for span in line {
                column = canvas.write(span.text, box.top + 1 + index, column, span.style, end: box.right - 1)
            }
        }
        canvas.cursor = nil
        return box
    }

    var right: Int { left + width }
    var bottom: Int { top + height - 1 }

    private func drawFrame(_ title: String, _ footer: String, on canvas: inout Canvas) {
        for (row, text, corners) in [(top, title, ("┌", "┐")), (bottom, footer, ("└", "┘"))] {
            canvas.fill(row, from: left, to: right, with: "─")
            canvas.write(corners.0, row, left)
            canvas.write(corners.1, row, right - 1)
            canvas.write(
                " \(CellWidth.cut(text, to: width - 6)) ", row, left + 2, row == top ? .bold : .plain, end: right - 2)
        }
        for row in top + 1..<bottom {
            canvas.fill(row, from: left, to: right)
            canvas.write("│", row, left)
            canvas.write("│", row, right - 1)
        }
    }
}

extension [Span] {
    static func text(_ text: String, _ style: Style = .plain) -> [Span] { [Span(text: text, style: style)] }

    /// A long sentence as several rows.
    static func wrapped(_ text: String, _ width: Int, _ style: Style = .plain) -> [[Span]] {
        WordWrap.rows(text, width: width).map { .text($0, style) }
    }
}
