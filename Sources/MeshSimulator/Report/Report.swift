/// What a scenario measured. Nil where it does not measure a thing.
package struct Report: Sendable {
    package var scenario: String
    package var nodes: Int
    package var seed: UInt64
    /// Fraction of (message, surviving node) pairs that got it exactly once.
    package var delivered: Double?
    package var duplicates: Int?
    /// Relative message redundancy (Leitao et al., SRDS 2007): payloads per receiver, less one.
    package var rmr: Double?
    /// Of one source: links crossed by the last delivery, and the least possible in the same graph.
    package var lastHop: Double?
    package var lastHopFloor: Double?
    /// The worst ratio of the two among all sources that were tried.
    package var lastHopRatioAnySource: Double?
    /// Signatures of chat messages checked for each delivered message.
    package var verifiesPerDelivered: Double?
    /// From the kill until every survivor gets every message and the graph is connected: s, and cycles of 5 s.
    package var repairSeconds: Double?
    package var repairCycles: Int?
    /// Seconds, rounded up, until a membership change is known to all.
    package var changeRounds: Int?
    /// Verdicts "unreachable" about healthy nodes, relative to those of a fixed time-out of equal detection time.
    package var falseDown: Double?
    package var idleBytesPerNodeSecond: Double?
    package var connected: Bool?
    package var converged: Bool?
    package var maxDegree: Int?
    package var traceHash: UInt64 = 0
    package var simulatedSeconds: Double = 0
    package var wallSeconds: Double = 0
    /// Sentences about rules that did not hold; empty for a run that passed.
    package var failures: [String] = []
    /// Further figures of this scenario, in order.
    package var details: [(name: String, value: Double)] = []

    package init(scenario: String, nodes: Int, seed: UInt64) {
        (self.scenario, self.nodes, self.seed) = (scenario, nodes, seed)
    }

    package var passed: Bool { failures.isEmpty }
}
