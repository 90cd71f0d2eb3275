import MeshCore

/// Signs what is not its own, says what makes no sense, and alters what it relays.
final class Forger: Misbehaviour {
    private var hands: HostileHands
    private let ears: Eavesdropper
    private var turn = 0
    private var version: UInt64 = 0

    init(seed: UInt64, index: Int, ears: Eavesdropper) {
        hands = HostileHands(seed: seed, index: index)
        self.ears = ears
    }

    /// Later than all that honest nodes live.
    private static let someLife: UInt64 = 1_900_000_000_000
    /// Share of relayed messages in which one bit is turned.
    private static let altered = 0.25

    func tamper(with effects: inout [Effect], of node: SimulatedNode, in world: World) {
        hands.cling(with: &effects, of: node, in: world)
        let share = Self.altered * HostileHands.share(in: world)
        for index in effects.indices {
            guard case .send(let link, let message) = effects[index], hands.isHit(share) else { continue }
            if let other = alter(message) { effects[index] = .send(link, other) }
        }
    }

    func act(as node: SimulatedNode, over links: [LinkID], in world: World) {
        hands.grab(as: node, in: world)
        // One lie a link and second: the first one ends the link.
        for link in links where hands.isHit(HostileHands.share(in: world)) {
            turn += 1
            let victim = hands.anybody(but: node, in: world)
            switch turn % 10 {
            case 0: world.send(.delta(Delta(records: [unsigned(node)], isComplete: false)), over: link, from: node)
            case 1:
                let record = foreign(victim, by: node)
                world.send(.delta(Delta(records: [record], isComplete: true)), over: link, from: node)
            case 2: world.send(.delta(Delta(records: [future(node)], isComplete: true)), over: link, from: node)
            case 3:
                let records = [future(node), senseless(node)]
                world.send(.delta(Delta(records: records, isComplete: false)), over: link, from: node)
            case 4:
                world.send(
                    .operations(OperationsChunk(operations: [revocation(of: victim, by: node)])), over: link, from: node
                )
            case 5: if let message = changedEnvelope(node) { world.send(message, over: link, from: node) }
            case 6: world.send(unreadable(by: node), over: link, from: node)
            case 7: world.send(wrongAuthor(victim, by: node), over: link, from: node)
            case 8: sendNoise(over: link, from: node, in: world)
            default: world.send(acknowledgement(of: victim, by: node), over: link, from: node)
            }
        }
    }

    // MARK: Lies

    /// Under its own name, with a signature that is none.
    private func unsigned(_ node: SimulatedNode) -> Signed {
        flipped(node.record(RecordKey.nick, Array("somebody".utf8), life: Self.someLife, version: 1))
    }

    /// Under another's name, signed by itself.
    private func foreign(_ victim: SimulatedNode, by node: SimulatedNode) -> Signed {
        let value = AddressValue(endpoints: [node.endpoint.description]).encoded()
        let record = Record(
            signer: victim.id, life: WireLimits.sequence - 1, version: 1, key: RecordKey.address, value: value)
        let body = record.body()
        let bytes = Label.signature(Record.label, in: node.core.networkID) + body
        return Signed(body: body, signature: node.cryptography.sign(bytes))
    }

    /// Its own, from the last life there can be.
    private func future(_ node: SimulatedNode) -> Signed {
        version += 1
        return node.record(
            "forged", hands.bytes(16), life: WireLimits.sequence - 1, version: WireLimits.sequence - 1_000_000 + version
        )
    }

    /// Its own, well signed, with a value that means nothing.
    private func senseless(_ node: SimulatedNode) -> Signed {
        let key = [RecordKey.links, RecordKey.address, RecordKey.prekeys, RecordKey.nick][turn / 10 % 4]
        version += 1
        return node.record(key, hands.bytes(40), life: WireLimits.sequence - 1, version: version)
    }

    /// A revocation in another's name.
    private func revocation(of victim: SimulatedNode, by node: SimulatedNode) -> Operation {
        let body = Revoke(
            signer: victim.id, prev: .zero, subject: node.id, at: 1, frontier: [], chains: []
        ).body()
        let bytes = Label.signature(Revoke.label, in: node.core.networkID) + body
        return .revoke(Signed(body: body, signature: node.cryptography.sign(bytes)))
    }

    /// A message that was heard, with one bit turned.
    private func changedEnvelope(_ node: SimulatedNode) -> Message? {
        let heard = ears.heard[node.index, default: []].filter { if case .gossip = $0 { true } else { false } }
        return heard.randomElement(using: &hands.generator).flatMap { alter($0) }
    }

    /// A well-signed message that nobody can open.
    private func unreadable(by node: SimulatedNode) -> Message {
        let ciphertext = hands.bytes(144)
        let format = EnvelopeFormat(network: node.core.networkID, cryptography: node.cryptography)
        let body = ChatBody(
            header: header(of: node.id), commitment: hands.hash(), ciphertextHash: format.ciphertextHash(ciphertext),
            wrapsHash: format.wrapsHash([]))
        let envelope = Envelope(
            message: body.signed(in: node.core.networkID, with: node.cryptography), wraps: [], ciphertext: ciphertext)
        return .gossip(Gossip(isReset: false, hops: 0, item: .chat(envelope)))
    }

    private func header(of sender: NodeID) -> ChatHeader {
        ChatHeader(
            sender: sender, chain: ChainID(hands.bytes(16)) ?? .first, seq: UInt64(turn), prev: .zero,
            lamport: WireLimits.sequence - 1, to: nil, audience: .zero)
    }

    /// A message in another's name.
    private func wrongAuthor(_ victim: SimulatedNode, by node: SimulatedNode) -> Message {
        let ciphertext = hands.bytes(144)
        let format = EnvelopeFormat(network: node.core.networkID, cryptography: node.cryptography)
        let body = ChatBody(
            header: header(of: victim.id), commitment: hands.hash(),
            ciphertextHash: format.ciphertextHash(ciphertext), wrapsHash: format.wrapsHash([])
        ).body()
        let bytes = Label.signature(ChatBody.label, in: node.core.networkID) + body
        let signed = Signed(body: body, signature: node.cryptography.sign(bytes))
        let envelope = Envelope(message: signed, wraps: [], ciphertext: ciphertext)
        return .gossip(Gossip(isReset: true, hops: 0, item: .chat(envelope)))
    }

    /// "I hold all of your direct messages", in another's name.
    private func acknowledgement(of victim: SimulatedNode, by node: SimulatedNode) -> Message {
        let ack = Ack(signer: victim.id, to: node.id, chain: .first, seq: WireLimits.sequence - 1)
        let signed = Signed(body: ack.body(), signature: node.cryptography.sign(hands.bytes(32)))
        return .routed(Routed(to: victim.id, item: .ack(signed)))
    }

    private func sendNoise(over link: LinkID, from node: SimulatedNode, in world: World) {
        guard let place = node.links[link] else { return }
        let noise = hands.bytes(Int.random(in: 1...200, using: &hands.generator))
        world.carry(.bytes(noise), size: noise.count, from: place.side, of: place.connection)
    }

    // MARK: Alterations

    private func alter(_ message: Message) -> Message? {
        switch message {
        case .delta(var delta) where !delta.records.isEmpty:
            let place = Int.random(in: delta.records.indices, using: &hands.generator)
            delta.records[place] = flipped(delta.records[place])
            return .delta(delta)
        case .gossip(var gossip):
            guard case .chat(var envelope) = gossip.item else { return nil }
            if hands.isHit(0.5) {
                envelope.message = flipped(envelope.message)
            } else {
                envelope.ciphertext = flipped(envelope.ciphertext)
            }
            gossip.item = .chat(envelope)
            return .gossip(gossip)
        case .operations(var chunk) where !chunk.operations.isEmpty:
            switch chunk.operations[0] {
            case .invite(let signed): chunk.operations[0] = .invite(flipped(signed))
            case .revoke(let signed): chunk.operations[0] = .revoke(flipped(signed))
            }
            return .operations(chunk)
        case .routed(var routed):
            switch routed.item {
            case .request(let signed): routed.item = .request(flipped(signed))
            case .response(let signed): routed.item = .response(flipped(signed))
            case .raw(let signed): routed.item = .raw(flipped(signed))
            case .ack(let signed): routed.item = .ack(flipped(signed))
            }
            return .routed(routed)
        default: return nil
        }
    }

    /// One bit turned, in the body or in the signature.
    private func flipped(_ signed: Signed) -> Signed {
        if hands.isHit(0.5) { return Signed(body: flipped(signed.body), signature: signed.signature) }
        return Signature(flipped(signed.signature.bytes)).map { Signed(body: signed.body, signature: $0) } ?? signed
    }

    private func flipped(_ bytes: [UInt8]) -> [UInt8] {
        guard !bytes.isEmpty else { return bytes }
        var bytes = bytes
        bytes[Int.random(in: bytes.indices, using: &hands.generator)] ^=
            1 << UInt8.random(in: 0...7, using: &hands.generator)
        return bytes
    }
}

extension ChainID {
    /// Some chain.
    static let first = ChainID([UInt8](repeating: 0, count: 15) + [1]) ?? ChainID.none

    private static var none: ChainID { preconditionFailure("16 bytes are a chain") }
}
