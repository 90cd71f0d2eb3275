internal import MeshCore

extension MemberInfo {
    /// One reaches oneself in every state.
    var isInReach: Bool { isSelf || state == .online }
}

/// The members with what is known of each.
enum MembersView {
    /// Oneself, who is in reach, who is not, who was put out; by name.
    static func sorted(_ members: [MemberInfo]) -> [MemberInfo] {
        let rank = { (member: MemberInfo) -> Int in
            if member.isSelf { return 0 }
            return switch member.state {
            case .online: 1
            case .invited, .offline: 2
            case .void: 3
            case .revoked: 4
            }
        }
        return members.sorted { (rank($0), $0.nick ?? "~", $0.id) < (rank($1), $1.nick ?? "~", $1.id) }
    }

    static func sign(_ member: MemberInfo) -> String {
        if member.isSelf { return "●" }
        return switch member.state {
        case .online: "●"
        case .offline: "◌"
        case .invited: "○"
        case .void, .revoked: "✗"
        }
    }

    /// `✓` compared by voice, `?` not, `!` another key than the one known behind the nick.
    static func check(_ id: NodeID, _ model: ChatModel) -> String {
        model.snapshot.newKeys.contains(id) ? "!" : model.snapshot.verified.contains(id) ? "✓" : "?"
    }

    static func milliseconds(_ time: Duration) -> String {
        let count = time.milliseconds
        return count < 10_000 ? "\(count)ms" : "\(count / 1_000)s"
    }

    static func draw(selected: Int, _ model: ChatModel, _ width: Int, on canvas: inout Canvas) {
        let members = sorted(model.snapshot.members)
        let place = min(selected, max(0, members.count - 1))
        let room = PopupBox.rows(model.size) - 3
        let first = max(0, place - room + 1)
        var rows: [[Span]] = members.enumerated().dropFirst(first).prefix(room).map { index, member in
            .text(CellWidth.fit(line(member, model, width), width), index == place ? .bar : .plain)
        }
        if rows.isEmpty { rows = [Span].wrapped("No network yet: F2 invites your first friend.", width) }
        rows += [
            [],
            .text(
                CellWidth.cut("● in reach  ○ invited  ◌ away  ✗ out   ✓ verified  ? not  ! new key", to: width), .dim),
        ]
        if let remark = model.remark { rows += [.text(remark, .good)] }
        PopupBox.draw(
            "Members \(members.count) (F3, /members)", rows,
            footer: "Enter verify  d direct  c copy key  r revoke  Esc close", size: model.size, on: &canvas)
    }

    private static func line(_ member: MemberInfo, _ model: ChatModel, _ width: Int) -> String {
        let check = member.isSelf ? " " : check(member.id, model)
        let head = "\(sign(member)) \(check) " + CellWidth.fit(model.name(member.id), width < 50 ? 12 : 20)
        let state = member.isSelf ? "you" : member.state.rawValue
        let by =
            member.invitedBy.map {
                $0 == member.id ? "founded it" : "by \($0 == model.selfID ? "you" : model.name($0))"
            } ?? ""
        let time = model.snapshot.links.first { $0.id == member.id }?.roundTrip.map(milliseconds) ?? ""
        let text = head + CellWidth.fit(state, 9) + CellWidth.fit(time, 8)
        return width < 50 ? text : text + CellWidth.fit(by, 18) + member.id.short
    }
}
