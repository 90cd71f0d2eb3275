import MeshCore

/// What became of chat messages.
package struct Delivery: Sendable {
    /// (message, node) pairs that got it exactly once.
    package private(set) var once = 0
    /// Pairs that should have got it.
    package private(set) var expected = 0
    /// Deliveries beyond the first.
    package private(set) var duplicates = 0
    /// Messages and who lacks them, the first few.
    package private(set) var missing: [(message: Int, node: Int)] = []

    package var fraction: Double { expected == 0 ? 1 : Double(once) / Double(expected) }

    /// Of these messages at these nodes. A message whose author and all who had it are gone cannot be delivered and
    /// is not expected of anybody.
    package init(of messages: some Sequence<Int>, at nodes: [Int], in ledger: MessageLedger) {
        let present = Set(nodes)
        for number in messages {
            let message = ledger.messages[number]
            let wanted = message.target.map { [$0, message.author] } ?? nodes
            guard nodes.contains(where: { message.copies[$0] > 0 }) else { continue }
            for node in wanted where present.contains(node) {
                expected += 1
                let copies = Int(message.copies[node])
                if copies == 1 { once += 1 }
                if copies > 1 { duplicates += copies - 1 }
                if copies == 0, missing.count < 20 { missing.append((number, node)) }
            }
        }
    }
}

extension MessageLedger {
    /// The greatest number of links that a copy had crossed when it was a node's first.
    package func lastHop(of message: Int) -> Int { messages[message].hops.compactMap { $0.map(Int.init) }.max() ?? 0 }

    /// When the last of these nodes got it, in ns; nil while one of them lacks it.
    package func completion(of message: Int, at nodes: [Int]) -> Int64? {
        var last: Int64 = 0
        for node in nodes {
            let at = messages[message].firstAt[node]
            guard at >= 0 else { return nil }
            last = max(last, at)
        }
        return last
    }
}
