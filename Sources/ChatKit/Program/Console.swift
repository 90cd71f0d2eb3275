internal import Glibc
internal import NIOPosix

/// Standard input, chunk by chunk. Reading blocks, so it has a thread of its own; nothing is read ahead of who asks.
package struct StandardInput: Sendable {
    private let thread = NIOThreadPool(numberOfThreads: 1)

    package init() { thread.start() }

    /// Nil at the end, and when reading fails.
    package func next() async -> [UInt8]? {
        let chunk = try? await thread.runIfActive { try Descriptor.read(0) }
        return chunk ?? nil
    }

    package static var isTerminal: Bool { Descriptor.isTerminal(0) }
}

/// Standard output, line by line, in the order in which lines are handed in. Whoever writes waits until the reader
/// has taken the line, so a slow reader holds up nothing but its own events.
package struct StandardOutput: Sendable {
    private let thread = NIOThreadPool(numberOfThreads: 1)

    package init() { thread.start() }

    /// False when nobody reads any more.
    @discardableResult
    package func write(_ line: String) async -> Bool {
        let bytes = Array((line + "\n").utf8)
        return (try? await thread.runIfActive { try Descriptor.write(bytes, to: 1) }) != nil
    }
}

/// Where a chat's lines go: what was asked for or said, and what the user should know.
package struct ChatOutput: Sendable {
    let write: @Sendable (String) async -> Void
    let say: @Sendable (String) -> Void

    package init(write: @escaping @Sendable (String) async -> Void, say: @escaping @Sendable (String) -> Void) {
        (self.write, self.say) = (write, say)
    }

    /// Standard output and standard error.
    package static func standard(_ output: StandardOutput) -> ChatOutput {
        ChatOutput(write: { await output.write($0) }, say: StandardError.say)
    }
}

/// Standard error: notices for the user.
package enum StandardError {
    package static func say(_ line: String) {
        // Nobody may be reading; there is nobody left to tell, then.
        try? Descriptor.write(Array((line + "\n").utf8), to: 2)
    }
}

extension StandardOutput {
    /// A terminal that knows escape sequences, whose user has not said no (no-color.org).
    package static var takesColours: Bool {
        let environment = Environment.current
        return Descriptor.isTerminal(1) && environment["NO_COLOR"] == nil
            && environment["TERM"].map { $0 != "dumb" } ?? false
    }
}
