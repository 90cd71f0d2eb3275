import MeshCore

/// What must have arrived in the end. Histories are in memory, so a message that nobody who runs holds any more is
/// gone; every other one reaches every member that runs, once.
package struct DeliveryDemand {
    /// Of each message, by number: who runs and has had it in hand since it came.
    private let holders: [[Int]]

    /// Taken at the moment when faults end.
    package init(of world: World) {
        holders = world.ledger.messages.map { message in
            world.nodes.filter { $0.isUp && message.copies[$0.index] > 0 }.map(\.index)
        }
    }

    /// Messages that are wanted of these members, each with those who lack it. What revoked authors wrote may stay
    /// where it is. A direct message comes from its author, as long as that one lives.
    package func missing(in world: World) -> [(message: Int, lacking: [Int])] {
        let members = Set(world.peersInAgreement.map(\.index))
        return holders.indices.compactMap { number in
            let message = world.ledger.messages[number]
            guard members.contains(message.author) else { return nil }
            let holders = holders[number].filter { members.contains($0) }
            let wanted: [Int]
            if let target = message.target {
                guard holders.contains(message.author), members.contains(target) else { return nil }
                // What it had before it was killed it need not be given again.
                wanted = message.firstAt[target] < 0 ? [target] : []
            } else {
                guard !holders.isEmpty else { return nil }
                wanted = members.sorted()
            }
            let lacking = wanted.filter { message.copies[$0] == 0 }
            return lacking.isEmpty ? nil : (number, lacking)
        }
    }

    /// Pairs of a message and a node.
    package func expected(in world: World) -> Int {
        let members = Set(world.peersInAgreement.map(\.index))
        return holders.indices.reduce(0) { sum, number in
            let message = world.ledger.messages[number]
            guard members.contains(message.author), !holders[number].isEmpty else { return sum }
            return sum + (message.target == nil ? members.count : 1)
        }
    }
}
