import MeshCore

/// Looks like a good member: has links and a pulse, speaks itself, and passes nothing on.
final class Silencer: Misbehaviour {
    private var hands: HostileHands
    private let ears: Eavesdropper

    init(seed: UInt64, index: Int, ears: Eavesdropper) {
        hands = HostileHands(seed: seed, index: index)
        self.ears = ears
    }

    func tamper(with effects: inout [Effect], of node: SimulatedNode, in world: World) {
        hands.cling(with: &effects, of: node, in: world)
        effects = effects.compactMap { effect in
            guard case .send(let link, let message) = effect else { return effect }
            return spoken(message, over: link, by: node).map { .send(link, $0) }
        }
    }

    func act(as node: SimulatedNode, over links: [LinkID], in world: World) {
        hands.grab(as: node, in: world)
    }

    /// What is left of a message; nil for nothing.
    private func spoken(_ message: Message, over link: LinkID, by node: SimulatedNode) -> Message? {
        switch message {
        case .gossip(let gossip): return gossip.hops <= 1 && author(of: gossip.item) == node.id ? message : nil
        case .delta(var delta):
            delta.records.removeAll { (try? Record(body: $0.body))?.signer != node.id }
            return .delta(delta)
        case .digest:
            // Whatever the peer holds, this node holds the same.
            guard let root = ears.roots[node.index]?[link] else { return message }
            return .digest(Digest(root: root))
        case .operations, .operationIDs, .ihave, .graft, .notFound, .vector, .routed: return nil
        default: return message
        }
    }

    private func author(of item: BroadcastItem) -> NodeID? {
        switch item {
        case .chat(let envelope): (try? ChatBody(body: envelope.message.body))?.signer
        case .raw(let signed): (try? RawMessage(body: signed.body))?.signer
        }
    }
}
