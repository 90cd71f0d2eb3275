import MeshCrypto
import Testing

@testable import MeshCore

/// Chat messages and Plumtree's control messages from a member that lies.
@Suite struct HostileBroadcastTests {
    /// A founder with two linked members.
    private struct Scene {
        let node: LoneNode
        let (eve, bob): (HostilePeer, HostilePeer)
        let (eveLink, bobLink): (LinkID, LinkID)

        init(_ change: (inout NodeConfiguration) -> Void = { _ in }) {
            node = LoneNode.founder(change)
            (eve, bob) = (HostilePeer.member(10, of: node), HostilePeer.member(11, of: node))
            (eveLink, bobLink) = (eve.join(), bob.join())
        }
    }

    // MARK: Messages

    private static let damages: [(name: String, change: @Sendable (inout Envelope) -> Void)] = [
        ("signature", { $0.message = $0.message.withBadSignature }),
        ("ciphertext", { $0.ciphertext[3] ^= 1 }),
        ("a wrap left out", { $0.wraps = [] }),
        ("shorter ciphertext", { $0.ciphertext.removeLast() }),
    ]

    /// The id is a hash of the signed body, and a copy that fails enters no seen-set.
    @Test func aDamagedCopyThatComesFirstDoesNotKeepTheTrueOneOut() throws {
        for damage in Self.damages {
            let scene = Scene()
            let envelope = try scene.bob.compose("the truth")
            var damaged = envelope
            damage.change(&damaged)
            scene.eve.push(damaged, over: scene.eveLink)
            #expect(scene.node.closed[scene.eveLink] == .protocolViolation, "\(damage.name)")
            #expect(scene.node.shown.isEmpty, "\(damage.name)")
            scene.bob.push(envelope, over: scene.bobLink)
            #expect(scene.node.texts == ["the truth"], "\(damage.name)")
        }
    }

    @Test func aMessageIsShownOnceHoweverOftenItComes() throws {
        let scene = Scene()
        let envelope = try scene.bob.compose("once")
        for _ in 0..<5 {
            scene.bob.push(envelope, over: scene.bobLink)
            scene.eve.push(envelope, over: scene.eveLink)
        }
        #expect(scene.node.shown.map(\.string) == ["once"])
        #expect(scene.node.counter("verified.message") == 1)
    }

    /// Neither the cache of ids nor the memory of messages is endless; what fell out of both must stay out.
    @Test func aMessageThatComesBeforeAnEarlierOneTellsOfTheGap() throws {
        let node = LoneNode.founder()
        let eve = HostilePeer.member(10, of: node)
        let link = eve.join()
        let envelopes = try ["one", "two", "three"].map { try eve.compose($0) }
        for place in [0, 2, 1] { eve.push(envelopes[place], over: link) }
        let shown = node.events.compactMap { event in
            if case .chatMessageReceived(let message) = event { (message.string, message.missing) } else { nil }
        }
        #expect(shown.map(\.0) == ["one", "three", "two"] && shown.map(\.1) == [0, 1, 0])
    }

    @Test func aReplayAfterCacheAndHistoryHaveForgottenIsNotShownAgain() throws {
        let scene = Scene { ($0.limits.seenIDs, $0.limits.history) = (2, 2) }
        let first = try scene.bob.compose("m0")
        scene.bob.push(first, over: scene.bobLink)
        for number in 1..<10 { scene.bob.push(try scene.bob.compose("m\(number)"), over: scene.bobLink) }
        scene.eve.push(first, over: scene.eveLink)
        #expect(scene.node.shown.map(\.string) == (0..<10).map { "m\($0)" })
    }

    @Test func aReplayAfterTheHistoryWasClearedIsNotShownAgain() throws {
        let scene = Scene { $0.limits.seenIDs = 2 }
        let first = try scene.bob.compose("m0")
        scene.bob.push(first, over: scene.bobLink)
        for number in 1..<5 { scene.bob.push(try scene.bob.compose("m\(number)"), over: scene.bobLink) }
        #expect(scene.node.perform(.clearHistory) == .done)
        scene.eve.push(first, over: scene.eveLink)
        #expect(scene.node.texts.isEmpty)
        #expect(scene.node.shown.count == 5)
    }

    @Test func nobodySpeaksForAMemberOrAsAStranger() throws {
        let scene = Scene()
        let stranger = HostilePeer(99, at: scene.node)
        scene.eve.push(try stranger.compose("let me in"), over: scene.eveLink)
        #expect(scene.node.counter("refused.author") == 1)
        #expect(scene.node.closed[scene.eveLink] == nil, "a peer may not have heard yet")
        // Eve signs a body that names bob.
        let envelope = try scene.eve.compose("I am bob")
        var body = try ChatBody(body: envelope.message.body)
        body.header.sender = scene.bob.id
        let forged = Envelope(
            message: Signed(body: body.body(), signature: envelope.message.signature), wraps: envelope.wraps,
            ciphertext: envelope.ciphertext)
        scene.eve.push(forged, over: scene.eveLink)
        #expect(scene.node.closed[scene.eveLink] == .protocolViolation)
        #expect(scene.node.shown.isEmpty)
    }

    /// A copied `enc` makes another context under another sender's name, and no harm to the true one.
    @Test func anotherSendersEncCannotPoisonTheCacheOfContexts() throws {
        let scene = Scene()
        let first = try scene.bob.compose("one")
        let second = try scene.bob.compose("two")
        var body = try ChatBody(body: try scene.eve.compose("mine").message.body)
        let format = EnvelopeFormat(network: scene.node.network, cryptography: scene.eve.cryptography)
        body.wrapsHash = format.wrapsHash(first.wraps)
        body.ciphertextHash = format.ciphertextHash(first.ciphertext)
        let copy = Envelope(message: scene.eve.sign(body), wraps: first.wraps, ciphertext: first.ciphertext)
        scene.eve.push(copy, over: scene.eveLink)
        scene.bob.push(first, over: scene.bobLink)
        scene.bob.push(second, over: scene.bobLink)
        #expect(scene.node.texts == ["one", "two"])
    }

    @Test func twoMessagesAtOnePlaceAreBothKeptAndTheForkIsTold() throws {
        let scene = Scene()
        let copy = scene.bob.chat
        scene.bob.push(try scene.bob.compose("left"), over: scene.bobLink)
        scene.bob.chat = copy
        scene.bob.push(try scene.bob.compose("right"), over: scene.bobLink)
        #expect(Set(scene.node.texts) == ["left", "right"])
        #expect(scene.node.warnings("forked-log") == 1)
    }

    @Test func aLamportTimeFarAheadDoesNotDragThisNodesClockAlong() throws {
        let scene = Scene()
        for (lamport, text) in [(WireLimits.sequence - 1, "far"), (1 << 20, "near")] {
            var sealer = EnvelopeSealer(network: scene.node.network, cryptography: scene.bob.cryptography)
            let header = ChatHeader(
                sender: scene.bob.id, chain: WireValues.chain(Int(lamport % 7)), seq: 0, prev: .zero,
                lamport: lamport, to: nil, audience: .zero)
            let content = ChatContent(kind: .text, at: 0, body: Array(text.utf8))
            let sealed = sealer.seal(
                content, header: header, to: scene.bob.nodeAsRecipient, audience: [scene.node.id],
                now: scene.node.now)
            scene.bob.push(try #require(sealed).envelope, over: scene.bobLink)
        }
        #expect(scene.node.shown.count == 2)
        scene.node.perform(.send(text: Array("mine".utf8)))
        let mine = try #require(scene.node.shown.last)
        #expect(mine.lamport == (1 << 20) + 1)
    }

    /// A wrap costs an X25519; a sender who sends hundreds of them for one prekey must not be served each.
    @Test func wrapsByTheHundredForOnePrekeyAreNotAllTried() throws {
        let scene = Scene()
        let recipient = try #require(scene.bob.nodeAsRecipient.first)
        let format = EnvelopeFormat(network: scene.node.network, cryptography: scene.bob.cryptography)
        let prekeyID = format.prekeyID(recipient.prekey, of: scene.node.id)
        let honest = try scene.bob.compose("x")
        let wraps = WrapList(
            (0..<256).map { number in
                Wrap(
                    prekeyID: prekeyID, encapsulated: Bytes32(scene.bob.cryptography.hash([UInt8(number)]).rawBytes)!,
                    sealed: Array(repeating: 0, count: Wrap.sealedCount))
            }.sorted { $0.encapsulated < $1.encapsulated })
        var body = try ChatBody(body: honest.message.body)
        body.wrapsHash = format.wrapsHash(wraps)
        let envelope = Envelope(message: scene.bob.sign(body), wraps: wraps, ciphertext: honest.ciphertext)
        let before = MemoryWalk.secrets(in: scene.node.core.chat).count
        scene.bob.push(envelope, over: scene.bobLink)
        #expect(scene.node.counter("missed") == 1)
        #expect(MemoryWalk.secrets(in: scene.node.core.chat).count - before <= 8)
    }

    // MARK: Plumtree

    @Test func announcementsOfTheSameMessageOverAndOverTakeNoMemory() {
        let scene = Scene()
        let entry = IHave.Entry(id: WireValues.hash(1), author: scene.bob.id, hops: 1)
        let message = Message.ihave(IHave(isReset: false, entries: Array(repeating: entry, count: 1_000)))
        for _ in 0..<20 { scene.eve.say(message, over: scene.eveLink) }
        #expect(MemoryWalk.elements(in: scene.node.core.plumtree) < 200)
    }

    /// A peer that announces what it never delivers is asked once, then repair takes over.
    @Test func aLiarWhoKeepsAnnouncingDoesNotHoldBackTheRepair() throws {
        let scene = Scene()
        let envelope = try scene.bob.compose("late")
        let id = ChatBody.id(
            ofBody: envelope.message.body, in: scene.node.network, with: scene.node.cryptography)
        let entry = IHave.Entry(id: id, author: scene.bob.id, hops: 1)
        for _ in 0..<40 {
            scene.eve.say(.ihave(IHave(isReset: false, entries: [entry])), over: scene.eveLink)
            scene.node.run(for: .milliseconds(250))
        }
        let asked = scene.bob.requests(over: scene.bobLink) + scene.eve.requests(over: scene.eveLink)
        #expect(asked.contains { if case .ids(let ids) = $0.request.want { ids.contains(id) } else { false } })
    }

    /// One peer's fictions fill its own share of what may be missing, not everybody's.
    @Test func fictionsOfOnePeerDoNotKeepAnothersAnnouncementOut() throws {
        let scene = Scene()
        // A parent for bob's tree, so that announcements wait.
        scene.bob.push(try scene.bob.compose("first"), over: scene.bobLink)
        for round in 0..<10 {
            let entries = (0..<1_000).map { number in
                IHave.Entry(
                    id: scene.eve.cryptography.hash([UInt8(round), UInt8(number & 255), UInt8(number >> 8)]),
                    author: scene.bob.id, hops: 1)
            }
            scene.eve.say(.ihave(IHave(isReset: false, entries: entries)), over: scene.eveLink)
        }
        let id = WireValues.hash(77)
        scene.bob.say(
            .ihave(IHave(isReset: false, entries: [.init(id: id, author: scene.bob.id, hops: 1)])),
            over: scene.bobLink)
        scene.node.run(for: .milliseconds(600))
        #expect(scene.node.sent(over: scene.bobLink).contains(.graft(Graft(author: scene.bob.id, id: id))))
        #expect(MemoryWalk.elements(in: scene.node.core.plumtree) < 30_000)
    }

    @Test func controlMessagesAboutInventedAuthorsLeaveTheTreesAlone() throws {
        let scene = Scene()
        scene.bob.push(try scene.bob.compose("first"), over: scene.bobLink)
        let before = MemoryWalk.elements(in: scene.node.core.plumtree)
        for number in 0..<5_000 {
            let author = NodeID(
                Bytes32(scene.eve.cryptography.hash([UInt8(number & 255), UInt8(number >> 8)]).rawBytes)!)
            scene.eve.say(.prune(Prune(author: author)), over: scene.eveLink)
            scene.eve.say(.graft(Graft(author: author, id: nil)), over: scene.eveLink)
            scene.eve.say(.notFound(NotFound(id: Hash(author.bytes))), over: scene.eveLink)
            scene.eve.say(
                .ihave(IHave(isReset: false, entries: [.init(id: Hash(author.bytes), author: author, hops: 0)])),
                over: scene.eveLink)
        }
        scene.node.run(for: .seconds(5))
        #expect(MemoryWalk.elements(in: scene.node.core.plumtree) <= before + 10)
        #expect(MemoryWalk.elements(in: scene.node.core.missed) < 10)
    }

    /// Pruned by everybody, a node still pushes its own messages to somebody.
    @Test func prunesFromEverybodyDoNotCutANodeOutOfItsTree() {
        let scene = Scene()
        for (peer, link) in [(scene.eve, scene.eveLink), (scene.bob, scene.bobLink)] {
            for _ in 0..<100 { peer.say(.prune(Prune(author: scene.node.id)), over: link) }
        }
        scene.node.forgetSent()
        scene.node.perform(.send(text: Array("still here".utf8)))
        let pushes = scene.node.sent.count { if case .gossip = $0.message { true } else { false } }
        #expect(pushes == 1)
    }

    @Test func aGraftForAnUnknownIdIsAnsweredNotFound() {
        let scene = Scene()
        scene.eve.say(.graft(Graft(author: scene.bob.id, id: WireValues.hash(5))), over: scene.eveLink)
        #expect(scene.node.sent(over: scene.eveLink).contains(.notFound(NotFound(id: WireValues.hash(5)))))
    }

    @Test func applicationBytesOfStrangersOrUnderABadSignatureAreNotDelivered() {
        let scene = Scene()
        func push(_ signed: Signed, by peer: HostilePeer, over link: LinkID) {
            peer.say(.gossip(Gossip(isReset: false, hops: 0, item: .raw(signed))), over: link)
        }
        let raw = scene.bob.sign(RawMessage(signer: scene.bob.id, to: nil, life: 1, seq: 1, data: [1]))
        let stranger = HostilePeer(99, at: scene.node)
        push(
            stranger.sign(RawMessage(signer: stranger.id, to: nil, life: 1, seq: 1, data: [2])), by: scene.eve,
            over: scene.eveLink)
        push(raw.withBadSignature, by: scene.eve, over: scene.eveLink)
        #expect(scene.node.closed[scene.eveLink] == .protocolViolation)
        push(raw, by: scene.bob, over: scene.bobLink)
        push(raw, by: scene.bob, over: scene.bobLink)
        let payloads = scene.node.events.compactMap { event -> [UInt8]? in
            if case .broadcastReceived(_, let payload, _) = event { payload } else { nil }
        }
        #expect(payloads == [[1]])
    }
}
