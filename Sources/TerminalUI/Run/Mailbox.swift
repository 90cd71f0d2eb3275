internal import Glibc
internal import Synchronization

/// Events on their way from other threads to the one that owns the screen, which sleeps until the pipe has a byte.
package final class Mailbox: Sendable {
    /// Beyond this whoever posts waits: a terminal that takes nothing must not fill the memory.
    private static let limit = 2_000

    private let events = Mutex<[Event]>([])
    /// Readable when something waits.
    let descriptor: Int32
    private let writer: Int32

    package init() {
        var ends: [Int32] = [-1, -1]
        // Reason for unsafe: `pipe` fills in the array of two whose address it gets.
        let result = unsafe pipe(&ends)
        precondition(result == 0, "a process has room for two descriptors")
        (descriptor, writer) = (ends[0], ends[1])
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
    }

    deinit {
        _ = Glibc.close(descriptor)
        _ = Glibc.close(writer)
    }

    package func post(_ event: Event) {
        let isFirst = events.withLock { events in
            let wasEmpty = events.isEmpty
            // A newer look at the members takes the place of one that nobody has seen.
            if case .snapshot = event {
                events.removeAll { if case .snapshot = $0 { true } else { false } }
            }
            events.append(event)
            return wasEmpty
        }
        // Reason for unsafe: one byte of a local value is read. A full pipe wakes the reader no less.
        if isFirst { _ = unsafe withUnsafeBytes(of: UInt8(0)) { unsafe write(writer, $0.baseAddress, 1) } }
    }

    /// Posts when there is room again.
    package func postWhenRoom(_ event: Event) async {
        while events.withLock({ $0.count >= Self.limit }) { try? await Task.sleep(for: .milliseconds(20)) }
        post(event)
    }

    /// The oldest ones, and whether more wait: so many at a time that what is typed meanwhile is not kept waiting.
    func take(atMost limit: Int = 200) -> (events: [Event], hasMore: Bool) {
        events.withLock { events in
            let taken = Array(events.prefix(limit))
            events.removeFirst(taken.count)
            return (taken, !events.isEmpty)
        }
    }
}
