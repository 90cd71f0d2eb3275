import TerminalUI

/// A terminal for tests: it keeps what was shown and types what it is told.
final class FakeTerminal: Terminal {
    var size: Size
    let traits = TerminalTraits()
    private(set) var bare: [String]?
    private(set) var loans = 0
    private(set) var shown: Canvas?
    private(set) var sent: [UInt8] = []
    private(set) var isClosed = false
    private(set) var waits = 0
    /// Nil: a wait that ends with nothing.
    private var typed: [[UInt8]?]

    init(_ size: Size, typed: [[UInt8]?] = []) {
        (self.size, self.typed) = (size, typed)
    }

    func present(_ canvas: Canvas) { (shown, bare) = (canvas, nil) }
    func present(bare lines: [String]) { bare = lines }
    func read() -> [UInt8]? { typed.isEmpty ? nil : typed.removeFirst() }
    func wait(pipe: Int32, milliseconds: Int?) -> Wake {
        waits += 1
        guard let next = typed.first else { return .lost }
        if next == nil { typed.removeFirst() }
        return next == nil ? [] : .input
    }
    func send(_ bytes: [UInt8]) { sent += bytes }
    func redraw() { shown = nil }
    func suspend() {}
    func lend(_ body: () -> Void) {
        loans += 1
        body()
    }
    func close() { isClosed = true }
}
