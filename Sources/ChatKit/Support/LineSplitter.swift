/// Cuts a stream of bytes into lines, however it is chopped, and never holds more than one line's limit.
package struct LineSplitter {
    package enum Line: Equatable, Sendable {
        /// Without the line feed, and without a carriage return before it.
        case complete([UInt8])
        /// Longer than the limit; its bytes were dropped.
        case tooLong
    }

    /// The most bytes of a line, its end not counted.
    private let limit: Int
    private var pending: [UInt8] = []
    private var isSkipping = false

    package init(limit: Int) { self.limit = limit }

    /// The lines that `chunk` completes.
    package mutating func append(_ chunk: some Sequence<UInt8>) -> [Line] {
        var lines: [Line] = []
        for byte in chunk {
            if byte == UInt8(ascii: "\n") {
                lines.append(takeLine())
            } else if isSkipping {
                continue
            } else if pending.count > limit {
                // One byte beyond the limit is kept, since it may be the carriage return of the line's end.
                isSkipping = true
                pending.removeAll(keepingCapacity: false)
            } else {
                pending.append(byte)
            }
        }
        return lines
    }

    /// What stands after the last line feed when the stream ends.
    package mutating func finish() -> Line? {
        pending.isEmpty && !isSkipping ? nil : takeLine()
    }

    private mutating func takeLine() -> Line {
        defer {
            pending.removeAll(keepingCapacity: pending.count < 4_096)
            isSkipping = false
        }
        if pending.last == UInt8(ascii: "\r") { pending.removeLast() }
        return isSkipping || pending.count > limit ? .tooLong : .complete(pending)
    }
}
