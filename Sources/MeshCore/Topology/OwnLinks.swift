/// The links that this node itself holds, sorted by peer.
struct OwnLinks: Sendable {
    struct Link: Sendable {
        let peer: NodeID
        let openedAt: Instant
        /// The peer said in its HELLO that it cannot be dialled (rule 4.7).
        var isUndiallable: Bool
        /// I count on this link as ring neighbour or relay.
        var isNeeded = false
        /// Silent for too long (rule 4.8); still open.
        var isSuspect = false
        /// When I agreed to let it go (rule 4.3), if I did; still open.
        var drainingSince: Instant?

        var isDraining: Bool { drainingSince != nil }
        var isLive: Bool { !isSuspect && !isDraining }
        var published: LinksValue.Link { LinksValue.Link(peer: peer, isNeeded: isNeeded) }
    }

    private(set) var all: [Link] = []

    var live: [Link] { all.filter(\.isLive) }
    var liveCount: Int { all.count { $0.isLive } }
    var isEmpty: Bool { !all.contains(where: \.isLive) }

    subscript(peer: NodeID) -> Link? { all.first { $0.peer == peer } }
    func isLive(_ peer: NodeID) -> Bool { self[peer]?.isLive ?? false }

    /// Returns true when no live link to this peer existed.
    mutating func open(_ peer: NodeID, isUndiallable: Bool, now: Instant) -> Bool {
        let old = close(peer)
        var link = Link(peer: peer, openedAt: now, isUndiallable: isUndiallable)
        link.isNeeded = old?.isNeeded ?? false
        all.insert(link, at: all.firstIndex { peer < $0.peer } ?? all.endIndex)
        return !(old?.isLive ?? false)
    }

    @discardableResult
    mutating func close(_ peer: NodeID) -> Link? {
        all.firstIndex { $0.peer == peer }.map { all.remove(at: $0) }
    }

    /// Returns true when there is such a link and this made it live, or no longer live.
    mutating func update(_ peer: NodeID, _ change: (inout Link) -> Void) -> Bool {
        guard let index = all.firstIndex(where: { $0.peer == peer }) else { return false }
        let wasLive = all[index].isLive
        change(&all[index])
        return all[index].isLive != wasLive
    }

    /// Returns true when any flag has changed.
    mutating func setNeeded(_ isNeeded: (Link) -> Bool) -> Bool {
        var hasChanged = false
        for index in all.indices where all[index].isNeeded != isNeeded(all[index]) {
            all[index].isNeeded.toggle()
            hasChanged = true
        }
        return hasChanged
    }
}
