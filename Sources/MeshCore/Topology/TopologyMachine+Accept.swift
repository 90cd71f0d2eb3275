// MARK: - Rules 4.4 and 4.5: whom to take, and whom to name instead

extension TopologyMachine {
    /// Is a link to this member to be kept? Asked at WELCOME by both ends, each with the `features` of the other: the
    /// dialler, too, gives up a link that its own rule would refuse.
    package mutating func accepts(_ peer: NodeID, features: Hello.Features, asDialler: Bool) -> Bool {
        graph.refresh()
        // Which of two links to the same peer survives is not decided here.
        if links[peer] != nil { return true }
        guard links.all.count < WireLimits.links else { return false }
        let isUrgent = asDialler ? isUrgent : features.contains(.urgent)
        let isFresh = !asDialler && features.contains(.fresh)
        if isUndiallable(peer, features) { return isUrgent || guestCount < guestLimit }
        // A link that is about to close still takes its place.
        let degree = links.all.count { !$0.isSuspect } - max(guestCount - 1, 0)
        if degree < configuration.maxDegree { return true }
        let isOutside = !graph.isReachable(peer)
        // This alone admits everybody when only one node can be dialled.
        if isOutside, isUrgent { return true }
        if degree >= configuration.maxDegree + TopologyRules.repairingSlots { return false }
        if isOutside, !isFresh { return true }
        return isRingNeighbour(peer) || isUrgent
    }

    /// Up to three members to name in a REJECT: the dialler's nearest on each side and a random one with a free slot;
    /// for one that cannot be dialled, the least loaded relays.
    package mutating func alternatives(
        for dialler: NodeID, isUndiallable: Bool, using generator: inout SeededGenerator
    ) -> [NodeID] {
        graph.refresh()
        let relays = graph.members.indices.filter { rank in
            graph.isInside(rank) && rank != graph.ownRank && graph.members[rank] != dialler && isRelay(rank)
        }
        if isUndiallable {
            return leastLoaded(relays, for: dialler).prefix(TopologyRules.alternatives).map { graph.members[$0] }
        }
        guard let first = relays.first, let last = relays.last else { return [] }
        let successor = relays.first { dialler < graph.members[$0] } ?? first
        let predecessor = relays.last { graph.members[$0] < dialler } ?? last
        var named = predecessor == successor ? [successor] : [predecessor, successor]
        let free = relays.filter { !named.contains($0) && hasFreeSlot($0) }
        if let other = free.randomElement(using: &generator) { named.append(other) }
        return named.map { graph.members[$0] }
    }

    private func isUndiallable(_ peer: NodeID, _ features: Hello.Features) -> Bool {
        features.contains(.undiallable) || graph.rank(of: peer).map { graph.views[$0].inbound == .no } ?? false
    }

    /// Links from members that cannot be dialled; together they take one slot, that of the chord.
    private var guestCount: Int { links.live.count(where: isGuest) }

    /// The peer's own record, if there is one, is newer than what its HELLO said.
    func isGuest(_ link: OwnLinks.Link) -> Bool {
        guard let rank = graph.rank(of: link.peer), graph.views[rank].isKnown else { return link.isUndiallable }
        return graph.views[rank].inbound == .no
    }

    /// With r relays and m undiallable members in my component each of the latter wants two relays (one if there is
    /// only one): ceil(min(2, r) (m + 1) / r), and one to spare.
    private var guestLimit: Int {
        let inside = graph.members.indices.filter { graph.isInside($0) }
        let relays = max(inside.count { isRelay($0) }, 1)
        let guests = inside.count { graph.views[$0].inbound == .no }
        return (min(TopologyRules.undiallableDegree, relays) * (guests + 1) + relays - 1) / relays + 1
    }

    func hasFreeSlot(_ rank: Int) -> Bool { graph.views[rank].degree < UInt16(graph.views[rank].wanted) }

    /// Would `peer` be next to me on the circle of R and itself?
    private func isRingNeighbour(_ peer: NodeID) -> Bool {
        guard let successor = nearestRelay(stepping: 1, except: peer),
            let predecessor = nearestRelay(stepping: graph.members.count - 1, except: peer)
        else { return true }
        return Self.isBetween(peer, id, successor) || Self.isBetween(peer, predecessor, id)
    }

    /// The first member of R on the way around the circle.
    private func nearestRelay(stepping step: Int, except peer: NodeID) -> NodeID? {
        var rank = (graph.ownRank + step) % graph.members.count
        while rank != graph.ownRank {
            if graph.isInside(rank), isRelay(rank), graph.members[rank] != peer { return graph.members[rank] }
            rank = (rank + step) % graph.members.count
        }
        return nil
    }

    /// On the circle, going up from `low` to `high`.
    static func isBetween(_ member: NodeID, _ low: NodeID, _ high: NodeID) -> Bool {
        low < high ? low < member && member < high : member > low || member < high
    }
}
