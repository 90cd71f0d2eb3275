import MeshCore

/// What a revoked member signs after its revocation, as if it had been before: invitations after every operation that
/// it ever signed, and messages at places of its chain that the revocation honours, and beyond.
final class Contraband {
    private let author: SimulatedNode
    private let network: Hash
    /// The author's core as it was before its last honoured messages, so that it gives their numbers to others.
    private var stale: NodeCore
    private let operations: [Hash]
    private var generator: SeededGenerator
    private var made = 0
    private var envelopes: [Message] = []
    /// Keys that it invited too late.
    private(set) var invited: Set<NodeID> = []

    /// `operations`: ids of what the author signed while it was a member.
    init(author: SimulatedNode, stale: NodeCore, operations: [Hash], seed: UInt64) {
        (self.author, self.stale, network) = (author, stale, stale.networkID)
        self.operations = operations + [.zero]
        generator = SeededGenerator(seed: seed ^ 0xC0DE)
    }

    /// Messages that are made, each a place further; then they come again.
    private static let messages = 10

    /// Each invitation, though void, is kept and passed on by every node.
    private static let invitations = 20

    func next(at now: Instant) -> [Message] {
        if made < Self.messages { compose(at: now) }
        return (invited.count < Self.invitations ? [invitation()] : []) + envelopes
    }

    private func invitation() -> Message {
        guard let key = NodeID((0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }),
            author.cryptography.isAcceptable(key)
        else { return .operations(OperationsChunk(operations: [])) }
        invited.insert(key)
        let prev = operations.randomElement(using: &generator) ?? .zero
        let invite = Invite(signer: author.id, prev: prev, subject: key, at: 1)
        return .operations(
            OperationsChunk(operations: [.invite(invite.signed(in: network, with: author.cryptography))]))
    }

    private func compose(at now: Instant) {
        made += 1
        var effects: [Effect] = []
        stale.handle(
            .command(CommandID(1 << 32 + UInt64(made)), .send(text: Array("too late".utf8))), now: now, into: &effects)
        for case .send(_, let message) in effects {
            guard case .gossip = message else { continue }
            return envelopes.append(message)
        }
    }
}
