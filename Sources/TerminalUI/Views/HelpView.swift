internal import ChatKit

/// Commands and keys, or one command.
enum HelpView {
    static func draw(about topic: String?, scroll: Int, _ model: ChatModel, on canvas: inout Canvas) {
        let rows = rows(about: topic, keys: model.keys, width: PopupBox.width(model.size) - 4)
        let room = PopupBox.rows(model.size)
        let footer =
            rows.count > room
            ? "PgUp/PgDn \(scroll + 1)-\(min(rows.count, scroll + room)) of \(rows.count)  Esc close" : "Esc close"
        PopupBox.draw(
            topic.map { "Help: /\($0)" } ?? "Help (F1, Ctrl+H, /help COMMAND)", Array(rows.dropFirst(scroll)),
            footer: footer,
            size: model.size, on: &canvas)
    }

    /// The original's commands come first, so that they are on the first page of the smallest usual screen.
    private static let order: [HelpTopic] = [.dm, .invite, .revoke, .members, .me, .help, .quit]

    static func rows(about topic: String?, keys: KeyMap, width: Int) -> [[Span]] {
        if let topic = topic.flatMap(HelpTopic.init(rawValue:)) {
            return HelpTopic.text(topic).flatMap { [Span].wrapped($0.drop { $0 == " " }.description, width) }
        }
        let topics = order + HelpTopic.allCases.filter { !order.contains($0) }
        var rows: [[Span]] = [pair("Type + Enter", "a message to all (//text sends /text)", width)].flatMap { $0 }
        rows += topics.flatMap { pair($0.usage, $0.summary, width) }
        rows += [[]]
        rows += keys.bindings.flatMap { binding in
            pair(binding.keys.map(\.description).joined(separator: ", "), binding.summary, width)
        }
        return rows
    }

    /// Left and right, the right one in as many rows as it needs.
    private static func pair(_ left: String, _ right: String, _ width: Int) -> [[Span]] {
        let column = width < 50 ? 16 : 26
        guard CellWidth.of(left) < column else {
            return [.text(CellWidth.cut(left, to: width), .bold)] + rightRows(right, column, width)
        }
        var rows = rightRows(right, column, width)
        rows[0][0] = Span(text: CellWidth.fit(left, column), style: .bold)
        return rows
    }

    private static func rightRows(_ text: String, _ column: Int, _ width: Int) -> [[Span]] {
        WordWrap.rows(text, width: width - column).map { row in
            [Span(text: String(repeating: " ", count: column)), Span(text: row)]
        }
    }
}
