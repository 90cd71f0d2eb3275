/// A terminal for tests: it keeps what was shown and types what it is told.
package final class FakeTerminal: Terminal {
    package var size: Size
    package let traits = TerminalTraits()
    package private(set) var bare: [String]?
    package private(set) var loans = 0
    package private(set) var shown: Canvas?
    package private(set) var sent: [UInt8] = []
    package private(set) var isClosed = false
    private var typed: [[UInt8]]

    package init(_ size: Size, typed: [[UInt8]] = []) {
        (self.size, self.typed) = (size, typed)
    }

    package func present(_ canvas: Canvas) { (shown, bare) = (canvas, nil) }
    package func present(bare lines: [String]) { bare = lines }
    package func read() -> [UInt8]? { typed.isEmpty ? nil : typed.removeFirst() }
    package func wait(pipe: Int32, milliseconds: Int?) -> Wake { typed.isEmpty ? .lost : .input }
    package func send(_ bytes: [UInt8]) { sent += bytes }
    package func redraw() { shown = nil }
    package func suspend() {}
    package func lend(_ body: () -> Void) {
        loans += 1
        body()
    }
    package func close() { isClosed = true }
}
