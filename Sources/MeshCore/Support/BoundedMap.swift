internal import DequeModule

/// A dictionary that holds at most `capacity` keys and forgets the one inserted first.
package struct BoundedMap<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Slot: Sendable {
        var value: Value
        /// Tells this insertion from an earlier one of the same key.
        let ticket: UInt64
    }

    private var slots: [Key: Slot] = [:]
    /// In the order of insertion. Keys that were removed stay here, with a ticket that is no longer good, until they
    /// are as many as the others: so removing one does not search them all.
    private var order: Deque<(key: Key, ticket: UInt64)> = []
    private var tickets: UInt64 = 0
    package let capacity: Int

    package init(capacity: Int) {
        precondition(capacity > 0, "a map of nothing")
        self.capacity = capacity
    }

    package var count: Int { slots.count }

    /// Setting nil forgets the key. A key set again keeps its place in the order.
    package subscript(key: Key) -> Value? {
        get { slots[key]?.value }
        set {
            guard let newValue else {
                if slots.removeValue(forKey: key) != nil { compact() }
                return
            }
            if let slot = slots[key] {
                slots[key] = Slot(value: newValue, ticket: slot.ticket)
            } else {
                insert(newValue, for: key)
            }
        }
    }

    private mutating func insert(_ value: Value, for key: Key) {
        tickets += 1
        slots[key] = Slot(value: value, ticket: tickets)
        order.append((key, tickets))
        while slots.count > capacity, let oldest = order.popFirst() {
            if slots[oldest.key]?.ticket == oldest.ticket { slots[oldest.key] = nil }
        }
    }

    private mutating func compact() {
        if order.count > 2 * slots.count + 16 { order.removeAll { slots[$0.key]?.ticket != $0.ticket } }
    }

    /// Oldest first.
    package var keys: some Sequence<Key> {
        order.lazy.filter { slots[$0.key]?.ticket == $0.ticket }.map(\.key)
    }

    package mutating func removeAll(where predicate: (Key, Value) -> Bool) {
        for key in Array(keys) {
            if let slot = slots[key], predicate(key, slot.value) { slots[key] = nil }
        }
        compact()
    }
}
