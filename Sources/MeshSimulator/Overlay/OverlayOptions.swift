/// The network and the nodes of an ``OverlayWorld``. Times are milliseconds.
package struct OverlayOptions: Sendable {
    /// One way over a link; drawn once for each pair of nodes. A dial takes three of these.
    package var latency = 10...50
    /// How long a dial to a silent host takes to fail.
    package var dialTimeout = 2_000
    /// How long a silent peer goes unnoticed: what phi = 8 makes of heartbeats every 500 ms.
    package var silence = 1_000..<1_300
    package var maxDegree = 3
    /// As in `NodeConfiguration`.
    package var ihaveTimeout = 500
    /// How often a node compares its messages with one neighbour, besides at link-up.
    package var antiEntropy = 30_000
    /// The last so many nodes cannot be dialled, and know of it from the start or find out.
    package var undiallable = 0
    package var knowsInbound = true
    /// Node 0 is dialled every second by whoever has no link.
    package var hasSeedPeer = false

    package init() {}
}

/// What a run has come to.
package struct OverlayReport: Sendable, Equatable {
    /// The fraction of (message, survivor) pairs that got the message exactly once.
    package var delivered: Double
    /// Payloads that came to somebody who had them.
    package var duplicates: Int
    /// Payloads / (nodes that should get them - 1) - 1: relative message redundancy (Plumtree, section 4.1).
    package var rmr: Double
    /// Of the newest message of one source: links crossed to the last receiver, and how many a shortest path has.
    package var lastHop: Int
    package var lastHopFloor: Int
    /// Last hop / floor over all messages.
    package var meanHopRatio: Double
    package var largestHopRatio: Double
    /// From the last fault until the graph is one part, and until every message sent before that is with all
    /// survivors as well; nil while it is not, or without a fault.
    package var connectedSeconds: Double?
    package var repairSeconds: Double?
    package var connected: Bool
    /// Nodes with 0, 1, 2… links.
    package var degrees: [Int]
    package var largestDegree: Int
    package var dials: Int
    /// Payloads that repair and GRAFT brought, among all.
    package var repaired: Int
    package var grafted: Int
    /// Events waiting, at most.
    package var mostInFlight: Int
    package var events: Int
    package var traceHash: UInt64
    package var simulatedMilliseconds: Int
}
