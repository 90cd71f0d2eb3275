import HeapModule

/// What is to happen, in order of time and, at equal times, of scheduling: one order for one history.
///
/// The heap moves tickets of 24 trivial bytes; what they stand for stays in its slot.
struct EventQueue<Event> {
    private struct Ticket: Comparable {
        let at: Int64
        let order: UInt64
        let slot: Int

        static func < (left: Ticket, right: Ticket) -> Bool {
            left.at == right.at ? left.order < right.order : left.at < right.at
        }
    }

    private var heap = Heap<Ticket>()
    /// Tickets that were taken from the heap in order, the next one last, and have not been popped.
    private var window: [Ticket] = []
    private var slots: [Event?] = []
    private var freeSlots: [Int] = []
    private var scheduled: UInt64 = 0

    /// When the next event is due, in ns.
    var nextTime: Int64? { next?.at }

    private var next: Ticket? {
        guard let planned = window.last else { return heap.min }
        guard let other = heap.min else { return planned }
        return min(planned, other)
    }

    /// Everything that ``look(through:_:)`` has shown was popped.
    var isWindowOver: Bool { window.isEmpty }

    /// Shows what is due up to this time and was not shown before, in order, until `body` returns false. All of it stays in
    /// the queue.
    mutating func look(through end: Int64, _ body: (Int64, Event) -> Bool) {
        while let ticket = heap.min, ticket.at <= end {
            heap.removeMin()
            window.append(ticket)
            guard let event = slots[ticket.slot], body(ticket.at, event) else { break }
        }
        // Two runs, one falling and one rising, which the sort of the library finds and merges.
        window.sort(by: >)
    }

    mutating func push(_ event: Event, at time: Int64) {
        scheduled += 1
        let slot: Int
        if let free = freeSlots.popLast() {
            slot = free
            slots[slot] = event
        } else {
            slot = slots.count
            slots.append(event)
        }
        heap.insert(Ticket(at: time, order: scheduled, slot: slot))
    }

    mutating func pop() -> (at: Int64, event: Event)? {
        guard let ticket = next else { return nil }
        if ticket == window.last { window.removeLast() } else { heap.removeMin() }
        var event: Event?
        swap(&event, &slots[ticket.slot])
        freeSlots.append(ticket.slot)
        return event.map { (ticket.at, $0) }
    }
}
