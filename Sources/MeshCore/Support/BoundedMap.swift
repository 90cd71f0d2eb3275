internal import DequeModule

/// A dictionary that holds at most `capacity` keys and forgets the one inserted first.
package struct BoundedMap<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private var values: [Key: Value] = [:]
    private var order: Deque<Key> = []
    package let capacity: Int

    package init(capacity: Int) {
        precondition(capacity > 0, "a map of nothing")
        self.capacity = capacity
    }

    package var count: Int { values.count }

    /// Setting nil forgets the key. A key set again keeps its place in the order.
    package subscript(key: Key) -> Value? {
        get { values[key] }
        set {
            guard let newValue else {
                if values.removeValue(forKey: key) != nil { order.removeAll { $0 == key } }
                return
            }
            if values.updateValue(newValue, forKey: key) == nil {
                order.append(key)
                if order.count > capacity, let oldest = order.popFirst() { values[oldest] = nil }
            }
        }
    }

    /// Oldest first.
    package var keys: some Sequence<Key> { order }

    package mutating func removeAll(where predicate: (Key, Value) -> Bool) {
        let gone = order.filter { key in values[key].map { predicate(key, $0) } ?? false }
        guard !gone.isEmpty else { return }
        for key in gone { values[key] = nil }
        order.removeAll { values[$0] == nil }
    }
}
