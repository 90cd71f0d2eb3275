/// Which links this node keeps: a ring by NodeID, chords agreed pairwise, and probes of whoever is out of reach.
///
/// Every member knows the roster and everybody's published links, so links are computed rather than drawn: each node
/// links to its two live neighbours on the circle of NodeIDs (rule 4.1) and agrees on further links up to
/// `maxDegree` with members that have a free slot (4.2). Whoever is out of reach between me and my ring neighbours is
/// mine to probe (4.6): that one rule is repair, healing and rejoin.
///
/// Facts come in through methods named in the past tense; ``evaluate(now:using:)`` applies the rules and says what to
/// do. Nothing is polled: ``nextEvaluation`` tells when there may be something to do.
package struct TopologyMachine: Sendable {
    package struct Configuration: Sendable, Equatable {
        package var minDegree: Int
        package var maxDegree: Int
        /// The audit: rules are evaluated at least this often.
        package var rebalanceInterval: Duration

        package init(minDegree: Int = 2, maxDegree: Int = 3, rebalanceInterval: Duration = .seconds(5)) {
            (self.minDegree, self.maxDegree) = (minDegree, maxDegree)
            self.rebalanceInterval = rebalanceInterval
        }
    }

    /// A member as the topology needs to know it.
    package struct Member: Sendable, Equatable {
        package var id: NodeID
        /// An address is known.
        package var hasEndpoint: Bool

        package init(id: NodeID, hasEndpoint: Bool) { (self.id, self.hasEndpoint) = (id, hasEndpoint) }
    }

    package let id: NodeID
    let configuration: Configuration
    let weight: ChordWeight
    var graph: LinkGraph
    var links = OwnLinks()
    var dials = DialBook()
    var publication = PublicationPolicy()
    var reachability: InboundState
    /// Members who said goodbye and have not been seen since. Looked up only.
    private(set) var departed: Set<NodeID> = []
    /// Members that a REJECT has named, to be dialled at the next evaluation.
    var suggestions: [NodeID] = []
    var lastReachChange: Instant
    /// The link that was last asked to drain; nil when that is settled.
    var shedding: (peer: NodeID, since: Instant)?
    /// Ends that refused to let a link go; asked again after the next audit.
    var drainRefusals: Set<NodeID> = []
    var nextAudit: Instant
    private var lastEvaluation: Instant?
    /// When the next pause of a dial ends, as of the last evaluation; whatever changes a pause makes `isDirty`.
    private var nextPauseEnd = Instant.distantFuture
    /// The members as they were last given, and linked peers that are none (any more).
    private var roster: [Member] = []
    private var strangers: Set<NodeID> = []
    private var isDirty = true
    private let start: Instant

    /// `hasEndpoint`: this node has an address to advertise.
    package init(id: NodeID, configuration: Configuration, weight: ChordWeight, hasEndpoint: Bool, now: Instant) {
        precondition(configuration.maxDegree >= configuration.minDegree, "maxDegree is less than minDegree")
        (self.id, self.configuration, self.weight) = (id, configuration, weight)
        graph = LinkGraph(own: id)
        reachability = InboundState(hasEndpoint: hasEndpoint)
        (start, lastReachChange, nextAudit) = (now, now, now + configuration.rebalanceInterval)
        linksChanged()
    }

    /// A machine in the middle of a settled mesh: everybody is in reach, `value` is its own record, and all know it.
    ///
    /// For simulations of thousands: the machines share the memory of `graph` and `roster` until they differ.
    ///
    /// - Parameters:
    ///   - graph: The whole mesh, in one part, as any of its members sees it.
    ///   - now: Audits are counted from here.
    package init(
        id: NodeID, configuration: Configuration, weight: ChordWeight, roster: [Member], graph: LinkGraph,
        value: LinksValue, now: Instant
    ) {
        self.init(id: id, configuration: configuration, weight: weight, hasEndpoint: true, now: now)
        (self.graph, self.roster) = (graph.seen(by: id), roster)
        _ = reachability.dialled()
        for link in value.links { _ = links.open(link.peer, isUndiallable: false, now: now) }
        let needed = value.links.filter(\.isNeeded).map(\.peer)
        _ = links.setNeeded { needed.contains($0.peer) }
        precondition(ownValue == value, "the record of \(id) is not what it would say itself")
        publication.adopt(value, now: now)
        (lastEvaluation, isDirty) = (now, false)
    }

    /// When to call `evaluate`; in the past when that is overdue.
    package var nextEvaluation: Instant {
        guard let lastEvaluation else { return start }
        if !suggestions.isEmpty { return lastEvaluation }
        let wanted = isDirty ? lastEvaluation : min(nextAudit, nextPauseEnd)
        let rules = max(wanted, lastEvaluation + TopologyRules.evaluationInterval)
        return min(rules, publication.nextPublication ?? .distantFuture)
    }

    /// Applies all rules.
    package mutating func evaluate(now: Instant, using generator: inout SeededGenerator) -> [TopologyAction] {
        (lastEvaluation, isDirty) = (now, false)
        let isAudit = nextAudit <= now
        if isAudit {
            nextAudit = now + configuration.rebalanceInterval
            drainRefusals = []
            dials.prune(now: now)
            keepWhatIsNotClosed(now: now)
        }
        dials.takeHope(now: now)
        graph.refresh(shortest: isAudit)
        var actions = noteReach(now: now)
        dialSuggestions(now: now, into: &actions)
        let circle = circle(now: now)
        if inbound == .no {
            keepRelays(now: now, into: &actions)
        } else {
            keepRing(circle, now: now, into: &actions)
            keepChord(circle, now: now, into: &actions)
        }
        shed(now: now, into: &actions)
        probe(circle, isAudit: isAudit, now: now, using: &generator, into: &actions)
        if let peer = reachability.nextToAsk(links.live.map(\.peer)) { actions.append(.askDialBack(peer)) }
        if let value = publication.publish(ownValue, now: now) { actions.append(.publish(value)) }
        nextPauseEnd = dials.nextPauseEnd(after: now) ?? .distantFuture
        return actions
    }

    /// My links as they are, for my own view of the graph.
    var ownValue: LinksValue {
        LinksValue(
            inbound: inbound, wanted: UInt8(clamping: configuration.maxDegree), links: links.live.map(\.published))
    }

    /// To be called after each change of `links` or `reachability`.
    mutating func linksChanged() {
        isDirty = true
        graph.setOwn(ownValue)
    }

    mutating func emitDial(_ peer: NodeID, for purpose: DialBook.Purpose, into actions: inout [TopologyAction]) {
        dials.started(peer, for: purpose)
        actions.append(.dial(peer))
    }

    private mutating func dialSuggestions(now: Instant, into actions: inout [TopologyAction]) {
        for peer in suggestions where links.isEmpty && peer != id && dials.isFree(peer, now: now) {
            emitDial(peer, for: .link, into: &actions)
        }
        suggestions = []
    }

    /// Says who came into reach and who went out of it since the last evaluation.
    private mutating func noteReach(now: Instant) -> [TopologyAction] {
        let (gained, lost) = graph.takeReachChanges()
        guard !gained.isEmpty || !lost.isEmpty else { return [] }
        for member in gained {
            dials.cameIntoReach(member)
            departed.remove(member)
        }
        lastReachChange = now
        return gained.map { .becameReachable($0) } + lost.map { .becameUnreachable($0) }
    }
}

// MARK: - Inputs. Peers need not be in the roster.

extension TopologyMachine {
    /// All members (this node may be among them), each once. Call on each change of membership or addresses; the
    /// same roster in the same order again costs one comparison.
    package mutating func setRoster(_ members: [Member]) {
        guard members != roster else { return }
        isDirty = true
        roster = members
        let ids = Set(members.lazy.map(\.id))
        strangers = Set(links.all.lazy.map(\.peer)).subtracting(ids)
        let diallable = Set(members.lazy.filter(\.hasEndpoint).map(\.id))
        graph.setMembers(ids.union(strangers))
        graph.setEndpoints { diallable.contains($0) }
        departed.formIntersection(ids)
    }

    /// An address of a member of the roster has become known. As ``setRoster(_:)`` would say, which takes a while.
    package mutating func setEndpoint(of member: NodeID, isKnown: Bool) {
        guard let rank = graph.rank(of: member), graph.views[rank].hasEndpoint != isKnown,
            let place = roster.firstIndex(where: { $0.id == member })
        else { return }
        isDirty = true
        roster[place].hasEndpoint = isKnown
        graph.setEndpoint(of: rank, isKnown: isKnown)
    }

    /// The roster has changed and is set before the next evaluation.
    package mutating func rosterWillChange() { isDirty = true }

    /// The newest links record of another member, never an older one than before. Those of non-members are ignored:
    /// hand them over again when the roster has them. Returns whether it said anything new.
    @discardableResult
    package mutating func recordReceived(_ value: LinksValue, of owner: NodeID) -> Bool {
        guard owner != id, graph.record(value, of: owner) else { return false }
        isDirty = true
        dials.heardOf(owner)
        return true
    }

    /// `features` as the peer gave them in HELLO or WELCOME. Replaces an earlier link to the same peer.
    package mutating func linkOpened(_ peer: NodeID, features: Hello.Features, now: Instant) {
        precondition(peer != id, "a link to myself")
        if graph.rank(of: peer) == nil {
            strangers.insert(peer)
            graph.setMembers(graph.members + [peer])
        }
        dials.linked(peer)
        if shedding?.peer == peer { shedding = nil }
        departed.remove(peer)
        let isNews = links.open(peer, isUndiallable: features.contains(.undiallable), now: now)
        if isNews { publication.linkUp(peer, now: now) }
        linksChanged()
    }

    package mutating func linkClosed(_ peer: NodeID, now: Instant) {
        if shedding?.peer == peer { shedding = nil }
        guard let link = links.close(peer) else { return }
        if link.isLive { publication.linkDown(peer, now: now) }
        if strangers.remove(peer) != nil { graph.setMembers(graph.members.filter { $0 != peer }) }
        linksChanged()
    }

    /// phi has crossed its threshold (rule 4.8): the link leaves my list at once. The core keeps the socket for 15 s.
    package mutating func suspect(_ peer: NodeID, now: Instant) {
        guard links.update(peer, { $0.isSuspect = true }) else { return }
        publication.linkDown(peer, now: now)
        linksChanged()
    }

    /// A byte came over a suspect link.
    package mutating func restore(_ peer: NodeID, now: Instant) {
        guard links.update(peer, { $0.isSuspect = false }) else { return }
        publication.linkUp(peer, now: now)
        linksChanged()
    }

    /// The core dials this member on its own account (a seed peer, somebody discovered).
    package mutating func dialStarted(_ peer: NodeID) { dials.started(peer, for: .link) }

    /// No link came of a dial. `peer` nil: a seed peer without a known key. `byNetwork`: nobody answered there, or
    /// not as the mesh does.
    package mutating func dialFailed(
        _ peer: NodeID?, byNetwork: Bool, now: Instant, using generator: inout SeededGenerator
    ) {
        isDirty = true
        dials.failed(
            peer, byNetwork: byNetwork, hasLink: !links.isEmpty, componentSize: graph.componentSize, now: now,
            using: &generator)
    }

    /// REJECT(full) with the names in it, or a connection closed at once for lack of room.
    package mutating func dialRejected(
        by peer: NodeID?, others: [NodeID], now: Instant, using generator: inout SeededGenerator
    ) {
        isDirty = true
        if let peer { dials.rejected(by: peer, now: now, using: &generator) }
        if links.isEmpty { suggestions += others.prefix(TopologyRules.alternatives) }
    }

    /// The dialler's own `accepts(…, asDialler: true)` said no, or the dial was abandoned.
    package mutating func dialGivenUp(_ peer: NodeID, now: Instant) {
        isDirty = true
        dials.givenUp(peer, now: now)
    }

    package mutating func drainRefused(by peer: NodeID) {
        isDirty = true
        drainRefusals.insert(peer)
        if shedding?.peer == peer { shedding = nil }
    }

    /// The member said goodbye: it will dial when it returns.
    package mutating func memberLeft(_ peer: NodeID, now: Instant) {
        isDirty = true
        departed.insert(peer)
        dials.left(peer, now: now)
    }

    /// Another member's dial has reached us.
    package mutating func inboundSeen() {
        if reachability.dialled() { linksChanged() }
    }

    package mutating func dialBackAnswered(by peer: NodeID, reached: Bool) {
        if reachability.answered(by: peer, reached: reached) { linksChanged() }
    }

    package mutating func setOwnEndpoint(isKnown: Bool) {
        if reachability.setEndpoint(isKnown: isKnown) { linksChanged() }
    }
}
