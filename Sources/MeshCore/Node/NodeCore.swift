/// The whole protocol of one node as a deterministic state machine with one door.
package struct NodeCore: Sendable {
    package let configuration: NodeConfiguration

    package init(
        configuration: NodeConfiguration, cryptography: any Cryptography, restored: [StateEntry],
        randomSeed: UInt64, now: Instant
    ) {
        self.configuration = configuration
    }

    package mutating func handle(_ input: Input, now: Instant, into effects: inout [Effect]) {}

    /// When `handle(.deadline)` is due; nil when nothing waits.
    package var nextDeadline: Instant? { nil }

    package var id: NodeID { NodeID(.zero) }
    package var status: NodeStatus {
        NodeStatus(
            id: id, nick: nil, network: nil, networkName: nil, state: .joining, members: 0, online: 0, links: 0,
            isConverged: false, stateHash: .zero, messages: 0, counters: [])
    }
    package var members: [MemberInfo] { [] }
    package var links: [LinkStatus] { [] }
    package var graph: MeshGraph { MeshGraph(nodes: [], edges: []) }
    /// Messages with `index >= since` in causal order, at most `limit` of them.
    package func history(since: Int, limit: Int) -> [ChatMessage] { [] }
    /// Who would fall with `key` if it were revoked at its newest operations.
    package func whoFalls(with key: NodeID) -> [NodeID] { [] }
    /// 60 digits in 12 groups that two members compare to know each other's keys.
    package func safetyNumber(with key: NodeID) -> String { "" }
}
