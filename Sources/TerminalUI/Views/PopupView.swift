internal import ChatKit
internal import MeshCore

/// The popups, each as a title, rows and a line of keys.
enum PopupView {
    static func draw(_ popup: Popup, _ model: ChatModel, on canvas: inout Canvas) {
        let width = PopupBox.width(model.size) - 4
        switch popup {
        case .help(let page, let scroll): HelpView.draw(page, scroll: scroll, model, on: &canvas)
        case .invite(let field): InviteView.draw(field, model, width, on: &canvas)
        case .members(let selected): MembersView.draw(selected: selected, model, width, on: &canvas)
        case .identity(let page): IdentityView.draw(page, model, width, on: &canvas)
        case .verify(let id, let number): VerifyView.draw(id, number, model, width, on: &canvas)
        case .network: NetworkView.draw(model, width, on: &canvas)
        case .revoke(let id, let field): drawRevoke(id, field, model, width, on: &canvas)
        case .paste(let text): drawPaste(text, model, width, on: &canvas)
        }
    }

    private static func drawRevoke(
        _ id: NodeID, _ field: InputLine, _ model: ChatModel, _ width: Int, on canvas: inout Canvas
    ) {
        let name = model.name(id)
        let gap = PopupBox.gap(model.size)
        var rows: [[Span]] = [.text("key  " + id.hex.prefix(width - 5), .dim)] + gap
        rows += [Span].wrapped(
            "Revoking is for ever: \(name) loses every link, reads nothing more, and this key can never be invited again.",
            width, .warning)
        rows += gap + [.text("To do it, type their name again:")] + gap
        let line = rows.count
        rows += [.text("> " + field.text)] + gap
        if let remark = model.remark { rows += [Span].wrapped(remark, width, .alarm) }
        let box = PopupBox.draw(
            "Revoke \(name)", rows, footer: "Enter revoke  Esc leave everything as it is", size: model.size, on: &canvas
        )
        canvas.cursor = Point(row: box.top + 1 + line, column: box.left + 4 + CellWidth.of(field.text))
    }

    private static func drawPaste(_ text: String, _ model: ChatModel, _ width: Int, on canvas: inout Canvas) {
        let lines = SafeText.printableLines(text)
        var rows: [[Span]] = lines.prefix(6).map { .text(CellWidth.cut($0, to: width), .dim) }
        if lines.count > 6 { rows.append(.text("… \(lines.count - 6) more lines", .dim)) }
        rows +=
            [[]]
            + [Span].wrapped(
                "It becomes one message of \(lines.count) lines; nothing is sent before you press Enter in your line.",
                width)
        PopupBox.draw(
            "Paste \(lines.count) lines?", rows, footer: "Enter put it into the line  Esc drop it", size: model.size,
            on: &canvas)
    }
}

/// Somebody's key, checked while it is typed.
enum InviteView {
    static func draw(_ field: InputLine, _ model: ChatModel, _ width: Int, on canvas: inout Canvas) {
        let digits = KeyField.digits(field.text)
        let perRow = width >= 71 ? 8 : 4
        let groups = KeyField.groups(String(SafeText.printable(digits, limit: 72)))
        let gap = PopupBox.gap(model.size)
        var rows: [[Span]] = [.text("Your friend's key: 64 hex digits")] + gap
        let first = rows.count
        let keyRows = max(8 / perRow, (groups.count + perRow - 1) / perRow)
        for row in 0..<keyRows {
            rows.append(.text(groups.dropFirst(row * perRow).prefix(perRow).joined(separator: " "), .bold))
        }
        rows += gap
        switch KeyField.verdict(field.text, selfID: model.selfID, members: model.snapshot.members) {
        case .key(let key):
            rows += [Span].wrapped(
                "a whole key, \(key.short): is it the one your friend told you? Enter invites.", width, .good)
        case .problem(let sentence): rows += [Span].wrapped(sentence, width, digits.isEmpty ? .dim : .warning)
        }
        rows += knocks(model, width)
        let box = PopupBox.draw(
            "Invite (F2, Ctrl+I, /invite KEY)", rows, footer: "Enter invite  Up/Down who knocked  Esc close",
            size: model.size, on: &canvas)
        let last = max(0, groups.count - 1)
        let column = groups.isEmpty ? 0 : (last % perRow) * 9 + groups[last].count
        canvas.cursor = Point(row: box.top + 1 + first + last / perRow, column: box.left + 2 + column)
    }

    private static func knocks(_ model: ChatModel, _ width: Int) -> [[Span]] {
        guard !model.knocks.isEmpty else { return [] }
        return [[], .text("Turned away lately. The key is proven, the name only claimed:")]
            + model.knocks.map { knock in
                let claim = knock.nick.map { "\"\(SafeText.printable($0, limit: 20))\"" } ?? "no name"
                return .text(CellWidth.cut("  \(knock.id.short)…  \(claim) at \(knock.address)", to: width), .dim)
            }
    }
}

/// Two people compare a number.
enum VerifyView {
    static func draw(_ id: NodeID, _ number: String?, _ model: ChatModel, _ width: Int, on canvas: inout Canvas) {
        let name = model.name(id)
        var rows =
            [Span].wrapped("Call \(name). Both of you must see the SAME twelve groups:", width)
            + PopupBox.gap(model.size)
        let groups = number?.split(separator: " ").map(String.init) ?? []
        if groups.isEmpty { rows.append(.text("      computing...", .dim)) }
        for start in stride(from: 0, to: groups.count, by: 4) {
            let line = groups[start..<min(start + 4, groups.count)].joined(separator: "  ")
            rows.append(.text((width < 50 ? "  " : "        ") + line, .bold))
        }
        rows += PopupBox.gap(model.size)
        let sponsor = model.snapshot.members.first { $0.id == id }?.invitedBy.map {
            ", invited by " + ($0 == model.selfID ? "you" : model.name($0))
        }
        let known =
            model.snapshot.newKeys.contains(id)
            ? "NEW KEY: another key was known under this name"
            : model.snapshot.verified.contains(id) ? "verified by you" : "not verified yet"
        rows += [Span].wrapped(known + (sponsor ?? ""), width, model.snapshot.newKeys.contains(id) ? .alarm : .plain)
        let keyGroups = KeyField.groups(id.hex)
        let perRow = width < 50 ? 2 : 4
        for start in stride(from: 0, to: keyGroups.count, by: perRow) {
            let label = Span(text: start == 0 ? "Their key  " : "           ")
            rows.append([label] + .text(keyGroups[start..<start + perRow].joined(separator: " "), .dim))
        }
        let trust = model.snapshot.newKeys.contains(id) ? "t trust the new key  " : ""
        PopupBox.draw(
            "Verify \(name) (F3 then Enter, /verify)", rows, footer: "m they match  d they differ  \(trust)Esc later",
            size: model.size, on: &canvas)
    }
}
