internal import ChatKit

/// Commands and keys, or one command.
enum HelpView {
    static func draw(_ page: HelpPage, scroll: Int, _ model: ChatModel, on canvas: inout Canvas) {
        let rows = rows(page, model, width: PopupBox.width(model.size) - 4)
        let room = PopupBox.rows(model.size)
        let footer =
            rows.count > room
            ? "PgUp/PgDn \(scroll + 1)-\(min(rows.count, scroll + room)) of \(rows.count)  Esc close" : "Esc close"
        let title =
            switch page {
            case .all: "Help (F1, Ctrl+H, /help COMMAND)"
            case .command(let topic): "Help: /\(topic.rawValue)"
            case .keys: "Keys (/keys)"
            }
        PopupBox.draw(title, Array(rows.dropFirst(scroll)), footer: footer, size: model.size, on: &canvas)
    }

    /// The original's commands come first, so that they are on the first page of the smallest usual screen.
    private static let order: [HelpTopic] = [.dm, .invite, .revoke, .members, .me, .help, .quit]

    static func rows(_ page: HelpPage, _ model: ChatModel, width: Int) -> [[Span]] {
        switch page {
        case .all: return commands(width) + [[]] + keys(model, width)
        case .command(let topic):
            return HelpTopic.text(topic).flatMap { [Span].wrapped($0.drop { $0 == " " }.description, width) }
        case .keys:
            let note =
                "[keys] in config.toml changes them by the name at the end: invite = [\"f2\", \"alt-i\"]. "
                + (model.traits.tellsKeysApart ? "" : "Keys in (brackets) this terminal does not tell from others.")
            return [Span].wrapped(note, width, .dim) + [[]] + keys(model, width, withNames: true)
        }
    }

    private static func commands(_ width: Int) -> [[Span]] {
        let topics = order + HelpTopic.allCases.filter { !order.contains($0) }
        return pair("Type + Enter", "a message to all (//text sends /text)", width)
            + topics.flatMap { pair($0.usage, $0.summary, width) }
    }

    private static func keys(_ model: ChatModel, _ width: Int, withNames: Bool = false) -> [[Span]] {
        model.keys.bindings.flatMap { binding in
            let keys = binding.keys.map { $0.comes(from: model.traits) ? $0.description : "(\($0))" }
            return pair(
                keys.isEmpty ? "none" : keys.joined(separator: ", "),
                binding.summary + (withNames ? "  [\(binding.name)]" : ""), width)
        }
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
