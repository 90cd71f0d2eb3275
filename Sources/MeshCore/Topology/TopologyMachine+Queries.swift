// MARK: - Queries; what is said of others is as of the last evaluation, at most 100 ms old.

extension TopologyMachine {
    /// What to say in HELLO and WELCOME.
    package var features: Hello.Features {
        var features: Hello.Features = []
        if publication.published == nil { features.insert(.fresh) }
        if isUrgent { features.insert(.urgent) }
        if inbound == .no { features.insert(.undiallable) }
        return features
    }

    /// No link, and four dials have failed by the network since the last one.
    var isUrgent: Bool { links.isEmpty && dials.failuresWithoutLink >= TopologyRules.failuresToUrgency }

    package var inbound: LinksValue.Inbound { reachability.value }
    /// No live link: the configured seed peers are to be dialled, with the core's back-off, for ever.
    package var wantsSeedPeers: Bool { links.isEmpty }
    /// Peers at the other ends of live links, sorted.
    package var neighbours: [NodeID] { links.live.map(\.peer) }
    /// Those to whom a member says that it has links, ascending.
    package func listed(by member: NodeID) -> [NodeID] { graph.listed(by: member) }
    package func isReachable(_ member: NodeID) -> Bool { graph.isReachable(member) }
    /// Also by what was told since the last evaluation.
    package mutating func isReachableNow(_ member: NodeID) -> Bool {
        graph.refresh()
        return graph.isReachable(member)
    }
    /// Sorted; this node included.
    package var reachable: [NodeID] { graph.reachable }

    /// The neighbour on a shortest path towards `member`.
    package func nextHop(to member: NodeID) -> NodeID? {
        if links.isLive(member) { return member }
        return graph.nextHop(to: member).flatMap { links.isLive($0) ? $0 : nil }
    }

    /// All live edges in my view, sorted.
    package var edges: [MeshGraph.Edge] { graph.edges }
    /// Members whose death would cut my component, sorted.
    package var cutVertices: [NodeID] { graph.cutVertices }
}
