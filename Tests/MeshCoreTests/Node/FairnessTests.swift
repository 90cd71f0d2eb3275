import MeshCrypto
import Testing

@testable import MeshCore

/// What one member can make a node do for it, at the expense of all others.
@Suite struct FairnessTests {
    @Test func `who breaks a rule gets no link for half a minute, the next time for a minute`() {
        let node = LoneNode.founder()
        let peer = HostilePeer.member(10, of: node)
        let link = peer.join()
        for bar in [30, 60] as [Int64] {
            let last = node.opened.max() ?? link
            peer.say(bytes: [1, 2, 3], over: last)
            #expect(node.closed[last] == .malformedFrame)
            node.run(for: .seconds(bar) - .milliseconds(100))
            let early = peer.connect()
            peer.say(.hello(peer.sign(peer.hello(on: early), in: .zero)), over: early)
            #expect(node.closed[early] == .rejected)
            node.run(for: .milliseconds(200))
            let late = peer.connect()
            peer.say(.hello(peer.sign(peer.hello(on: late), in: .zero)), over: late)
            #expect(node.opened.contains(late))
        }
        #expect(node.counter("refused.offender") == 2)
    }

    /// The owner may publish 40 records at once. Forgeries used to count against it.
    @Test func `forged records leave their owner's share alone`() {
        let node = LoneNode.founder()
        let (peer, victim) = (HostilePeer.member(10, of: node), HostilePeer.member(11, of: node))
        for number in 0..<50 {
            let forged = victim.record("key", [1], version: UInt64(number + 1)).withBadSignature
            peer.say(.delta(Delta(records: [forged], isComplete: false)), over: peer.join())
        }
        #expect(node.counter("refused.badSignature") == 50)
        let good = victim.record("nick", Array("bob".utf8), version: 100)
        victim.say(.delta(Delta(records: [good], isComplete: false)), over: victim.join())
        #expect(node.core.nick(of: victim.id) == "bob")
        #expect(node.counter("refused.recordRate") == 0)
    }

    /// The root used to be that of before, and nobody else was told.
    @Test func `what comes before a bad record shows in the root and is passed on`() {
        let node = LoneNode.founder()
        let (peer, other) = (HostilePeer.member(10, of: node), HostilePeer.member(11, of: node))
        let (link, otherLink) = (peer.join(), other.join())
        let before = node.root
        let good = peer.record("nick", Array("eve".utf8), version: 1)
        let bad = peer.record("key", [1], version: 2).withBadSignature
        peer.say(.delta(Delta(records: [good, bad], isComplete: false)), over: link)
        #expect(node.closed[link] == .protocolViolation)
        #expect(node.root != before)
        // Records wait for others that go the same way.
        node.run(for: NodeCore.recordInterval)
        let passed = node.sent(over: otherLink).contains {
            if case .delta(let delta) = $0 { delta.records == [good] } else { false }
        }
        #expect(passed)
    }

    @Test func `a request is answered once, however often it is carried here`() throws {
        let node = LoneNode.founder()
        let (eve, bob) = (HostilePeer.member(10, of: node), HostilePeer.member(11, of: node))
        let (eveLink, bobLink) = (eve.join(), bob.join())
        let prekey = bob.cryptography.makePrekey().publicKey
        let request = SyncRequest(signer: bob.id, to: node.id, nonce: .zero, prekey: prekey, want: .ids([.zero]))
        let routed = Message.routed(Routed(to: node.id, item: .request(bob.sign(request))))
        bob.say(routed, over: bobLink)
        for _ in 0..<100 { eve.say(routed, over: eveLink) }
        #expect(node.counter("refused.replayedRequest") == 100)
        bob.ask(.ids([.zero]), prekey: prekey, over: bobLink)
        #expect(bob.responses(over: bobLink).count == 2)
    }

    /// A revocation honours places of a chain. Another message at such a place used to be shown as an old one.
    @Test func `a revoked author cannot put another message in the place of an old one`() throws {
        let node = LoneNode.founder()
        let (eve, bob) = (HostilePeer.member(10, of: node), HostilePeer.member(11, of: node))
        let (eveLink, bobLink) = (eve.join(), bob.join())
        let stale = eve.chat
        eve.push(try eve.compose("said in time"), over: eveLink)
        #expect(node.texts == ["said in time"])
        #expect(node.perform(.revoke(eve.id, frontier: nil)) == .done)
        eve.chat = stale
        bob.push(try eve.compose("said too late"), over: bobLink)
        #expect(node.texts == ["said in time"])
        #expect(node.counter("refused.backdated") == 1)
    }

    /// Each of these used to be answered with the whole store: 1,000 digests of 200 bytes, 100 MB.
    @Test func `a peer that lies in each digest is sent a store once and then a trickle`() throws {
        let node = LoneNode.founder()
        let (eve, bob) = (HostilePeer.member(10, of: node), HostilePeer.member(11, of: node))
        let (eveLink, bobLink) = (eve.join(), bob.join())
        for number in 0..<30 {
            let record = bob.record("key\(number)", [UInt8](repeating: 1, count: 4_000), version: UInt64(number + 1))
            bob.say(.delta(Delta(records: [record], isComplete: false)), over: bobLink)
        }
        node.perform(.send(text: [65]))
        node.forgetSent()
        let signers = node.core.operations.summaries(with: node.core.cryptography)
        let lie = Digest(root: .zero, detail: DigestDetail(signers: signers, owners: []))
        for _ in 0..<1_000 { eve.say(.digest(lie), over: eveLink) }
        let bytes = node.sent(over: eveLink).reduce(0) { sum, message in
            guard case .delta(let delta) = message else { return sum }
            return sum + delta.records.reduce(0) { $0 + $1.body.count }
        }
        #expect(bytes > 100_000)
        #expect(bytes < 1_300_000)
        #expect(node.counter("refused.answerRate") > 900)
        // Whoever has been given too many records is told all the same which messages there are.
        #expect(!eve.vectors(over: eveLink).contains { $0.chains != nil })
        eve.say(.vector(VersionVector(root: .zero, chains: nil)), over: eveLink)
        #expect(eve.vectors(over: eveLink).contains { $0.chains != nil })
        for _ in 0..<100_000 { eve.say(.vector(VersionVector(root: .zero, chains: nil)), over: eveLink) }
        let entries = eve.vectors(over: eveLink).reduce(0) { $0 + ($1.chains?.count ?? 0) }
        #expect(entries < 1_024 * 1_024 / 56 + 10)
    }
}
