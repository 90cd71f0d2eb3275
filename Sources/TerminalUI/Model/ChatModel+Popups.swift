internal import ChatKit
internal import MeshCore

// What keys do in popups.
extension ChatModel {
    mutating func takeInPopup(_ key: Key) -> [Request] {
        guard let popup else { return [] }
        if key.name == .escape || keys.action(for: key) == .escape {
            (self.popup, remark) = (nil, nil)
            return []
        }
        // The key that opened a popup closes it too; fields need Ctrl+E and the like for editing no less.
        if let action = keys.action(for: key), isOpener(action, of: popup) {
            self.popup = nil
            return []
        }
        switch popup {
        case .help(let page, let scroll): return takeInHelp(key, page, scroll)
        case .invite(let field): return takeInInvite(key, field)
        case .members(let selected): return takeInMembers(key, selected)
        case .identity(let page): return takeInIdentity(key, page)
        case .verify(let id, let number): return takeInVerify(key, id, number)
        case .network:
            if key.name == .character("r") { return [.refresh] }
        case .revoke(let id, let field): return takeInRevoke(key, id, field)
        case .paste(let text):
            if key.name == .enter {
                self.popup = nil
                window.input.insert(text)
            }
        }
        return []
    }

    private func isOpener(_ action: Action, of popup: Popup) -> Bool {
        switch (action, popup) {
        case (.help, .help), (.invite, .invite), (.members, .members), (.identity, .identity), (.network, .network):
            true
        default: false
        }
    }

    private mutating func takeInHelp(_ key: Key, _ page: HelpPage, _ scroll: Int) -> [Request] {
        let last = max(0, HelpView.rows(page, self, width: PopupBox.width(size) - 4).count - PopupBox.rows(size))
        let next: Int? =
            switch key.name {
            case .up: scroll - 1
            case .down: scroll + 1
            case .pageUp: scroll - PopupBox.rows(size)
            case .pageDown, .character(" "), .enter: scroll + PopupBox.rows(size)
            case .home: 0
            case .end: last
            default: nil
            }
        if let next { popup = .help(page, scroll: max(0, min(last, next))) }
        return []
    }

    private mutating func takeInInvite(_ key: Key, _ field: InputLine) -> [Request] {
        var field = field
        switch (key.name, key.modifiers) {
        case (.enter, []):
            guard case .key(let id) = KeyField.verdict(field.text, selfID: selfID, members: snapshot.members) else {
                return []
            }
            popup = nil
            return [.perform("/invite \(id.hex)")]
        case (.up, _), (.down, _):
            let keys = knocks.map(\.id.hex)
            guard !keys.isEmpty else { return [] }
            let place = keys.firstIndex(of: field.text).map { $0 + (key.name == .up ? -1 : 1) } ?? 0
            field.replace(with: keys[(place + keys.count) % keys.count])
        default: field.press(key, keys)
        }
        popup = .invite(field)
        return []
    }

    private mutating func takeInMembers(_ key: Key, _ selected: Int) -> [Request] {
        let members = MembersView.sorted(snapshot.members)
        guard !members.isEmpty else { return [] }
        let place = min(selected, members.count - 1)
        let id = members[place].id
        switch key.name {
        case .up: popup = .members(selected: max(0, place - 1))
        case .down: popup = .members(selected: min(members.count - 1, place + 1))
        case .enter, .character("v"): if id != selfID { return verify(id) }
        case .character("d"):
            guard id != selfID else { break }
            popup = nil
            show(window(with: id))
        case .character("r"): if id != selfID { popup = .revoke(id, InputLine()) }
        case .character("c"): return copy(id.hex, "the key of \(name(id))")
        default: break
        }
        return []
    }

    private mutating func takeInIdentity(_ key: Key, _ page: IdentityPage) -> [Request] {
        var page = page
        switch key.name {
        case .character("i"):
            page.isInverted.toggle()
            popup = .identity(page)
        case .character("w"):
            page.wordRow = IdentityView.nextWordRow(after: page.wordRow, size)
            popup = .identity(page)
        case .character("c"): return copy(selfID.hex, "your key")
        case .character("a"): return copy(contact, "the line for a friend")
        default: break
        }
        return []
    }

    private mutating func copy(_ text: String, _ what: String) -> [Request] {
        remark = "copied \(what), if your terminal takes OSC 52"
        return [.copy(text)]
    }

    private mutating func takeInVerify(_ key: Key, _ id: NodeID, _ number: String?) -> [Request] {
        switch key.name {
        case .character("m") where number != nil:
            popup = nil
            return [.perform("/verify \(id.hex) ok"), .refresh]
        case .character("t") where snapshot.newKeys.contains(id):
            popup = nil
            return [.perform("/trust \(id.hex)"), .refresh]
        case .character("d"):
            popup = nil
            say(
                "the numbers differ: somebody is in between, or one of you has another key; send \(name(id)) nothing "
                    + "secret, and ask them by another way for their whole key")
        default: break
        }
        return []
    }

    private mutating func takeInRevoke(_ key: Key, _ id: NodeID, _ field: InputLine) -> [Request] {
        var field = field
        switch (key.name, key.modifiers) {
        case (.enter, _):
            guard field.text == name(id) else {
                remark = "that is not \"\(name(id))\"; Esc leaves everything as it is"
                return []
            }
            (popup, remark) = (nil, nil)
            return [.perform("/revoke \(id.hex)")]
        default: field.press(key, keys)
        }
        popup = .revoke(id, field)
        return []
    }
}
