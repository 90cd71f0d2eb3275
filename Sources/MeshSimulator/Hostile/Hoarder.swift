import MeshCore

/// Has more of everything than anybody needs: records, operations, nicks, links, messages.
final class Hoarder: Misbehaviour {
    /// What one hostile node adds in a second.
    struct Appetite: Sendable {
        var records = 32
        /// Bursts of invitations, and how many each is of.
        var bursts = 1.0
        var invitations = 16
        var messages = 1.0
    }

    private var hands: HostileHands
    private let appetite: Appetite
    private let members: [NodeID]
    private var version: UInt64 = 0
    private var head = Hash.zero
    private var turn = 0

    init(seed: UInt64, index: Int, members: [NodeID], appetite: Appetite) {
        hands = HostileHands(seed: seed, index: index)
        (self.members, self.appetite) = (members, appetite)
    }

    /// Later than all that honest nodes live.
    private static let life: UInt64 = 1_900_000_000_000

    func tamper(with effects: inout [Effect], of node: SimulatedNode, in world: World) {
        hands.cling(with: &effects, of: node, in: world)
    }

    func act(as node: SimulatedNode, over links: [LinkID], in world: World) {
        hands.grab(as: node, in: world)
        guard hands.isHit(HostileHands.share(in: world)) else { return }
        turn += 1
        var messages: [Message] = [.delta(Delta(records: records(of: node), isComplete: false))]
        let invitations = hands.isHit(appetite.bursts) ? appetite.invitations : 0
        let operations = (0..<invitations).compactMap { _ in invitation(by: node) }
        if !operations.isEmpty { messages.append(.operations(OperationsChunk(operations: operations))) }
        for link in links { for message in messages { world.send(message, over: link, from: node) } }
        for _ in 0..<hands.count(appetite.messages) {
            world.say(from: node, text: [UInt8](repeating: 0x78, count: Limits().messageText))
        }
    }

    /// Keys come round, so that the store of every member holds as many as it may, each always new.
    private func records(of node: SimulatedNode) -> [Signed] {
        var result: [Signed] = []
        for index in 0..<appetite.records {
            version += 1
            let key = "hoard\((turn * appetite.records + index) % Limits().recordsPerOwner)"
            let value = [UInt8](repeating: UInt8(truncatingIfNeeded: turn), count: Limits().recordValue)
            result.append(node.record(key, value, life: Self.life, version: version))
        }
        version += 2
        result.append(node.record(RecordKey.nick, Array("nick\(version)".utf8), life: Self.life, version: version - 1))
        result.append(node.record(RecordKey.links, links(of: node).encoded(), life: Self.life, version: version))
        return result
    }

    /// Linked to everybody, and every link is needed.
    private func links(of node: SimulatedNode) -> LinksValue {
        let peers = members.filter { $0 != node.id }.sorted().prefix(WireLimits.links)
        return LinksValue(inbound: .yes, wanted: .max, links: peers.map { LinksValue.Link(peer: $0, isNeeded: true) })
    }

    /// One long chain of invitations of keys that nobody has.
    private func invitation(by node: SimulatedNode) -> Operation? {
        guard let key = NodeID(hands.bytes(32)), node.cryptography.isAcceptable(key) else { return nil }
        let invite = Invite(signer: node.id, prev: head, subject: key, at: UInt64(turn))
        let operation = Operation.invite(invite.signed(in: node.core.networkID, with: node.cryptography))
        head = operation.id(in: node.core.networkID, with: node.cryptography)
        return operation
    }
}
