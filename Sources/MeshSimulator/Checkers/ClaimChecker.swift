package import MeshCore

/// What a node says of itself is so.
package final class ClaimChecker: Checker, EventObserver {
    package static let rule = "a node is connected when it says so, and its links are there at both ends"

    /// By node: what it said last, and in which life.
    private var claims: [Int: (life: Int, state: NodeState)] = [:]

    package func emitted(_ event: MeshEvent, by node: SimulatedNode, in world: World) {
        if case .stateChanged(let state, _) = event { claims[node.index] = (node.life, state) }
    }

    package func inspect(_ world: World) {
        for node in world.nodes where node.isRunning && node.isHonest && claim(of: node) == .connected {
            if node.ask({ $0.linkCount }) == 0 { violate("connected without a link", at: node, in: world) }
        }
    }

    package func conclude(_ world: World) {
        let running = world.peersInAgreement
        let peers = Dictionary(
            uniqueKeysWithValues: running.map { ($0.id, $0.core.linkStatuses.map(\.id)) })
        for node in running {
            let own = peers[node.id] ?? []
            if Set(own).count < own.count { violate("two links to one peer", at: node, in: world) }
            for peer in own where peers[peer]?.contains(node.id) != true {
                violate("its link to \(world.name(of: peer)) is not one at the other end", at: node, in: world)
            }
            if claim(of: node) != .connected, running.count > 1 {
                violate("says \(claim(of: node).map { "\($0)" } ?? "nothing")", at: node, in: world)
            }
        }
    }

    private func claim(of node: SimulatedNode) -> NodeState? {
        claims[node.index].flatMap { $0.life == node.life ? $0.state : nil }
    }
}
