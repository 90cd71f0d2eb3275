/// A terminal for tests: it keeps what was shown and types what it is told.
package final class FakeTerminal: Terminal {
    package var size: Size
    package let colours: Int
    package private(set) var shown: Canvas?
    package private(set) var sent: [UInt8] = []
    package private(set) var isClosed = false
    private var typed: [[UInt8]]

    package init(_ size: Size, colours: Int = 256, typed: [[UInt8]] = []) {
        (self.size, self.colours, self.typed) = (size, colours, typed)
    }

    package func present(_ canvas: Canvas) { shown = canvas }
    package func read() -> [UInt8]? { typed.isEmpty ? nil : typed.removeFirst() }
    package func wait(pipe: Int32, milliseconds: Int?) -> Wake { typed.isEmpty ? .lost : .input }
    package func send(_ bytes: [UInt8]) { sent += bytes }
    package func redraw() { shown = nil }
    package func suspend() {}
    package func close() { isClosed = true }
}
