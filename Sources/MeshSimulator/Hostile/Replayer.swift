import MeshCore

/// Says again what it has heard, to whoever is linked to it.
final class Replayer: Misbehaviour {
    private var hands: HostileHands
    private let ears: Eavesdropper
    /// Signed by a member that was revoked: what this node smuggles in for it.
    private let contraband: Contraband?

    init(seed: UInt64, index: Int, ears: Eavesdropper, contraband: Contraband?) {
        hands = HostileHands(seed: seed, index: index)
        (self.ears, self.contraband) = (ears, contraband)
    }

    /// Messages said again over each link in a second.
    private static let perSecond = 40

    func tamper(with effects: inout [Effect], of node: SimulatedNode, in world: World) {
        hands.cling(with: &effects, of: node, in: world)
    }

    func act(as node: SimulatedNode, over links: [LinkID], in world: World) {
        hands.grab(as: node, in: world)
        let heard = ears.heard[node.index, default: []]
        for link in links where hands.isHit(HostileHands.share(in: world)) {
            for _ in 0..<Self.perSecond {
                guard let message = heard.randomElement(using: &hands.generator) else { break }
                // The end of a link and a handshake end this link too: now and then only.
                switch message {
                case .hello, .welcome, .reject, .leave:
                    if hands.isHit(0.02) { world.send(message, over: link, from: node) }
                default: world.send(message, over: link, from: node)
                }
            }
            for message in contraband?.next(at: world.now) ?? [] { world.send(message, over: link, from: node) }
        }
    }
}
