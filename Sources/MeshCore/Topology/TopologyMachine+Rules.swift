/// The circle of NodeIDs as seen from one member: its live neighbours, and whom it passes on the way to them.
struct Circle: Sendable {
    /// Ranks of my ring neighbours, at most two and different.
    var neighbours: [Int] = []
    /// Ranks of members out of reach between me and my neighbours that could be dialled now, nearest first,
    /// alternating sides.
    var missing: [Int] = []
}

// MARK: - Rules 4.1 to 4.3, 4.6 and 4.7

extension TopologyMachine {
    /// Is this member part of the ring, if it is in my component?
    func isRelay(_ rank: Int) -> Bool {
        let view = graph.views[rank]
        return view.inbound != .no
            && (rank == graph.ownRank || view.hasEndpoint || links.isLive(graph.members[rank]))
    }

    /// Looks both ways along the circle. A member in my component whom I cannot dial, and who does not dial me, is
    /// skipped while its pause lasts.
    func circle(now: Instant) -> Circle {
        let limit = probeLimit
        let half = max((limit - limit / TopologyRules.randomProbeShare + 1) / 2, 1)
        var circle = Circle()
        var missing: [[Int]] = []
        for step in [1, graph.members.count - 1] {
            var passed: [Int] = []
            var rank = (graph.ownRank + step) % graph.members.count
            while rank != graph.ownRank {
                if graph.isInside(rank) {
                    if isRelay(rank), isLinkedOrUnpaused(graph.members[rank], now: now) {
                        if !circle.neighbours.contains(rank) { circle.neighbours.append(rank) }
                        break
                    }
                } else if passed.count < 2 * half, mayProbe(rank, now: now) {
                    passed.append(rank)
                }
                rank = (rank + step) % graph.members.count
            }
            missing.append(passed)
        }
        circle.missing = Self.alternate(missing[0], missing[1], limit: 2 * half)
        return circle
    }

    private func isLinkedOrUnpaused(_ member: NodeID, now: Instant) -> Bool {
        links.isLive(member) || !dials.isPaused(member, now: now)
    }

    /// Turns taken, without repetition: alone, both ways around lead past the same members.
    static func alternate(_ first: [Int], _ second: [Int], limit: Int) -> [Int] {
        var result: [Int] = []
        for index in 0..<max(first.count, second.count) {
            for list in [first, second] where index < list.count && !result.contains(list[index]) {
                result.append(list[index])
            }
        }
        return Array(result.prefix(limit))
    }

    /// Rule 4.1: both ends dial; the lower NodeID's dial survives. Whom this node would refuse when it answers is not
    /// dialled: with four links that others need, it called members far around the circle, was welcomed, hung up and
    /// called the next, for ever, and every record of that renewed the hope of those who were refused here.
    mutating func keepRing(_ circle: Circle, now: Instant, into actions: inout [TopologyAction]) {
        let neighbours = circle.neighbours.map { graph.members[$0] }
        if links.setNeeded({ neighbours.contains($0.peer) }) { linksChanged() }
        for neighbour in neighbours where !links.isLive(neighbour) && !dials.isUnderWay(neighbour) {
            guard accepts(neighbour, features: [], asDialler: true) else { continue }
            emitDial(neighbour, for: .link, into: &actions)
        }
    }

    /// Rule 4.2: with the ring in place and nothing under way, the free member that we both rank best.
    mutating func keepChord(_ circle: Circle, now: Instant, into actions: inout [TopologyAction]) {
        guard graph.componentSize > 1, circle.neighbours.allSatisfy({ links.isLive(graph.members[$0]) }),
            links.liveCount < configuration.maxDegree, dials.count == 0
        else { return }
        let free = graph.members.indices.filter { hasFreeSlot($0) && mayDialInside($0, now: now) }
        let best = free.map { (weight.of(id, graph.members[$0]), $0) }.min { $0.0 < $1.0 }
        if let best { emitDial(graph.members[best.1], for: .link, into: &actions) }
    }

    /// Rule 4.7: a member that cannot be dialled holds two links, to the least loaded relays.
    mutating func keepRelays(now: Instant, into actions: inout [TopologyAction]) {
        let oldest = links.live.sorted { ($0.openedAt, $0.peer) < ($1.openedAt, $1.peer) }.map(\.peer)
        let kept = oldest.prefix(TopologyRules.undiallableDegree)
        if links.setNeeded({ kept.contains($0.peer) }) { linksChanged() }
        let missing = TopologyRules.undiallableDegree - kept.count - dials.count(of: .relay)
        guard missing > 0 else { return }
        let relays = graph.members.indices.filter { mayDialInside($0, now: now) }
        for rank in leastLoaded(relays, for: id).prefix(missing) {
            emitDial(graph.members[rank], for: .relay, into: &actions)
        }
    }

    /// The fewest links first, then the smallest weight towards `member`.
    func leastLoaded(_ ranks: [Int], for member: NodeID) -> [Int] {
        ranks.map { (graph.views[$0].degree, weight.of(member, graph.members[$0]), $0) }
            .sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
    }

    private func mayDialInside(_ rank: Int, now: Instant) -> Bool {
        guard graph.isInside(rank), rank != graph.ownRank, isRelay(rank) else { return false }
        let member = graph.members[rank]
        return links[member] == nil && dials.isFree(member, now: now)
    }

    /// Rule 4.3: lets one spare link go, never a bridge and never the last but one of its other end.
    mutating func shed(now: Instant, into actions: inout [TopologyAction]) {
        let limit = inbound == .no ? TopologyRules.undiallableDegree : configuration.maxDegree
        guard links.liveCount > limit else { return }
        if let shedding, now - shedding.since < TopologyRules.drainPatience { return }
        shedding = nil
        let spare = links.live.compactMap { link -> (isOver: Bool, weight: Hash, peer: NodeID)? in
            guard let rank = graph.rank(of: link.peer), !drainRefusals.contains(link.peer) else { return nil }
            let view = graph.views[rank]
            guard !link.isNeeded, !isGuest(link), !graph.needsMe(rank), graph.lists(rank, graph.ownRank),
                Int(view.degree) > configuration.minDegree
            else { return nil }
            return (view.degree > UInt16(view.wanted), weight.of(id, link.peer), link.peer)
        }
        let ordered = spare.sorted { $0.isOver != $1.isOver ? $0.isOver : $0.weight > $1.weight }
        guard let peer = ordered.first(where: { graph.hasPathAround(linkTo: $0.peer) })?.peer else { return }
        shedding = (peer, now)
        actions.append(.askDrain(peer))
    }

    /// A peer that asked for a link to go and then keeps it has not heard the answer, or plays games. Both ends would
    /// count differently for ever: the link takes its place again.
    mutating func keepWhatIsNotClosed(now: Instant) {
        for link in links.all {
            guard let since = link.drainingSince, now - since >= TopologyRules.drainPatience else { continue }
            if links.update(link.peer, { $0.drainingSince = nil }) { publication.linkUp(link.peer, now: now) }
            linksChanged()
        }
    }

    /// Answers the peer's DRAIN. After a yes the link no longer counts; close it when its queue is empty.
    package mutating func agreesToDrain(_ peer: NodeID, now: Instant) -> Bool {
        guard let link = links[peer], !link.isDraining else { return links[peer] != nil }
        let spares = links.liveCount > configuration.minDegree || inbound == .no && !link.isNeeded
        guard !link.isNeeded, link.isSuspect || spares && graph.hasPathAround(linkTo: peer) else { return false }
        if links.update(peer, { $0.drainingSince = now }) {
            publication.linkDown(peer, now: now)
            linksChanged()
        }
        return true
    }
}

// MARK: - Rule 4.6

extension TopologyMachine {
    /// Dials at once towards members out of reach.
    var probeLimit: Int {
        let present = graph.members.count - departed.count
        return 2 * graph.componentSize < present ? TopologyRules.probesInSmallPart : TopologyRules.probes
    }

    /// Out of my component, with a known address, not in a pause, and not known to be undiallable.
    func mayProbe(_ rank: Int, now: Instant) -> Bool {
        let view = graph.views[rank]
        return !graph.isInside(rank) && view.hasEndpoint && view.inbound != .no
            && dials.isFree(graph.members[rank], now: now)
    }

    /// Two thirds of the probes go to the members missing next to me, one third to random ones. After 30 s without
    /// change only the former, and one random probe per audit: that one also finds parts whose ids lie far away.
    mutating func probe(
        _ circle: Circle, isAudit: Bool, now: Instant, using generator: inout SeededGenerator,
        into actions: inout [TopologyAction]
    ) {
        let limit = probeLimit
        for rank in circle.missing {
            let member = graph.members[rank]
            if dials.count < limit, !dials.isUnderWay(member) { emitDial(member, for: .probe, into: &actions) }
        }
        let isEager = now - lastReachChange < TopologyRules.eagerProbing
        let wanted = isEager ? (circle.missing.isEmpty ? 0 : limit / TopologyRules.randomProbeShare) : isAudit ? 1 : 0
        guard wanted > 0, dials.count < limit else { return }
        for rank in randomAbsentees(min(wanted, limit - dials.count), now: now, using: &generator) {
            emitDial(graph.members[rank], for: .probe, into: &actions)
        }
    }

    /// So many random members out of reach. Draws first: after a mass death half of the draws hit, and going through
    /// ten thousand members ten times a second would be most of a node's work.
    private func randomAbsentees(_ count: Int, now: Instant, using generator: inout SeededGenerator) -> [Int] {
        func qualifies(_ rank: Int) -> Bool {
            mayProbe(rank, now: now) && !departed.contains(graph.members[rank])
        }
        guard graph.componentSize < graph.members.count else { return [] }
        var drawn: [Int] = []
        for _ in 0..<8 * count where drawn.count < count {
            let rank = Int.random(in: graph.members.indices, using: &generator)
            if !drawn.contains(rank), qualifies(rank) { drawn.append(rank) }
        }
        guard drawn.count < count else { return drawn }
        let others = graph.members.indices.filter { qualifies($0) && !drawn.contains($0) }
        return drawn + others.shuffled(using: &generator).prefix(count - drawn.count)
    }
}
