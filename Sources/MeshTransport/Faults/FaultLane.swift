internal import DequeModule
internal import MeshCore
internal import NIOCore

/// One direction of a link as a bad network would carry it: in order, late, or for now not at all.
struct FaultLane<Item> {
    /// The least time before TCP sends a lost segment again, and how often it doubles here (RFC 6298, section 2.4, with
    /// the 200 ms of Linux).
    private static var retransmission: Duration { .milliseconds(200) }
    private static var retransmissions: Int { 6 }

    private var queue = Deque<(due: NIODeadline, item: Item)>()

    var isEmpty: Bool { queue.isEmpty }
    /// When the first item may go; nil when there is none.
    var nextDue: NIODeadline? { queue.first?.due }

    mutating func append(_ item: Item, _ fault: LinkFault, now: NIODeadline) {
        let due = now + Self.latency(fault)
        queue.append((max(due, queue.last?.due ?? now), item))
    }

    mutating func takeDue(_ now: NIODeadline) -> [Item] {
        var due: [Item] = []
        while let first = queue.first, first.due <= now { due.append(queue.removeFirst().item) }
        return due
    }

    mutating func removeAll() -> [Item] {
        let items = queue.map(\.item)
        queue = []
        return items
    }

    private static func latency(_ fault: LinkFault) -> TimeAmount {
        var latency = fault.delay.nanoseconds
        let jitter = fault.jitter.nanoseconds
        if jitter > 0 { latency += Int64.random(in: -jitter...jitter) }
        var pause = retransmission.nanoseconds
        for _ in 0..<retransmissions {
            guard Double.random(in: 0..<1) < fault.loss else { break }
            latency += pause
            pause *= 2
        }
        return .nanoseconds(max(0, latency))
    }
}
