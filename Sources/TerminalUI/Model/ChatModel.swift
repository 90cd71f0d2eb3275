package import ChatKit
package import MeshCore

/// Everything that the chat's screen shows, and the rules by which it changes. Pure: what happens comes in with its
/// time, what is to be done goes out, and the same events always make the same screen.
package struct ChatModel: Sendable {
    package let selfID: NodeID
    /// The line to hand to a friend.
    package let contact: String
    let listening: String
    package let hasSeedPeers: Bool
    var traits: TerminalTraits
    let notifyOn: Set<NotifyReason>
    let time: LocalTime
    let keys: KeyMap
    /// When somebody was last told of something, so that a flood rings once a second.
    var lastNotice: UInt64 = 0
    /// Only the text is shown, for copying.
    var isBare = false
    /// The first of two keys was pressed.
    var awaitsSecondKey = false
    var lastSent: UInt64 = 0

    package internal(set) var size: Size
    package internal(set) var now: UInt64
    package internal(set) var snapshot = Snapshot()
    package internal(set) var windows = [Window(.group)]
    package internal(set) var current = 0
    package internal(set) var popup: Popup?
    var showsPanels = true
    var showsTimes = true
    var hasFocus = true
    var find: InputLine?
    var completion: Completion?
    var state = NodeState.joining
    var stateReason = ""
    /// The last reason why a peer said no, until a link is up.
    var rejection: Rejection?
    /// Strangers who were turned away, newest first: whom one may want to invite.
    var knocks: [Knock] = []
    /// What the network did, newest last.
    var happenings: [(at: UInt64, text: String)] = []
    /// `/dm` went to somebody whom only the node knows yet: their chat is shown once the message is in it.
    var opensNextDirect = false
    /// Ctrl+C was pressed on a line with text: once more quits.
    var isLeaving = false
    /// A popup's own word on what was just done.
    var remark: String?

    struct Knock: Equatable, Sendable {
        let id: NodeID
        let nick: String?
        let address: String
    }

    package init(
        selfID: NodeID, contact: String, listening: String, hasSeedPeers: Bool, size: Size,
        traits: TerminalTraits = TerminalTraits(), now: UInt64, time: LocalTime = LocalTime(), keys: KeyMap = KeyMap(),
        notifyOn: Set<NotifyReason> = Set(NotifyReason.allCases)
    ) {
        (self.selfID, self.contact, self.listening) = (selfID, contact, listening)
        (self.hasSeedPeers, self.size, self.traits) = (hasSeedPeers, size, traits)
        (self.now, self.time, self.keys, self.notifyOn) = (now, time, keys, notifyOn)
    }

    var window: Window {
        get { windows[current] }
        set { windows[current] = newValue }
    }

    var layout: ScreenLayout {
        ScreenLayout(
            size, showsPanels: showsPanels,
            inputLines: window.input.text.isEmpty ? 1 : InputView.rows(of: self).count)
    }

    func name(_ id: NodeID) -> String {
        NickText.name(id, nick: snapshot.members.first { $0.id == id }?.nick, among: snapshot.members)
    }

    func title(of window: Window) -> String {
        switch window.kind {
        case .group: "#" + (snapshot.network.map { SafeText.printable($0, limit: 20) } ?? "mesh")
        case .direct(let id): "@" + name(id)
        }
    }

    package var isLive: Bool {
        switch popup {
        case .network, .members: true
        default: false
        }
    }

    /// The picture of all this.
    package var canvas: Canvas { ChatView.canvas(of: self) }

    // MARK: Events

    package mutating func update(_ event: Event, now: UInt64) -> [Request] {
        self.now = now
        switch event {
        case .typed(let typed): return take(typed)
        case .resized(let size): self.size = size
        case .time: return [.refresh]
        case .message(let message): return add(message)
        case .history(let messages): messages.forEach { insert($0) }
        case .delivered(let deliveries):
            for delivery in deliveries {
                for index in windows.indices { windows[index].set(delivery) }
            }
        case .said(let text): return say(text)
        case .snapshot(let snapshot): self.snapshot = snapshot
        case .state(let state, let reason):
            let wasOffline = self.state == .offline
            (self.state, stateReason) = (state, reason)
            if state == .connected { rejection = nil }
            if state == .offline, !wasOffline { return notify(.offline, "mesh-chat", "offline: no member is in reach") }
        case .rejected(let rejection): self.rejection = rejection
        case .knock(let id, let nick, let address):
            knocks.removeAll { $0.id == id }
            knocks.insert(Knock(id: id, nick: nick, address: address), at: 0)
            knocks = Array(knocks.prefix(3))
        case .safetyNumber(let id, let number):
            if case .verify(id, _) = popup { popup = .verify(id, number: number) }
        case .unsent(let text, let recipient):
            let place = recipient.map { window(with: $0) } ?? 0
            if windows[place].input.isEmpty { windows[place].input.replace(with: text) }
        case .edited(let text): window.input.replace(with: text)
        case .stop: return [.quit]
        }
        return []
    }

    /// Lines about the group go to its window, answers to where they were asked for.
    @discardableResult
    mutating func say(_ text: String) -> [Request] {
        let isEvent = text.hasPrefix("* ")
        let lines = SafeText.printableLines(isEvent ? String(text.dropFirst(2)) : text)
        let isAlarm = lines.first.map { $0.hasPrefix("NEW KEY") || $0.hasPrefix("warning") } ?? false
        let place = isEvent ? 0 : current
        append(.notice(lines, isAlarm: isAlarm), to: place)
        if isEvent {
            happenings.append((now, lines.first ?? ""))
            if happenings.count > 20 { happenings.removeFirst() }
        }
        return isAlarm ? notify(.keyChange, "mesh-chat", lines.first ?? "") : []
    }

    /// What somebody asked to be told of, at most once a second.
    private mutating func notify(_ reason: NotifyReason, _ title: String, _ text: String) -> [Request] {
        guard notifyOn.contains(reason), now >= lastNotice + 1_000 || now < lastNotice else { return [] }
        lastNotice = now
        return [.notify(Notice(title: title, text: text))]
    }

    /// Keeps what is on the screen where it is when somebody has scrolled up.
    mutating func append(_ content: Entry.Content, to place: Int) {
        windows[place].append(content, at: now)
        keepPlace(place, windows[place].entries.count - 1)
    }

    private mutating func keepPlace(_ place: Int, _ index: Int) {
        guard windows[place].scroll > 0, windows[place].entries.indices.contains(index) else { return }
        let rows = TranscriptLayout(self, windows[place], width: layout.textWidth)
        guard rows.ends(index, within: windows[place].scroll) else { return }
        windows[place].scroll += rows.rows(at: index).count
        windows[place].below += 1
    }

    // MARK: Messages

    private mutating func add(_ message: ChatMessage) -> [Request] {
        guard let (place, mentionsMe) = insert(message) else { return [] }
        if message.isOwn {
            if message.isDirect, opensNextDirect { show(place) }
            if message.isDirect { opensNextDirect = false }
            (windows[place].scroll, windows[place].below, windows[place].readMark) = (0, 0, nil)
            return [.refresh]
        }
        guard place != current || !hasFocus else { return [] }
        windows[place].unread += 1
        guard mentionsMe || message.isDirect else { return [] }
        windows[place].isUrgent = true
        let text = SafeText.printable(message.string, limit: 200)
        return notify(message.isDirect ? .direct : .mention, name(message.from), text)
    }

    /// Returns its window; nil when the message is there already.
    @discardableResult
    private mutating func insert(_ message: ChatMessage) -> (place: Int, mentionsMe: Bool)? {
        let place = message.to.map { window(with: $0 == selfID ? message.from : $0) } ?? 0
        let shown = Message(message, ownNick: snapshot.nick)
        guard let index = windows[place].insert(shown, at: message.at) else { return nil }
        keepPlace(place, index)
        return (place, shown.mentionsMe)
    }

    /// The chat with one member, opened when there is none.
    mutating func window(with id: NodeID) -> Int {
        if let place = windows.firstIndex(where: { $0.kind == .direct(id) }) { return place }
        windows.append(Window(.direct(id)))
        return windows.count - 1
    }

    mutating func show(_ place: Int) {
        guard windows.indices.contains(place), place != current else { return }
        window.markSeen()
        (current, completion, find) = (place, nil, nil)
        window.markRead()
    }
}
