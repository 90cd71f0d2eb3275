/// Which links this node keeps: a ring by NodeID, chords agreed pairwise, and probes of whoever is out of reach.
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

    /// `weight` ranks chords; see ``ChordWeight``. `hasEndpoint`: this node has an address to advertise.
    package init(
        id: NodeID, configuration: Configuration, weight: @escaping @Sendable (NodeID, NodeID) -> Hash,
        hasEndpoint: Bool, now: Instant
    ) {}

    // Inputs. Peers need not be in the roster.
    /// All members (this node may be among them). Cheap when nothing changed; call on each change of membership or
    /// addresses.
    package mutating func setRoster(_ members: [Member]) {}
    /// The newest links record of another member; never an older one than before. Ignored for non-members.
    package mutating func recordReceived(_ value: LinksValue, of owner: NodeID) {}
    /// `features` as the peer gave them in HELLO or WELCOME. Replaces an earlier link to the same peer.
    package mutating func linkOpened(_ peer: NodeID, features: Hello.Features, now: Instant) {}
    package mutating func linkClosed(_ peer: NodeID, now: Instant) {}
    /// phi has crossed its threshold (rule 4.8); the core keeps the socket for 15 s more.
    package mutating func suspect(_ peer: NodeID, now: Instant) {}
    /// A byte came over a suspect link.
    package mutating func restore(_ peer: NodeID, now: Instant) {}
    /// The core dials this member on its own account (a seed peer, somebody discovered).
    package mutating func dialStarted(_ peer: NodeID) {}
    /// No link came of a dial. `peer` nil: a seed peer without a known key. `byNetwork`: nobody answered there.
    package mutating func dialFailed(
        _ peer: NodeID?, byNetwork: Bool, now: Instant, using generator: inout SeededGenerator
    ) {}
    /// REJECT(full), or "busy" without names.
    package mutating func dialRejected(
        by peer: NodeID?, others: [NodeID], now: Instant, using generator: inout SeededGenerator
    ) {}
    /// The dialler's own `accepts(…, asDialler: true)` said no, or the dial was abandoned.
    package mutating func dialGivenUp(_ peer: NodeID, now: Instant) {}
    package mutating func drainRefused(by peer: NodeID, now: Instant) {}
    /// The member said goodbye: it will dial when it returns.
    package mutating func memberLeft(_ peer: NodeID, now: Instant) {}
    /// Another member's dial has reached us.
    package mutating func inboundSeen() {}
    package mutating func dialBackAnswered(by peer: NodeID, reached: Bool) {}
    package mutating func setOwnEndpoint(isKnown: Bool) {}

    // The rules.
    /// Applies all rules. Call when ``nextEvaluation`` has come.
    package mutating func evaluate(now: Instant, using generator: inout SeededGenerator) -> [TopologyAction] { [] }
    package var nextEvaluation: Instant { .distantFuture }
    /// Rule 4.4, at WELCOME, by both ends.
    package mutating func accepts(_ peer: NodeID, features: Hello.Features, asDialler: Bool, now: Instant) -> Bool {
        true
    }
    /// Rule 4.5: up to three members to name in a REJECT.
    package mutating func alternatives(
        for dialler: NodeID, isUndiallable: Bool, using generator: inout SeededGenerator
    ) -> [NodeID] { [] }
    /// Answers the peer's DRAIN. After a yes the link no longer counts; close it when its queue is empty.
    package mutating func agreesToDrain(_ peer: NodeID, now: Instant) -> Bool { false }

    // Queries, as of the last evaluation (at most 100 ms old).
    /// What to say in HELLO and WELCOME.
    package var features: Hello.Features { [] }
    package var inbound: LinksValue.Inbound { .unknown }
    /// No live link: the configured seed peers are to be dialled, with the core's back-off, for ever.
    package var wantsSeedPeers: Bool { true }
    package func isReachable(_ member: NodeID) -> Bool { false }
    /// Sorted; this node included.
    package var reachable: [NodeID] { [] }
    /// The neighbour on a shortest path towards `member`.
    package func nextHop(to member: NodeID) -> NodeID? { nil }
    /// All live edges in my view, sorted.
    package var edges: [MeshGraph.Edge] { [] }
    /// Members whose death would cut my component, sorted.
    package var cutVertices: [NodeID] { [] }
}
