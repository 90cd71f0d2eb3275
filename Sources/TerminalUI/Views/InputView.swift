/// The line that is being written, or the text that is searched for.
enum InputView {
    static func prompt(of model: ChatModel) -> String {
        model.find == nil ? CellWidth.cut(model.title(of: model.window), to: 20) + "> " : "find: "
    }

    /// The rows of the text and where the cursor stands in them.
    static func place(_ line: InputLine, width: Int) -> (rows: [String], cursor: Point) {
        var (rows, used, cursor) = ([""], 0, Point(row: 0, column: 0))
        for (index, character) in line.characters.enumerated() {
            if index == line.cursor { cursor = Point(row: rows.count - 1, column: used) }
            if character.isNewline {
                rows.append("")
                used = 0
                continue
            }
            let columns = CellWidth.shown(character).width
            if used + columns > width {
                rows.append("")
                used = 0
                if index == line.cursor { cursor = Point(row: rows.count - 1, column: 0) }
            }
            rows[rows.count - 1].append(character)
            used += columns
        }
        if line.cursor == line.characters.count {
            if used >= width {
                rows.append("")
                used = 0
            }
            cursor = Point(row: rows.count - 1, column: used)
        }
        return (rows, cursor)
    }

    static func rows(of model: ChatModel) -> [String] {
        let width = model.size.columns - CellWidth.of(prompt(of: model)) - 1
        return place(model.find ?? model.window.input, width: max(8, width)).rows
    }

    static func draw(_ model: ChatModel, _ layout: ScreenLayout, on canvas: inout Canvas) {
        let prompt = prompt(of: model)
        let left = CellWidth.of(prompt)
        let (rows, cursor) = place(model.find ?? model.window.input, width: max(8, model.size.columns - left - 1))
        canvas.write(prompt, layout.input, 0, .bold)
        let first = max(0, cursor.row - layout.inputRows + 1)
        for (index, row) in rows[first...].prefix(layout.inputRows).enumerated() {
            canvas.write(row, layout.input + index, left)
        }
        canvas.cursor = Point(row: layout.input + cursor.row - first, column: left + cursor.column)
        if model.find != nil {
            let count = model.matches.count
            let text = count == 1 ? "1 match" : "\(count) matches"
            canvas.write(text, layout.input, model.size.columns - text.count - 1, .dim)
        }
    }
}
