internal import MeshCore

/// The four questions of the first start.
enum WizardView {
    static func canvas(of wizard: Wizard) -> Canvas {
        var canvas = Canvas(wizard.size)
        guard ScreenLayout.fits(wizard.size) else {
            TooSmallView.draw(on: &canvas)
            return canvas
        }
        let width = PopupBox.width(wizard.size) - 4
        let isLow = wizard.size.rows < 16
        var rows: [[Span]] =
            isLow
            ? []
            : [Span].wrapped("Your key pair is made when you have answered, in \(wizard.place)", width, .dim) + [[]]
        var field = 0
        for question in Wizard.Field.allCases {
            if question == wizard.field { field = rows.count }
            rows.append(line(question, wizard, width))
        }
        if !isLow { rows.append([]) }
        let note = wizard.problem ?? hint(wizard.field)
        rows += [Span].wrapped(note, width, wizard.problem == nil ? .plain : .alarm)
        if !isLow {
            let addresses = wizard.reachable.map(\.description).joined(separator: "  ")
            rows += [[]] + [Span].wrapped("Others reach you at  \(addresses)", width)
            rows += [Span].wrapped("Chat is end-to-end encrypted. Nothing has been sent yet.", width, .dim)
        }
        let box = PopupBox.draw(
            "Welcome to mesh-chat: question \(wizard.field.rawValue + 1) of \(Wizard.Field.allCases.count)", rows,
            footer: "Enter accept  Up back  Ctrl+C leave, keep nothing", size: wizard.size, on: &canvas)
        let text = wizard.lines[wizard.field].map { CellWidth.of(String($0.characters[..<$0.cursor])) } ?? 0
        if wizard.field != .search {
            canvas.cursor = Point(
                row: box.top + 1 + field,
                column: min(box.right - 2, box.left + 2 + labelWidth + text - cut(wizard, width)))
        }
        return canvas
    }

    private static let labelWidth = 18

    private static func line(_ field: Wizard.Field, _ wizard: Wizard, _ width: Int) -> [Span] {
        let isCurrent = field == wizard.field
        let isDone = field.rawValue < wizard.field.rawValue
        let names: [Wizard.Field: String] = [
            .nick: "Nickname", .seed: "Seed peer", .listen: "Listen on", .search: "LAN search",
        ]
        let label = "\(isDone ? "✓" : isCurrent ? ">" : " ") \(field.rawValue + 1) " + (names[field] ?? "")
        let value: String
        switch field {
        case .search: value = wizard.searches ? "[on]  off" : " on  [off]"
        default:
            let text = wizard.text(field)
            value = isCurrent ? String(text.dropFirst(cut(wizard, width))) : CellWidth.cut(text, to: width - labelWidth)
        }
        return [
            Span(text: CellWidth.fit(label, labelWidth), style: isCurrent ? .bold : .plain),
            Span(text: value, style: isCurrent ? .bold : .dim),
        ]
    }

    /// A long answer shows its end.
    private static func cut(_ wizard: Wizard, _ width: Int) -> Int {
        max(0, CellWidth.of(wizard.text(wizard.field)) - (width - labelWidth - 1))
    }

    private static func hint(_ field: Wizard.Field) -> String {
        switch field {
        case .nick: "The name that others see: 1 to 32 characters. /nick changes it later."
        case .seed: "A friend's line PUBKEY@HOST:PORT, or HOST:PORT. Empty: you start the network."
        case .listen: "This machine's address and TCP port; 0.0.0.0 is all addresses, port 0 any free one."
        case .search: "Find members on the local net by UDP broadcast. Space changes it; Enter starts."
        }
    }
}
