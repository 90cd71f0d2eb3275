internal import ChatKit
internal import MeshCore

// What keys do.
extension ChatModel {
    mutating func take(_ typed: Typed) -> [Request] {
        switch typed {
        case .focus(let focus):
            hasFocus = focus
            if focus { window.markRead() } else { window.markSeen() }
            return []
        case .tellsKeysApart:
            traits.tellsKeysApart = true
            return []
        case .paste(let bytes, let dropped): return paste(bytes, dropped: dropped)
        case .key(let key):
            let wasLeaving = isLeaving
            isLeaving = false
            if isBare {
                isBare = false
                return [.redraw]
            }
            if keys.action(for: key) == .interrupt { return interrupt(again: wasLeaving) }
            if popup != nil { return takeInPopup(key) }
            if find != nil { return takeInFind(key) }
            return press(key)
        }
    }

    private mutating func press(_ key: Key) -> [Request] {
        if awaitsSecondKey {
            awaitsSecondKey = false
            return key == .control("e") ? [.edit(window.input.text)] : []
        }
        guard let action = keys.action(for: key) else {
            if case .character(let character) = key.name, key.modifiers.isEmpty { write(String(character)) }
            return []
        }
        if action != .complete, action != .completeBack { completion = nil }
        switch action {
        case .complete, .completeBack: complete(backwards: action == .completeBack)
        case .enter: return send()
        case .endOfInput: return window.input.isEmpty ? [.quit] : edited(.delete)
        case .lineEnd where window.input.isEmpty: toNewest()
        case .older where window.input.text.contains("\n"), .newer where window.input.text.contains("\n"):
            return edited(action)
        case .redraw: return [.redraw]
        case .suspend: return [.suspend]
        case .editor: return [.edit(window.input.text)]
        case .chord: awaitsSecondKey = true
        case .bare: isBare = true
        case .find: find = InputLine()
        case .panels: showsPanels.toggle()
        case .times: showsTimes.toggle()
        case .help, .invite, .members, .identity, .network: return open(action)
        case .window, .nextWindow, .previousWindow, .nextUnread: goTo(action)
        case .pageUp, .pageDown, .dayUp, .dayDown, .newest: scroll(action)
        case .escape, .interrupt: break
        default: return edited(action)
        }
        return []
    }

    private mutating func edited(_ action: Action) -> [Request] {
        window.input.edit(action)
        return []
    }

    private mutating func write(_ text: String) {
        completion = nil
        if !window.input.insert(text) {
            say("a message has room for \(InputLine.byteLimit) bytes; what you typed now was not taken")
        }
    }

    /// Text is put aside first, and only the second press quits: a draft is never lost by one key.
    private mutating func interrupt(again: Bool) -> [Request] {
        if popup != nil || find != nil {
            (popup, find, remark) = (nil, nil, nil)
            return []
        }
        if window.input.isEmpty || again { return [.quit] }
        window.input.putAside()
        isLeaving = true
        return []
    }

    // MARK: Popups

    package mutating func open(_ action: Action) -> [Request] {
        remark = nil
        switch action {
        case .help: popup = .help(.all, scroll: 0)
        case .invite: popup = .invite(InputLine())
        case .members: popup = .members(selected: 0)
        case .identity: popup = .identity(IdentityPage())
        case .network: popup = .network
        default: return []
        }
        return [.refresh]
    }

    // MARK: Completion

    private mutating func complete(backwards: Bool) {
        guard !window.input.isEmpty else {
            if !backwards, keys.emptyTabInvites { popup = .invite(InputLine()) }
            return
        }
        if var going = completion {
            going.next(&window.input, step: backwards ? -1 : 1)
            completion = going
            return
        }
        let nicks = snapshot.members.filter { !$0.isSelf && $0.isMember }.compactMap(\.nick)
        completion = Completion(window.input, nicks: nicks)
        completion?.put(into: &window.input)
    }

    // MARK: Paste

    private mutating func paste(_ bytes: [UInt8], dropped: Int) -> [Request] {
        isLeaving = false
        let text = String(decoding: bytes, as: UTF8.self)
            .replacing("\r\n", with: "\n").replacing("\r", with: "\n")
        if dropped > 0 || text.utf8.count > InputLine.byteLimit {
            let kib = (bytes.count + dropped) / 1_024
            say("a paste of \(kib) KiB was not taken: a message has room for \(InputLine.byteLimit) bytes")
            return []
        }
        switch popup {
        case .invite(var field):
            field.insert(text)
            popup = .invite(field)
        case .revoke(let id, var field):
            field.insert(text)
            popup = .revoke(id, field)
        case .some: break
        case nil where find != nil: find?.insert(text.replacing("\n", with: " "))
        case nil where text.count(where: { $0 == "\n" }) > 3: popup = .paste(text)
        case nil: write(text)
        }
        return []
    }

    // MARK: Chats and scrolling

    private mutating func goTo(_ action: Action) {
        switch action {
        case .window(let number): show(number)
        case .nextWindow: show((current + 1) % windows.count)
        case .previousWindow: show((current + windows.count - 1) % windows.count)
        case .nextUnread:
            let order = windows.indices.map { (current + 1 + $0) % windows.count }
            let next = order.first { windows[$0].isUrgent } ?? order.first { windows[$0].unread > 0 }
            if let next { show(next) }
        default: break
        }
    }

    mutating func toNewest() { (window.scroll, window.below) = (0, 0) }

    mutating func scroll(_ action: Action) {
        let height = max(1, layout.transcriptRows)
        let rows = TranscriptLayout(self, window, width: layout.textWidth)
        let step = max(1, height - 1)
        switch action {
        case .pageUp: window.scroll += step
        case .pageDown: window.scroll = max(0, window.scroll - step)
        case .dayUp, .dayDown: scrollByDay(up: action == .dayUp, rows)
        default: window.scroll = 0
        }
        window.scroll = rows.visible(height: height, scroll: window.scroll).scroll
        if window.scroll == 0 { window.below = 0 }
    }

    /// So that the first entry of a day stands in the lowest row.
    private mutating func scrollByDay(up: Bool, _ rows: TranscriptLayout) {
        let entries = window.entries
        let starts = entries.indices.filter { $0 == 0 || time.day(entries[$0].at) != time.day(entries[$0 - 1].at) }
        let places = starts.map { rows.rowsBelow($0) }
        let next = up ? places.last { $0 > window.scroll } : places.first { $0 < window.scroll }
        window.scroll = next ?? (up ? window.scroll : 0)
    }
}
