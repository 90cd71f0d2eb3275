/// The mesh as this node sees it: the newest links record of each member, and its own links.
///
/// An edge is *live* when both ends list it; a node's own links are live by themselves. What is reached over live
/// edges from here is this node's *component*. Members are kept sorted, and everything inside is said in ranks, so
/// that the ring is arithmetic and no result depends on the order of a hash table. 29 bytes a member; a copy of a
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
    /// A live edge that the component may hang on is gone: all of it is to be computed anew.
    private(set) var isStale = false
    /// A live edge has come that may make paths shorter.
    private var isShorterPossible = false

    /// By rank: the next member on the way to me; `absent` out of reach, `lost` when that one is no member any more.
    private var parents: [Int32]
    private static let absent: Int32 = -1
    private static let lost: Int32 = -2
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
        (parents, wasInside) = ([0], [true])
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
    func isInside(_ rank: Int) -> Bool { parents[rank] != Self.absent }

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
        parents = places.map { place in
            guard let place, old.parents[place] >= 0 else { return place.map { old.parents[$0] } ?? Self.absent }
            return ranks[old.members[Int(old.parents[place])]].map { Int32(truncatingIfNeeded: $0) } ?? Self.lost
        }
        views = places.map { place in
            place.map { old.views[$0] } ?? MemberView()
        }
        for (rank, place) in places.enumerated() {
            guard let place, old.views[place].isKnown else { continue }
            setView(old.value(of: place), of: rank)
        }
        componentSize = parents.count { $0 != Self.absent }
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
        let (old, oldOdd) = (views[rank], views[rank].isOdd ? oddRecords[rank] : nil)
        let (view, odd) = parse(value, of: rank, after: old)
        guard view != old || view.isOdd && odd != oldOdd else { return false }
        views[rank] = view
        if odd != nil || !oddRecords.isEmpty { oddRecords[rank] = odd }
        if !isStale { update(rank, before: (old, oldOdd), now: (view, odd)) }
        return true
    }

    /// The links that this node holds, live by themselves.
    package mutating func setOwn(_ value: LinksValue) { record(value, of: own) }

    private mutating func setView(_ value: LinksValue, of rank: Int) {
        let (view, odd) = parse(value, of: rank, after: nil)
        views[rank] = view
        oddRecords[rank] = odd
    }

    /// `old`: what the member said before, in the ranks of today.
    private func parse(_ value: LinksValue, of rank: Int, after old: MemberView?) -> (MemberView, OddRecord?) {
        let view = MemberView(value, hasEndpoint: views[rank].hasEndpoint) { peer in
            // Most peers were listed before as well: comparing with four members takes less time than a look-up.
            if let old {
                for place in 0..<old.peerCount where members[old.peer(place)] == peer { return old.peer(place) }
            }
            return ranks[peer]
        }
        return (view, view.isOdd ? OddRecord(value) { ranks[$0] } : nil)
    }

    /// Brings the component up to date after a change of the peers that `rank` lists, or says that it is stale.
    ///
    /// Most changes need no search: edges among those out of reach, edges that the other end does not list, new edges
    /// within the component, and lost ones that no path of mine takes. Ten thousand members that repair after a mass
    /// death spent two thirds of their time in searches without this.
    private mutating func update(_ rank: Int, before: (MemberView, OddRecord?), now: (MemberView, OddRecord?)) {
        let (lost, come) = (Self.peers(before, notIn: now), Self.peers(now, notIn: before))
        guard !lost.isEmpty || !come.isEmpty else { return }
        if rank == ownRank { return isStale = true }
        // Edges to me are those of my own list.
        for peer in lost where peer != ownRank && lists(peer, rank) {
            if parents[rank] == peer || parents[peer] == rank { return isStale = true }
        }
        for peer in come where peer != ownRank && lists(peer, rank) {
            switch (isInside(rank), isInside(peer)) {
            case (true, true): isShorterPossible = true
            case (true, false): attach(peer, to: rank)
            case (false, true): attach(rank, to: peer)
            case (false, false): break
            }
        }
    }

    /// Ranks of the peers that one record lists and another one of the same member does not.
    private static func peers(_ record: (MemberView, OddRecord?), notIn other: (MemberView, OddRecord?)) -> [Int] {
        var result: [Int] = []
        func add(_ peer: Int) {
            if !other.0.lists(peer), other.1?.peers.contains(peer) != true { result.append(peer) }
        }
        for place in 0..<record.0.peerCount { add(record.0.peer(place)) }
        for peer in record.1?.peers ?? [] { add(peer) }
        return result
    }

    /// A live edge leads from my component to `rank`, and on from there.
    private mutating func attach(_ rank: Int, to parent: Int) {
        (hasReachChanged, isShorterPossible) = (true, true)
        parents[rank] = Int32(truncatingIfNeeded: parent)
        var queue = [rank]
        search(&queue)
        componentSize += queue.count
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

    /// Computes my component anew if a change may have cut it, or, if `shortest`, if paths may be shorter than they
    /// were: O(members + links).
    package mutating func refresh(shortest: Bool = false) {
        guard isStale || shortest && isShorterPossible else { return }
        (isStale, isShorterPossible, hasReachChanged) = (false, false, true)
        for rank in parents.indices { parents[rank] = Self.absent }
        let me = Int32(truncatingIfNeeded: ownRank)
        parents[ownRank] = me
        var queue: [Int] = []
        queue.reserveCapacity(componentSize)
        eachPeer(of: ownRank) { if $0 != ownRank { queue.append($0) } }
        for rank in queue { parents[rank] = me }
        search(&queue)
        componentSize = queue.count + 1
    }

    /// Breadth first from those in the queue, which have parents, to all who can be reached from them and have none.
    private mutating func search(_ queue: inout [Int]) {
        var reached: [Int32] = []
        swap(&reached, &parents)
        var next = 0
        while next < queue.count {
            let rank = queue[next]
            next += 1
            eachPeer(of: rank) { peer in
                guard reached[peer] == Self.absent, lists(peer, rank) else { return }
                reached[peer] = Int32(truncatingIfNeeded: rank)
                queue.append(peer)
            }
        }
        swap(&reached, &parents)
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
        for rank in parents.indices where wasInside[rank] != (parents[rank] != Self.absent) {
            if wasInside[rank] { lost.append(members[rank]) } else { gained.append(members[rank]) }
            wasInside[rank].toggle()
        }
        if !goneFromInside.isEmpty { lost = (lost + goneFromInside).sorted() }
        goneFromInside = []
        return (gained, lost)
    }

    /// The members that this one lists, whether or not they list it; sorted.
    package func listed(by id: NodeID) -> [NodeID] {
        guard let rank = ranks[id] else { return [] }
        var result: [NodeID] = []
        eachPeer(of: rank) { result.append(members[$0]) }
        return result.sorted()
    }

    package func isReachable(_ id: NodeID) -> Bool { ranks[id].map { isInside($0) } ?? false }

    /// My component, sorted, me included.
    package var reachable: [NodeID] { members.indices.filter { isInside($0) }.map { members[$0] } }

    /// The neighbour to hand something to that is meant for `id`; nil when it cannot be reached. On a path that was
    /// shortest at the last search.
    package func nextHop(to id: NodeID) -> NodeID? {
        guard var rank = ranks[id], rank != ownRank else { return nil }
        while parents[rank] != ownRank {
            // The root of another member's search, before the first of mine.
            guard parents[rank] >= 0, parents[rank] != rank else { return nil }
            rank = Int(parents[rank])
        }
        return members[rank]
    }
}
