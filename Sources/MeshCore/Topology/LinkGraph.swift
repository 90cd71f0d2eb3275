/// The mesh as this node sees it: the newest links record of each member, and its own links.
///
/// An edge is *live* when both ends list it; a node's own links are live by themselves. What is reached over live
/// edges from here is this node's *component*. Members are kept sorted, and everything inside is said in ranks, so
/// that the ring is arithmetic and no result depends on the order of a hash table. 27 bytes a member; a copy of a
/// graph shares them until one of the two changes.
package struct LinkGraph: Sendable {
    package private(set) var own: NodeID
    /// Sorted; this node included. A member's place here is its rank.
    package private(set) var members: [NodeID]
    private(set) var ownRank = 0
    private var ranks: [NodeID: Int] = [:]
    /// By rank.
    private(set) var views: [MemberView]
    /// By rank, for views that say so.
    private var oddRecords: [Int: OddRecord] = [:]
    /// Something has changed since the component was computed.
    private(set) var isStale = false

    /// By rank: 0 for members out of reach, 1 for me, n + 2 for those reached over `neighbours[n]`.
    private var hops: [UInt16]
    /// My peers' ranks when the component was computed, -1 for those who are no members any more.
    private var neighbours: [Int] = []
    /// Members in my component, me included.
    private(set) var componentSize = 1

    /// By rank: was in my component when `takeReachChanges` was last asked?
    private var wasInside: [Bool]
    /// Were in my component then, and are no members any more.
    private var goneFromInside: [NodeID] = []
    private var hasReachChanged = false

    package init(own: NodeID) {
        self.own = own
        (members, ranks, views) = ([own], [own: 0], [MemberView()])
        (hops, wasInside) = ([1], [true])
    }

    /// A settled mesh, all of it in one component, in which everybody can be dialled.
    package init(settled records: [(owner: NodeID, value: LinksValue)]) {
        precondition(!records.isEmpty, "a mesh of nobody")
        self.init(own: records[0].owner)
        setMembers(records.map(\.owner))
        setEndpoints { _ in true }
        for (owner, value) in records { record(value, of: owner) }
        refresh()
        precondition(componentSize == members.count, "\(componentSize) of \(members.count) members are in reach")
        _ = takeReachChanges()
    }

    /// The same mesh as another of its members sees it, if all of it is one component.
    package func seen(by member: NodeID) -> LinkGraph {
        guard let rank = ranks[member] else { preconditionFailure("\(member) is no member") }
        var graph = self
        (graph.own, graph.ownRank, graph.isStale) = (member, rank, true)
        return graph
    }

    func rank(of id: NodeID) -> Int? { ranks[id] }
    func isInside(_ rank: Int) -> Bool { hops[rank] != 0 }

    // MARK: What is known

    /// Replaces the members; this node always stays. Views of those who remain are kept.
    package mutating func setMembers(_ newMembers: some Sequence<NodeID>) {
        let sorted = Set(newMembers).union([own]).sorted()
        guard sorted != members else { return }
        let old = self
        members = sorted
        ranks = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1, $0) })
        ownRank = ranks[own] ?? 0
        oddRecords = [:]
        let places = sorted.map { old.ranks[$0] }
        let returned = Set(goneFromInside)
        goneFromInside =
            old.members.indices.filter { old.wasInside[$0] && ranks[old.members[$0]] == nil }
            .map { old.members[$0] } + goneFromInside.filter { ranks[$0] == nil }
        wasInside = zip(sorted, places).map { $1.map { old.wasInside[$0] } ?? returned.contains($0) }
        hops = places.map { $0.map { old.hops[$0] } ?? 0 }
        neighbours = neighbours.map { $0 < 0 ? -1 : ranks[old.members[$0]] ?? -1 }
        views = places.map { place in
            place.map { old.views[$0] } ?? MemberView()
        }
        for (rank, place) in places.enumerated() {
            guard let place, old.views[place].isKnown else { continue }
            setView(old.value(of: place), of: rank)
        }
        componentSize = hops.count { $0 != 0 }
        isStale = true
    }

    /// Can this member be dialled?
    mutating func setEndpoint(of rank: Int, isKnown: Bool) { views[rank].hasEndpoint = isKnown }

    /// Who of the members can be dialled.
    mutating func setEndpoints(_ hasEndpoint: (NodeID) -> Bool) {
        for rank in members.indices {
            let isKnown = hasEndpoint(members[rank])
            if views[rank].hasEndpoint != isKnown { views[rank].hasEndpoint = isKnown }
        }
    }

    /// Returns false when `owner` is no member, or its record says nothing new.
    @discardableResult
    package mutating func record(_ value: LinksValue, of owner: NodeID) -> Bool {
        guard let rank = ranks[owner] else { return false }
        let (view, odd) = parse(value, of: rank)
        guard view != views[rank] || view.isOdd && odd != oddRecords[rank] else { return false }
        if !isStale {
            isStale = concernsMe(rank, now: odd?.peers ?? (0..<view.peerCount).map { view.peer($0) })
        }
        views[rank] = view
        if odd != nil || !oddRecords.isEmpty { oddRecords[rank] = odd }
        return true
    }

    /// The links that this node holds, live by themselves.
    package mutating func setOwn(_ value: LinksValue) { record(value, of: own) }

    private mutating func setView(_ value: LinksValue, of rank: Int) {
        let (view, odd) = parse(value, of: rank)
        views[rank] = view
        oddRecords[rank] = odd
    }

    private func parse(_ value: LinksValue, of rank: Int) -> (MemberView, OddRecord?) {
        let view = MemberView(value, hasEndpoint: views[rank].hasEndpoint) { ranks[$0] }
        return (view, view.isOdd ? OddRecord(value) { ranks[$0] } : nil)
    }

    /// Would a record of `rank` with these peers change a live edge that touches my component? Edges among those out
    /// of reach do not, nor edges that the other end does not list.
    private func concernsMe(_ rank: Int, now peers: [Int]) -> Bool {
        var (before, concerns) = ([Int](), false)
        eachPeer(of: rank) { before.append($0) }
        if rank == ownRank { return before != peers }
        func look(_ peer: Int) {
            if peer != ownRank, isInside(rank) || isInside(peer), lists(peer, rank) { concerns = true }
        }
        for peer in peers where !before.contains(peer) { look(peer) }
        for peer in before where !peers.contains(peer) { look(peer) }
        return concerns
    }

    /// The record of a member, as it came.
    private func value(of rank: Int) -> LinksValue {
        if let odd = oddRecords[rank] { return odd.value }
        let view = views[rank]
        let links = (0..<view.peerCount).map {
            LinksValue.Link(peer: members[view.peer($0)], isNeeded: view.isNeeded($0))
        }
        return LinksValue(inbound: view.inbound, wanted: view.wanted, links: links)
    }

    // MARK: What follows

    /// Computes my component anew if anything has changed that may concern it: O(members + links).
    package mutating func refresh() {
        guard isStale else { return }
        (isStale, hasReachChanged) = (false, true)
        var reached: [UInt16] = []
        swap(&reached, &hops)
        for rank in reached.indices { reached[rank] = 0 }
        reached[ownRank] = 1
        var queue: [Int] = []
        queue.reserveCapacity(componentSize)
        eachPeer(of: ownRank) { if $0 != ownRank { queue.append($0) } }
        neighbours = queue
        for (place, rank) in queue.enumerated() { reached[rank] = UInt16(truncatingIfNeeded: place + 2) }
        var next = 0
        while next < queue.count {
            let rank = queue[next]
            next += 1
            eachPeer(of: rank) { peer in
                guard reached[peer] == 0, lists(peer, rank) else { return }
                reached[peer] = reached[rank]
                queue.append(peer)
            }
        }
        swap(&reached, &hops)
        componentSize = queue.count + 1
    }

    /// Calls `body` with the rank of each peer, itself a member, that `rank` lists; in order.
    @inline(__always)
    func eachPeer(of rank: Int, _ body: (Int) -> Void) {
        let view = views[rank]
        for place in 0..<view.peerCount { body(view.peer(place)) }
        if view.isOdd { for peer in oddRecords[rank]?.peers ?? [] { body(peer) } }
    }

    func lists(_ rank: Int, _ peer: Int) -> Bool {
        views[rank].lists(peer) || views[rank].isOdd && oddRecords[rank]?.peers.contains(peer) ?? false
    }

    /// Does `rank` count on its link to me?
    func needsMe(_ rank: Int) -> Bool {
        views[rank].needs(ownRank) || views[rank].isOdd && oddRecords[rank]?.needs(own) ?? false
    }

    /// Is the link that `rank` lists towards `peer` an edge?
    func isLive(_ rank: Int, _ peer: Int) -> Bool {
        if rank == ownRank { return peer != ownRank }
        // Edges to me are those of my own list, which the search has seen before all others.
        return peer != rank && lists(peer, rank)
    }

    /// Who came into my component, and who went out of it, between the last two calls of `refresh` that were followed
    /// by this; each sorted.
    mutating func takeReachChanges() -> (gained: [NodeID], lost: [NodeID]) {
        guard hasReachChanged || !goneFromInside.isEmpty else { return ([], []) }
        hasReachChanged = false
        var (gained, lost) = ([NodeID](), [NodeID]())
        for rank in hops.indices where wasInside[rank] != (hops[rank] != 0) {
            if wasInside[rank] { lost.append(members[rank]) } else { gained.append(members[rank]) }
            wasInside[rank].toggle()
        }
        if !goneFromInside.isEmpty { lost = (lost + goneFromInside).sorted() }
        goneFromInside = []
        return (gained, lost)
    }

    package func isReachable(_ id: NodeID) -> Bool { ranks[id].map { isInside($0) } ?? false }

    /// My component, sorted, me included.
    package var reachable: [NodeID] { members.indices.filter { isInside($0) }.map { members[$0] } }

    /// The neighbour to hand something to that is meant for `id`; nil when it cannot be reached.
    package func nextHop(to id: NodeID) -> NodeID? {
        guard let rank = ranks[id], hops[rank] > 1 else { return nil }
        let neighbour = neighbours[Int(hops[rank]) - 2]
        return neighbour < 0 ? nil : members[neighbour]
    }
}
