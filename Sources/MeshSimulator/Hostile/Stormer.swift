import MeshCore

/// Says all that costs others something and itself nothing, as often as it can.
final class Stormer: Misbehaviour {
    private var hands: HostileHands
    private let authors: [NodeID]
    private var turn: UInt64 = 0

    init(seed: UInt64, index: Int, authors: [NodeID]) {
        hands = HostileHands(seed: seed, index: index)
        self.authors = authors
    }

    /// Announcements of what does not exist, over each link in a second.
    private static let fictions = 200
    private static let grafts = 64

    func tamper(with effects: inout [Effect], of node: SimulatedNode, in world: World) {
        hands.cling(with: &effects, of: node, in: world)
    }

    func act(as node: SimulatedNode, over links: [LinkID], in world: World) {
        hands.grab(as: node, in: world)
        turn += 1
        for link in links where hands.isHit(HostileHands.share(in: world)) {
            for message in trees() + repairs() + digests() + life(of: node, in: world) {
                world.send(message, over: link, from: node)
            }
        }
    }

    private func author() -> NodeID { authors.randomElement(using: &hands.generator) ?? authors[0] }

    private func trees() -> [Message] {
        let entries = (0..<Self.fictions).map { _ in
            IHave.Entry(id: hands.hash(), author: author(), hops: UInt16.random(in: 0...3, using: &hands.generator))
        }
        var messages: [Message] = [.ihave(IHave(isReset: true, entries: entries))]
        for index in 0..<min(Self.grafts, authors.count) {
            let author = authors[(Int(turn) * Self.grafts + index) % authors.count]
            messages.append(.prune(Prune(author: author)))
            messages.append(.graft(Graft(author: author, id: hands.hash())))
            messages.append(.notFound(NotFound(id: hands.hash())))
        }
        return messages
    }

    private func repairs() -> [Message] {
        let entries = (0..<64).map { _ in
            VersionVector.Entry(author: author(), chain: ChainID(hands.bytes(16)) ?? .first, next: 1 << 40)
        }.sorted { ($0.author, $0.chain) < ($1.author, $1.chain) }
        return [
            .vector(VersionVector(root: hands.hash(), chains: entries)), .vector(VersionVector(root: hands.hash())),
        ]
    }

    /// "I have nothing", "I have what you never heard of", and questions for all operations.
    private func digests() -> [Message] {
        let fictions = (0..<8).map { _ in
            DigestDetail.Owner(owner: NodeID(hands.bytes(32)) ?? author(), life: 1, version: 1, hash: hands.hash())
        }.sorted { $0.owner < $1.owner }
        let signers = (0..<8).map { _ in
            DigestDetail.Signer(signer: NodeID(hands.bytes(32)) ?? author(), count: 1, hash: hands.hash())
        }.sorted { $0.signer < $1.signer }
        return [
            .digest(Digest(root: hands.hash(), detail: DigestDetail(signers: [], owners: []))),
            .digest(Digest(root: hands.hash(), detail: DigestDetail(signers: signers, owners: fictions))),
            .digest(Digest(root: hands.hash())),
            .operationIDs(OperationIDs(signer: authors[0], ids: [])),
        ]
    }

    private func life(of node: SimulatedNode, in world: World) -> [Message] {
        let target = hands.anybody(but: node, in: world)
        return [
            .drain([Drain.ask, .refuse].randomElement(using: &hands.generator) ?? .ask),
            .dialBack(.ask(endpoint: target.endpoint.description)), .dialBack(.answer(reached: false)),
            .unknownOptional(Message.optionalKinds + 7),
        ]
    }
}
