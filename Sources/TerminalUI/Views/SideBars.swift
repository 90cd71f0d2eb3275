internal import ChatKit
internal import MeshCore

/// The chats, on the left of wide screens.
enum ChatsView {
    static func draw(_ model: ChatModel, _ layout: ScreenLayout, on canvas: inout Canvas) {
        let width = layout.chatsWidth
        ChatView.drawRule(label: "Chats", layout.frame, 0, width, on: &canvas)
        let rows = layout.transcriptRows
        for (index, window) in model.windows.enumerated().prefix(rows) {
            let row = layout.transcriptTop + index
            let style: Style =
                index == model.current ? .bar : window.isUrgent ? .warning : window.unread > 0 ? .bold : .plain
            let count = window.unread > 0 ? " \(window.unread)" : ""
            canvas.write(CellWidth.fit(model.title(of: window), width - count.count) + count, row, 0, style, end: width)
        }
        let hints = ["Alt+1..9 go", "Alt+A unread", "F6 hide"]
        let top = layout.transcriptTop + model.windows.count + 1
        for (index, hint) in hints.enumerated() where model.windows.count + 1 + index < rows {
            canvas.write(hint, top + index, 0, .dim, end: width)
        }
    }
}

/// The members, on the right, and below them the links.
enum MembersBar {
    static func draw(_ model: ChatModel, _ layout: ScreenLayout, on canvas: inout Canvas) {
        let members = MembersView.sorted(model.snapshot.members)
        let online = members.count(where: \.isInReach)
        let (left, top, rows) = (layout.membersLeft, layout.transcriptTop, layout.transcriptRows)
        ChatView.drawRule(
            label: "Members \(online)/\(members.count)", layout.frame, layout.membersLeft - 1, model.size.columns,
            on: &canvas)
        let lower = lowerPart(model, layout)
        let room = max(1, rows - lower.count - 1)
        for (index, member) in members.prefix(room).enumerated() {
            let isCut = index == room - 1 && members.count > room
            let text = isCut ? "… \(members.count - room + 1) more: F3" : line(member, model, layout.membersWidth)
            canvas.write(text, top + index, left, style(member), end: model.size.columns)
        }
        let start = top + min(room, members.count) + 1
        for (index, text) in lower.enumerated() where start + index < top + rows {
            if text.hasPrefix("─") {
                ChatView.drawRule(label: String(text.dropFirst()), start + index, left, model.size.columns, on: &canvas)
            } else {
                canvas.write(text, start + index, left, .dim, end: model.size.columns)
            }
        }
    }

    private static func style(_ member: MemberInfo) -> Style {
        member.isSelf ? .bold : member.isInReach ? .plain : .dim
    }

    private static func line(_ member: MemberInfo, _ model: ChatModel, _ width: Int) -> String {
        let tag = width > 24 ? "  " + member.id.short : ""
        let time = model.snapshot.links.first { $0.id == member.id }?.roundTrip.map(MembersView.milliseconds) ?? ""
        let check =
            member.isSelf
            ? " you" : " " + MembersView.check(member.id, model) + " " + CellWidth.fit(time, 5, atEnd: true)
        let room = width - 2 - 8 - CellWidth.of(tag)
        return MembersView.sign(member) + " " + CellWidth.fit(model.name(member.id), room) + CellWidth.fit(check, 8)
            + tag
    }

    private static func lowerPart(_ model: ChatModel, _ layout: ScreenLayout) -> [String] {
        var lines = ["✓ verified  ? not", "! its key is new"]
        let links = model.snapshot.links
        lines += ["─Links \(links.count)"]
        lines += links.map { link in
            "  " + CellWidth.fit(model.name(link.id), layout.membersWidth - 10) + (link.isEager ? " eager" : " lazy")
        }
        guard layout.membersWidth > 24, !model.happenings.isEmpty else { return lines }
        lines += ["─Last events"]
        return lines
            + model.happenings.suffix(5).reversed().map {
                CellWidth.cut("\(model.time.clock($0.at)) \($0.text)", to: layout.membersWidth)
            }
    }
}
