package import ChatKit
internal import Glibc

/// A model with a picture: the chat, or the wizard before it.
package protocol Screen {
    mutating func update(_ event: Event, now: UInt64) -> [Request]
    var canvas: Canvas { get }
    /// Lines to show in place of the picture; nil for the picture.
    var bareLines: [String]? { get }
    /// What it shows changes without anything that tells, like round trips: it wants to look every second.
    var isLive: Bool { get }
}

extension ChatModel: Screen {}

/// The one thread that owns the terminal: it waits, decodes, lets the model change, and draws at most 60 times a second.
package struct EventLoop {
    /// In milliseconds: a frame, the least time to one that shows what was typed, and how long a lone Esc may be the
    /// beginning of a sequence.
    private static let (frame, typedFrame, escapeDelay): (UInt64, UInt64, UInt64) = (16, 4, 25)

    private let terminal: any Terminal
    private let mailbox: Mailbox
    private var decoder: KeyDecoder
    /// When what may be a lone Esc came.
    private var escapeSince: UInt64?
    private var isDirty = true
    /// Something typed is not shown yet; whoever typed it feels each millisecond.
    private var isTyped = false
    private var lastFrame: UInt64 = 0
    private var stops = 0
    /// More is in the mailbox, whose pipe was emptied already.
    private var hasMore = false
    private let notifier: Notifier
    /// Milliseconds since 1970.
    private let clock: () -> UInt64

    package init(
        _ terminal: any Terminal, _ mailbox: Mailbox, _ settings: ScreenSettings = ScreenSettings(),
        clock: @escaping () -> UInt64 = { TimeText.now }
    ) {
        (self.terminal, self.mailbox, notifier, self.clock) = (terminal, mailbox, Notifier(settings), clock)
        decoder = KeyDecoder(erasesWithControlH: terminal.traits.erasesWithControlH)
    }

    /// Runs until the model wants to quit.
    ///
    /// - Parameter perform: gets what is not the terminal's business; must return at once.
    package mutating func run(_ screen: inout some Screen, perform: (Request) -> Void) {
        while true {
            draw(screen)
            let wake = terminal.wait(pipe: mailbox.descriptor, milliseconds: patience(screen))
            for event in events(wake) {
                for request in screen.update(event, now: clock()) {
                    guard handle(request, perform) else { return }
                }
                isDirty = true
            }
        }
    }

    private mutating func draw(_ screen: some Screen) {
        let now = clock()
        guard isDirty, now >= nextFrame || now < lastFrame else { return }
        if let lines = screen.bareLines { terminal.present(bare: lines) } else { terminal.present(screen.canvas) }
        (isDirty, isTyped, lastFrame) = (false, false, now)
    }

    private var nextFrame: UInt64 { lastFrame + (isTyped ? Self.typedFrame : Self.frame) }

    /// How much longer an Esc may be the beginning of a sequence; nil when none is.
    private func escapeRest(_ now: UInt64) -> UInt64? {
        escapeSince.map { since in
            let passed = now < since ? Self.escapeDelay : now - since
            return Self.escapeDelay - min(passed, Self.escapeDelay)
        }
    }

    /// Until the next frame, the end of a half key, or the next minute, which the status line shows.
    private func patience(_ screen: some Screen) -> Int {
        if hasMore { return 0 }
        let now = clock()
        var limit = screen.isLive ? 1_000 : Int(60_000 - now % 60_000)
        if isDirty { limit = min(limit, Int(nextFrame - min(now, nextFrame))) }
        if let rest = escapeRest(now) { limit = min(limit, Int(rest)) }
        return limit
    }

    private mutating func events(_ wake: Wake) -> [Event] {
        var events: [Event] = []
        if wake.contains(.lost) { events.append(.stop) }
        if wake.contains(.stop) {
            stops += 1
            if stops > 1 {
                terminal.close()
                _exit(128 + SIGTERM)
            }
            events.append(.stop)
        }
        if wake.contains(.size) || wake.contains(.continued) { events.append(.resized(terminal.size)) }
        if wake.contains(.input) {
            isTyped = true
            if let bytes = terminal.read() { events += bytes.isEmpty ? [.stop] : decoder.feed(bytes).map(Event.typed) }
            escapeSince = decoder.isWaiting ? clock() : nil
        } else if escapeRest(clock()) == 0 {
            escapeSince = nil
            events += decoder.flush().map(Event.typed)
        }
        let posted = mailbox.take()
        hasMore = posted.hasMore
        events += posted.events
        return events.isEmpty && !isDirty ? [.time] : events
    }

    /// False to stop.
    private func handle(_ request: Request, _ perform: (Request) -> Void) -> Bool {
        switch request {
        case .quit: return false
        case .notify(let notice):
            let bytes = notifier.bytes(for: notice)
            if !bytes.isEmpty { terminal.send(bytes) }
        case .edit(let draft): edit(draft)
        case .copy(let text):
            terminal.send(Array("\u{1B}]52;c;\(Base64.encode(Array(text.utf8)))\u{07}".utf8))
        case .redraw: terminal.redraw()
        case .suspend: terminal.suspend()
        default: perform(request)
        }
        return true
    }

    private func edit(_ draft: String) {
        terminal.lend {
            switch Editor.edit(draft, limit: InputLine.byteLimit) {
            case .text(let text): mailbox.post(.edited(text))
            case .problem(let sentence): mailbox.post(.said(sentence))
            }
        }
    }
}
