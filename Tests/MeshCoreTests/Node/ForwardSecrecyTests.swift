import MeshCrypto
import Testing

@testable import MeshCore

/// What somebody who recorded every envelope can do with a node's key, or with all its memory, later.
@Suite struct ForwardSecrecyTests {
    /// A thief with one node's identity and every secret found in its memory, as each kind of key it could be.
    private struct Thief {
        let cryptography: OpenSSLCryptography
        let format: EnvelopeFormat
        /// With the public half that each would have as an X25519 key.
        let secrets: [(secret: SecretBytes, publicKey: Bytes32)]

        init(memoryOf node: TestWorld.Node) {
            self.init(node, MemoryWalk.secrets(in: node.core).filter { $0.count == 32 })
        }

        /// The X25519 form of the identity key, in case anything was sealed to it.
        init(identityOf node: TestWorld.Node) { self.init(node, [CurveConversion.convertToX25519(node.seed)]) }

        private init(_ node: TestWorld.Node, _ secrets: [SecretBytes]) {
            cryptography = node.cryptography
            format = EnvelopeFormat(network: node.core.status.network ?? .zero, cryptography: cryptography)
            self.secrets = secrets.map { ($0, X25519.publicKey(of: $0)) }
        }

        /// Each secret as a message key, as a context's exporter, and as the private half of a prekey.
        func opens(_ envelope: Envelope) -> Bool {
            guard let body = try? ChatBody(body: envelope.message.body) else { return false }
            let header = EnvelopeFormat.header(ofBody: envelope.message.body)
            let bind = format.bind(
                header: header, commitment: body.commitment, ciphertextHash: body.ciphertextHash)
            func isKey(_ key: any Secret) -> Bool {
                let keys = cryptography.contentKey(from: key, info: format.keysInfo(header: header))
                return keys.commitment == body.commitment
            }
            func exports(_ exporter: any Secret, _ wrap: Wrap) -> Bool {
                let key = cryptography.export(from: exporter, context: Label.wrap + bind.rawBytes)
                return cryptography.unwrap(wrap.sealed, with: key).map(isKey) ?? false
            }
            return secrets.contains { secret, publicKey in
                if isKey(secret) { return true }
                let id = format.prekeyID(publicKey, of: cryptography.publicKey)
                let info = format.wrapInfo(
                    sender: body.header.sender, recipient: cryptography.publicKey, prekey: publicKey)
                return envelope.wraps.contains { wrap in
                    if exports(secret, wrap) { return true }
                    guard wrap.prekeyID == id,
                        let exporter = cryptography.setupReceiver(
                            wrap.encapsulated, prekey: publicKey, privateKey: secret, info: info)
                    else { return false }
                    return exports(exporter, wrap)
                }
            }
        }
    }

    /// Three members, each of whom says something; every envelope on any wire is kept.
    private static func scene() -> (TestWorld, [TestWorld.Node]) {
        let world = TestWorld()
        world.records = true
        let (_, nodes) = StoryTests.mesh(3, in: world)
        return (world, nodes)
    }

    private static func envelopes(_ world: TestWorld) -> [Envelope] {
        var seen: Set<[UInt8]> = []
        return world.recorded.compactMap { bytes in
            guard case .gossip(let gossip)? = try? Message(decoding: bytes), case .chat(let envelope) = gossip.item,
                seen.insert(envelope.message.body).inserted
            else { return nil }
            return envelope
        }
    }

    @Test func theThiefOfTodaysMemoryReadsTodaysMessages() {
        // Without this the other tests could not fail.
        let (world, nodes) = Self.scene()
        StoryTests.say("today", at: nodes[0], in: world)
        world.run(for: .seconds(5))
        let envelopes = Self.envelopes(world)
        #expect(envelopes.count == 1)
        for node in nodes { #expect(envelopes.allSatisfy(Thief(memoryOf: node).opens)) }
        #expect(world.ask(.clearHistory, at: nodes[1]) == .done)
        #expect(envelopes.allSatisfy(Thief(memoryOf: nodes[1]).opens), "the prekey is still alive")
    }

    @Test func anIdentityKeyOpensNothing() {
        let (world, nodes) = Self.scene()
        for node in nodes { StoryTests.say("from \(node.name)", at: node, in: world) }
        world.run(for: .seconds(5))
        let envelopes = Self.envelopes(world)
        #expect(envelopes.count == 3)
        for node in nodes { #expect(!envelopes.contains(where: Thief(identityOf: node).opens)) }
    }

    /// A sender keeps a context for an hour, used or not; its exporter opens what was sealed under it.
    @Test func aSendersMemoryForgetsWithinTwoHoursWhatWasSent() {
        let (world, nodes) = Self.scene()
        StoryTests.say("long ago", at: nodes[0], in: world)
        world.run(for: .seconds(5))
        let envelopes = Self.envelopes(world)
        #expect(world.ask(.clearHistory, at: nodes[0]) == .done)
        #expect(envelopes.contains(where: Thief(memoryOf: nodes[0]).opens))
        for _ in 0..<2 { world.jump(by: .seconds(3_600)) }
        #expect(!envelopes.contains(where: Thief(memoryOf: nodes[0]).opens))
    }

    /// Thirty days, a message a day from everybody: with history cleared nothing older than the prekeys' life opens.
    @Test func thirtyDaysOfEnvelopesDoNotOpenWithAllThatIsLeftInMemory() {
        let (world, nodes) = Self.scene()
        var byDay: [[Envelope]] = []
        for day in 0..<30 {
            let before = Self.envelopes(world).count
            for node in nodes { StoryTests.say("day \(day) \(node.name)", at: node, in: world) }
            world.run(for: .seconds(5))
            byDay.append(Array(Self.envelopes(world).dropFirst(before)))
            for _ in 0..<24 { world.jump(by: .seconds(3_600)) }
        }
        #expect(byDay.allSatisfy { $0.count == 3 })
        #expect(nodes.allSatisfy { $0.texts.count == 90 })
        for node in nodes {
            #expect(byDay[0].allSatisfy(Thief(memoryOf: node).opens), "kept history is kept")
            #expect(world.ask(.clearHistory, at: node) == .done)
        }
        for _ in 0..<26 { world.jump(by: .seconds(3_600)) }
        for node in nodes {
            let thief = Thief(memoryOf: node)
            #expect(!byDay.joined().contains(where: thief.opens), "\(node.name): all were sealed to fast prekeys")
        }
    }

    /// Sealed to the slow prekey of somebody away: eight days, not more.
    @Test func aSlowPrekeyIsGoneAfterEightDays() throws {
        let cryptography = WireValues.identity(60)
        var ring = PrekeyRing()
        let start: UInt64 = 1_800_000_000_000
        _ = ring.turn(at: start, with: cryptography)
        let slow = try #require(ring.published.prekeys.last)
        #expect(slow.rotation == .slow)
        let hour: UInt64 = 3_600_000
        for step in 1...(8 * 24) {
            #expect(ring.privateKey(of: slow.publicKey) != nil, "hour \(step)")
            _ = ring.turn(at: start + UInt64(step) * hour, with: cryptography)
        }
        #expect(ring.privateKey(of: slow.publicKey) == nil)
    }

    @Test func theContextForARevokedMemberIsWiped() {
        let (world, nodes) = Self.scene()
        StoryTests.say("before", at: nodes[0], in: world)
        world.run(for: .seconds(5))
        let before = MemoryWalk.secrets(in: nodes[0].core).count
        #expect(world.ask(.revoke(nodes[2].id, frontier: nil), at: nodes[0]) == .done)
        #expect(MemoryWalk.secrets(in: nodes[0].core).count == before - 1)
    }

    /// After a suspension the monotonic clock has hardly moved and the calendar has: the keys go all the same.
    @Test func keysOverdueByTheCalendarGoWithinAMinute() throws {
        let node = LoneNode.founder()
        let old = try #require(node.core.prekeys(of: node.id)?.chosen(at: node.now.wall))
        #expect(node.core.chat.ring.privateKey(of: old) != nil)
        node.setClock(by: 9 * 86_400_000)
        node.run(for: .seconds(61))
        #expect(node.core.chat.ring.privateKey(of: old) == nil)
        let new = try #require(node.core.prekeys(of: node.id)?.chosen(at: node.now.wall))
        #expect(new != old)
    }
}
