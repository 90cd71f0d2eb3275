/// Why the terminal woke the program.
package struct Wake: OptionSet, Sendable {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let input = Wake(rawValue: 1)
    package static let pipe = Wake(rawValue: 2)
    package static let size = Wake(rawValue: 4)
    package static let continued = Wake(rawValue: 8)
    /// SIGTERM, SIGINT or SIGHUP.
    package static let stop = Wake(rawValue: 16)
    /// The terminal is gone.
    package static let lost = Wake(rawValue: 32)
}

/// What a terminal can show and tell.
package struct TerminalTraits: Equatable, Sendable {
    /// 0, 8, 16 or 256.
    package var colours = 256
    /// False where only ASCII is shown.
    package var hasUnicode = true
    /// Backspace is byte 0x08, which is also Ctrl+H.
    package var erasesWithControlH = false
    /// Ctrl+I is another key than Tab, and Ctrl+M another than Enter; known once the terminal has answered.
    package var tellsKeysApart = false

    package init() {}
}

/// Where canvases are shown and bytes are typed. All of it belongs to one thread.
package protocol Terminal {
    var size: Size { get }
    var traits: TerminalTraits { get }
    func present(_ canvas: Canvas)
    /// Shows lines as they are, which the terminal wraps by itself: what is copied from there has no line ends that
    /// nobody wrote.
    func present(bare lines: [String])
    /// Nil when nothing was typed; empty when the terminal is gone.
    func read() -> [UInt8]?
    /// Waits for what is typed, for the pipe, for a signal, or for so many milliseconds; nil: for ever.
    func wait(pipe: Int32, milliseconds: Int?) -> Wake
    /// Sends control bytes of our own, like a bell.
    func send(_ bytes: [UInt8])
    func redraw()
    func suspend()
    /// Gives the terminal to somebody else until `body` returns.
    func lend(_ body: () -> Void)
    func close()
}
