import MeshCore

/// What every hostile node has: dice, more dials than the rules allow, and links that it does not let go.
struct HostileHands {
    var generator: SeededGenerator
    /// Links that the own, honest core wanted to close.
    private var kept: Set<LinkID> = []
    private var dials: UInt64 = 0

    /// Numbers of dials that the core knows nothing of.
    private static let firstDial: UInt64 = 1 << 40
    /// Dials a second, and links held at most.
    private static let dialsPerSecond = 2.0
    private static let mostLinks = 16

    init(seed: UInt64, index: Int) { generator = SeededGenerator(seed: seed &* 31 &+ UInt64(index) ^ 0xBAD_C0DE) }

    /// Ten hostile nodes do all they can. A hundred do together what three do, or nobody would wait for the end: each
    /// link that comes or goes makes a thousand nodes take two records.
    static func share(in world: World) -> Double { world.nodes.count > 100 ? 30 / Double(world.nodes.count) : 1 }

    mutating func isHit(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &generator) < share }
    /// A whole number whose mean is `mean`.
    mutating func count(_ mean: Double) -> Int {
        Int(mean) + (isHit(mean - mean.rounded(.down)) ? 1 : 0)
    }
    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
    mutating func hash() -> Hash { Hash(bytes(Bytes32.count)) ?? .zero }
    /// Any other node.
    mutating func anybody(but node: SimulatedNode, in world: World) -> SimulatedNode {
        let place = Int.random(in: 1..<world.nodes.count, using: &generator)
        return world.nodes[(node.index + place) % world.nodes.count]
    }

    /// Keeps links that the rules end, and keeps them alive with the heartbeats of the others.
    mutating func cling(with effects: inout [Effect], of node: SimulatedNode, in world: World) {
        var beat: Heartbeat?
        var kept = self.kept
        effects.removeAll { effect in
            switch effect {
            case .close(let link, .refusedByRule), .close(let link, .shed):
                kept.insert(link)
                return true
            case .send(let link, .leave) where node.links[link] != nil: return true
            case .send(_, .heartbeat(let sent)):
                beat = sent
                return false
            default: return false
            }
        }
        self.kept = kept.filter { node.links[$0] != nil }
        guard let beat else { return }
        for link in self.kept.sorted() {
            world.opened(link, at: node)
            effects.append(.send(link, .heartbeat(Heartbeat(sent: beat.sent, echo: 0, held: 0))))
        }
    }

    /// Dials members whether or not the rules want a link to them.
    mutating func grab(as node: SimulatedNode, in world: World) {
        guard node.links.count < Self.mostLinks else { return }
        for _ in 0..<count(Self.dialsPerSecond * Self.share(in: world)) {
            let target = anybody(but: node, in: world)
            guard target.isUp else { continue }
            dials += 1
            world.dial(LinkID(Self.firstDial + dials), target.endpoint, expected: target.id, from: node)
        }
    }
}

/// A hostile node after the attack: as its core wants it, but still not one of those that are judged.
final class Repentant: Misbehaviour {
    func tamper(with effects: inout [Effect], of node: SimulatedNode, in world: World) {}
    func act(as node: SimulatedNode, over links: [LinkID], in world: World) {}
}

extension SimulatedNode {
    /// A record of this node's own, really signed.
    func record(_ key: String, _ value: [UInt8], life: UInt64, version: UInt64) -> Signed {
        Record(signer: id, life: life, version: version, key: key, value: value)
            .signed(in: core.networkID, with: cryptography)
    }
}
