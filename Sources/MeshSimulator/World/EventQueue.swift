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
    private var slots: [Event?] = []
    private var freeSlots: [Int] = []
    private var scheduled: UInt64 = 0

    var count: Int { heap.count }
    /// When the next event is due, in ns.
    var nextTime: Int64? { heap.min?.at }

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
        guard let ticket = heap.popMin() else { return nil }
        var event: Event?
        swap(&event, &slots[ticket.slot])
        freeSlots.append(ticket.slot)
        return event.map { (ticket.at, $0) }
    }
}
