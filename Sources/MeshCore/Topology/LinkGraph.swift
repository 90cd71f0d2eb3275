/// The mesh as this node sees it: the newest links record of each member, and its own links.
///
/// An edge is *live* when both ends list it; a node's own links are live by themselves. What is reached over live
/// edges from here is this node's *component*. Members are kept sorted, and everything inside is said in ranks, so
/// that the ring is arithmetic and no result depends on the order of a hash table.
package struct LinkGraph: Sendable {
    /// What one member says of its links.
    struct View: Sendable {
        var value = LinksValue(inbound: .unknown, wanted: 0, links: [])
        /// Ranks of the peers in `value.links`, -1 for keys that are no members.
        var peers: [Int] = []
        var isKnown = false

        var degree: Int { value.links.count }
        func lists(_ rank: Int) -> Bool { peers.contains(rank) }
        func needs(_ id: NodeID) -> Bool { value.links.contains { $0.peer == id && $0.isNeeded } }
    }

    package let own: NodeID
    /// Sorted; this node included. A member's place here is its rank.
    package private(set) var members: [NodeID]
    private(set) var ownRank = 0
    private var ranks: [NodeID: Int] = [:]
    private(set) var views: [View]
    /// Something has changed since the component was computed.
    private(set) var isStale = false

    /// By rank: in my component?
    private(set) var isInside: [Bool]
    /// By rank: the rank of my neighbour on a shortest path there, -1 for nobody.
    private var firstHops: [Int]
    /// Members in my component, me included.
    private(set) var componentSize = 1

    package init(own: NodeID) {
        self.own = own
        (members, ranks, views) = ([own], [own: 0], [View()])
        (isInside, firstHops) = ([true], [-1])
    }

    func rank(of id: NodeID) -> Int? { ranks[id] }

    /// Replaces the members; this node always stays. Views of those who remain are kept.
    package mutating func setMembers(_ newMembers: some Sequence<NodeID>) {
        let sorted = Set(newMembers).union([own]).sorted()
        guard sorted != members else { return }
        let (oldViews, oldRanks, oldInside, oldHops) = (views, ranks, isInside, firstHops.map { members[safe: $0] })
        members = sorted
        ranks = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1, $0) })
        ownRank = ranks[own] ?? 0
        let places = sorted.map { oldRanks[$0] }
        views = places.map { place in place.map { oldViews[$0] } ?? View() }
        isInside = places.map { place in place.map { oldInside[$0] } ?? false }
        firstHops = places.map { place in place.flatMap { oldHops[$0] }.flatMap { ranks[$0] } ?? -1 }
        for rank in views.indices { resolve(rank) }
        componentSize = isInside.count { $0 }
        isStale = true
    }

    /// Returns false when `owner` is no member, or its record says nothing new.
    @discardableResult
    package mutating func record(_ value: LinksValue, of owner: NodeID) -> Bool {
        guard let rank = ranks[owner], !views[rank].isKnown || views[rank].value != value else { return false }
        views[rank].value = value
        views[rank].isKnown = true
        resolve(rank)
        isStale = true
        return true
    }

    /// The links that this node holds, live by themselves.
    package mutating func setOwn(_ value: LinksValue) { record(value, of: own) }

    private mutating func resolve(_ rank: Int) {
        views[rank].peers = views[rank].value.links.map { ranks[$0.peer] ?? -1 }
    }

    /// Computes my component anew if anything has changed: O(members + links).
    package mutating func refresh() {
        guard isStale else { return }
        isStale = false
        isInside = Array(repeating: false, count: members.count)
        firstHops = Array(repeating: -1, count: members.count)
        isInside[ownRank] = true
        var queue = [ownRank]
        var next = 0
        while next < queue.count {
            let rank = queue[next]
            next += 1
            for peer in views[rank].peers where isLive(rank, peer) && !isInside[peer] {
                isInside[peer] = true
                firstHops[peer] = rank == ownRank ? peer : firstHops[rank]
                queue.append(peer)
            }
        }
        componentSize = queue.count
    }

    /// Is the link that `rank` lists towards `peer` an edge?
    func isLive(_ rank: Int, _ peer: Int) -> Bool {
        if rank == ownRank { return peer >= 0 && peer != ownRank }
        // Edges to me are those of my own list, which the search has seen before all others.
        return peer >= 0 && peer != rank && views[peer].lists(rank)
    }

    package func isReachable(_ id: NodeID) -> Bool { ranks[id].map { isInside[$0] } ?? false }

    /// My component, sorted, me included.
    package var reachable: [NodeID] { members.indices.filter { isInside[$0] }.map { members[$0] } }

    /// The neighbour to hand something to that is meant for `id`; nil when it cannot be reached.
    package func nextHop(to id: NodeID) -> NodeID? { ranks[id].flatMap { members[safe: firstHops[$0]] } }
}

extension Array {
    fileprivate subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
