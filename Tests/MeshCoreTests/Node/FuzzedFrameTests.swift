import MeshCrypto
import Testing

@testable import MeshCore

/// A member that sends anything at all: nothing traps, nothing grows without bound, and the node goes on.
@Suite struct FuzzedFrameTests {
    /// Good frames of every kind, as a starting point.
    private static func corpus(_ peer: HostilePeer, _ node: LoneNode) throws -> [[UInt8]] {
        let envelope = try peer.compose("fuzz")
        let direct = try peer.compose("fuzz", to: WireValues.carol.publicKey, for: [])
        let request = SyncRequest(
            signer: peer.id, to: node.id, nonce: .zero, prekey: peer.cryptography.makePrekey().publicKey,
            want: .ranges([ChainRange(author: peer.id, chain: WireValues.chain(1), from: 0, to: 9)]))
        let response = SyncResponse(
            signer: peer.id, request: .zero, items: [.sealed(envelope), .missing(.zero)], hasMore: true)
        let invite = Invite(signer: peer.id, prev: .zero, subject: WireValues.carol.publicKey, at: 1)
        let messages: [Message] = [
            .gossip(Gossip(isReset: true, hops: 3, item: .chat(envelope))),
            .gossip(Gossip(isReset: false, hops: .max, item: .chat(direct))),
            .gossip(
                Gossip(
                    isReset: false, hops: 0,
                    item: .raw(peer.sign(RawMessage(signer: peer.id, to: nil, life: 1, seq: 1, data: [1]))))),
            .delta(Delta(records: [peer.record("nick", Array("eve".utf8), version: 1)], isComplete: true)),
            .operations(OperationsChunk(operations: [.invite(peer.sign(invite))])),
            .operationIDs(OperationIDs(signer: peer.id, ids: [WireValues.hash(1)])),
            .digest(Digest(root: .zero, detail: WireValues.digestDetail)),
            .ihave(IHave(isReset: true, entries: [.init(id: WireValues.hash(1), author: peer.id, hops: 1)])),
            .graft(Graft(author: peer.id, id: WireValues.hash(1))), .prune(Prune(author: node.id)),
            .notFound(NotFound(id: WireValues.hash(1))), .vector(WireValues.vector),
            .routed(Routed(to: node.id, item: .request(peer.sign(request)))),
            .routed(Routed(to: node.id, item: .response(peer.sign(response)))),
            .heartbeat(Heartbeat(sent: .max, echo: .max, held: .max)), .heartbeat(Heartbeat(sent: 0, echo: 1, held: 0)),
            .drain(.ask), .drain(.agree), .drain(.refuse), .dialBack(.ask(endpoint: "10.0.0.9:1")),
            .dialBack(.answer(reached: true)), .leave(LeaveNotice(reason: .quit)),
            .hello(peer.sign(peer.hello(on: .accepted(1)), in: .zero)), .unknownOptional(Message.optionalKinds),
        ]
        return messages.map { $0.encoded() }
    }

    private static func mutate(_ bytes: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 0...3, using: &generator) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 1: bytes[index] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0
            case 2: bytes.removeSubrange(index...)
            case 3: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: index)
            default:
                let end = min(bytes.count, index + 8)
                for place in index..<end { bytes[place] = 0xFF }
            }
        }
        return bytes
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func mutatedFramesNeverTrapAndTheNodeGoesOn(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let node = LoneNode.founder()
        let peer = HostilePeer.member(10, of: node)
        let honest = HostilePeer.member(11, of: node)
        let corpus = try Self.corpus(peer, node)
        var link = peer.join()
        for number in 0..<3_000 {
            if node.closed[link] != nil {
                node.beats = []
                link = peer.join()
            }
            peer.say(
                bytes: Self.mutate(corpus.randomElement(using: &generator) ?? [], using: &generator), over: link)
            if number % 50 == 0 { node.run(for: .milliseconds(200)) }
        }
        #expect(MemoryWalk.elements(in: node.core) < 20_000)
        node.beats = []
        let other = honest.join()
        let text = "after \(seed)"
        honest.push(try honest.compose(text), over: other)
        #expect(node.texts.contains(text))
    }

    /// Signed by a member and at the end of every number range.
    @Test func extremeNumbersInSignedObjectsDoNotTrap() throws {
        let last = WireLimits.sequence - 1
        let node = LoneNode.founder()
        let peer = HostilePeer.member(10, of: node)
        let link = peer.join()
        let prekeys = PrekeysValue(prekeys: [
            .init(
                rotation: .fast, publicKey: peer.cryptography.makePrekey().publicKey, notBefore: .max - 5,
                notAfter: .max),
            .init(rotation: .slow, publicKey: peer.cryptography.makePrekey().publicKey, notBefore: 0, notAfter: 0),
        ])
        let links = LinksValue(
            inbound: .no, wanted: 255, links: [.init(peer: node.id, isNeeded: true)])
        let records = [
            peer.record("prekeys", prekeys.encoded(), life: last, version: last),
            peer.record("links", links.encoded(), life: last, version: last),
            peer.record("address", AddressValue(endpoints: ["", "x", "[::1]:1"]).encoded(), life: 0, version: 0),
        ]
        peer.say(.delta(Delta(records: records, isComplete: true)), over: link)
        #expect(node.closed[link] == nil)
        var sealer = EnvelopeSealer(network: node.network, cryptography: peer.cryptography)
        for to in [nil, node.id] {
            let header = ChatHeader(
                sender: peer.id, chain: WireValues.chain(1), seq: last, prev: .zero, lamport: last, to: to,
                audience: .zero)
            let sealed = sealer.seal(
                ChatContent(kind: .application, at: .max, body: []), header: header, to: peer.nodeAsRecipient,
                audience: [], now: node.now)
            peer.push(try #require(sealed).envelope, over: link)
        }
        #expect(node.shown.count == 2)
        let range = ChainRange(author: peer.id, chain: WireValues.chain(1), from: 0, to: last)
        peer.ask(
            .ranges(Array(repeating: range, count: 256)), prekey: peer.cryptography.makePrekey().publicKey, over: link)
        peer.say(
            .routed(
                Routed(
                    to: node.id, hopsLeft: .max,
                    item: .ack(
                        peer.sign(
                            Ack(signer: peer.id, to: node.id, chain: WireValues.chain(1), seq: last))))), over: link)
        let operation = Invite(signer: peer.id, prev: .zero, subject: WireValues.carol.publicKey, at: .max)
        peer.say(.operations(OperationsChunk(operations: [.invite(peer.sign(operation))])), over: link)
        node.perform(.send(text: [65]))
        node.perform(.revoke(peer.id, frontier: nil))
        node.run(for: .seconds(60))
        #expect(node.core.status.members == 2)
    }
}
