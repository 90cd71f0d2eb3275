import MeshCrypto
import Testing

@testable import MeshCore

/// Records and membership operations from a member that lies.
@Suite struct HostileGossipTests {
    // MARK: Records

    private static let forgeries: [(name: String, change: @Sendable (inout Record) -> Void)] = [
        ("life", { $0.life += 1 }), ("version", { $0.version += 1 }), ("key", { $0.key = "nick2" }),
        ("value", { $0.value[0] ^= 1 }),
    ]

    @Test func aRecordWithAnyFieldAlteredIsRefusedAndTheLinkClosed() throws {
        for forgery in Self.forgeries {
            let node = LoneNode.founder()
            let (peer, victim) = (HostilePeer.member(10, of: node), HostilePeer.member(11, of: node))
            let link = peer.join()
            let signed = victim.record("nick", Array("bob".utf8), version: 1)
            var record = try Record(body: signed.body)
            forgery.change(&record)
            let before = node.stateHash
            let forged = Signed(body: record.body(), signature: signed.signature)
            peer.say(.delta(Delta(records: [forged], isComplete: false)), over: link)
            #expect(node.closed[link] == .protocolViolation, "\(forgery.name)")
            #expect(node.stateHash == before, "\(forgery.name)")
            #expect(node.counter("refused.badSignature") == 1)
        }
    }

    @Test func aRecordCannotBeSignedForSomebodyElse() throws {
        let node = LoneNode.founder()
        let (peer, victim) = (HostilePeer.member(10, of: node), HostilePeer.member(11, of: node))
        let link = peer.join()
        let own = peer.record("nick", Array("bob".utf8), version: 1)
        var record = try Record(body: own.body)
        record.signer = victim.id
        let forged = Signed(body: record.body(), signature: own.signature)
        peer.say(.delta(Delta(records: [forged], isComplete: false)), over: link)
        #expect(node.closed[link] == .protocolViolation)
    }

    /// Whoever could raise this node's life could raise it beyond what the wire carries, for good.
    @Test func aForgedRecordInThisNodesOwnNameDoesNotTouchItsLife() throws {
        let node = LoneNode.founder()
        let peer = HostilePeer.member(10, of: node)
        let link = peer.join()
        let lives = node.store.filter { if case .life = $0 { true } else { false } }
        let record = Record(
            signer: node.id, life: WireLimits.sequence - 1, version: 5, key: "nick", value: Array("eve".utf8))
        let forged = Signed(body: record.body(), signature: peer.record("nick", [65], version: 1).signature)
        peer.say(.delta(Delta(records: [forged], isComplete: false)), over: link)
        #expect(node.closed[link] == .protocolViolation)
        #expect(node.store.filter { if case .life = $0 { true } else { false } } == lives)
        #expect(node.warnings("own-records") == 0)
    }

    /// Even a copy of the key can lead the life only as far as others can read it.
    @Test func aCloneAtTheEndOfAllLivesDoesNotMakeThisNodesRecordsUnreadable() throws {
        let node = LoneNode.founder()
        let peer = HostilePeer.member(10, of: node)
        let link = peer.join()
        let record = Record(
            signer: node.id, life: WireLimits.sequence - 1, version: 5, key: "nick", value: Array("eve".utf8))
        let signed = record.signed(in: node.network, with: node.cryptography)
        peer.say(.delta(Delta(records: [signed], isComplete: false)), over: link)
        node.forgetSent()
        #expect(node.perform(.setNick("lone2")) == .done)
        for case .delta(let delta) in node.sent(over: link) {
            for record in delta.records {
                #expect((try? Record(body: record.body)) != nil, "others can decode it")
            }
        }
        #expect(node.warnings("own-records") > 0)
    }

    /// Two programs under one key see each other's records; each raising its life above the other's must not become
    /// a race as fast as the network.
    @Test func twoProgramsUnderOneKeyDoNotRaceForTheLastLife() throws {
        let node = LoneNode.founder()
        let peer = HostilePeer.member(10, of: node)
        let link = peer.join()
        for round in 0..<100 {
            guard case .life(let life)? = node.store.last(where: { if case .life = $0 { true } else { false } })
            else {
                Issue.record("no life")
                return
            }
            let record = Record(signer: node.id, life: life + 1, version: 1, key: "nick", value: Array("c".utf8))
            let signed = record.signed(in: node.network, with: node.cryptography)
            peer.say(.delta(Delta(records: [signed], isComplete: false)), over: link)
            if round % 10 == 0 { node.run(for: .milliseconds(100)) }
        }
        #expect(node.store.count { if case .life = $0 { true } else { false } } < 10)
        #expect(node.warnings("own-records") < 10)
    }

    @Test func recordsOfStrangersAreDroppedAndTheLinkStays() {
        let node = LoneNode.founder()
        let peer = HostilePeer.member(10, of: node)
        let stranger = HostilePeer(99, at: node)
        let link = peer.join()
        let before = node.stateHash
        peer.say(
            .delta(Delta(records: [stranger.record("nick", Array("x".utf8), version: 1)], isComplete: false)),
            over: link)
        #expect(node.closed[link] == nil)
        #expect(node.counter("refused.recordOfStranger") == 1)
        #expect(node.stateHash == before)
    }

    @Test func anOlderRecordNeverComesBack() {
        let node = LoneNode.founder()
        let peer = HostilePeer.member(10, of: node)
        let link = peer.join()
        func tell(_ nick: String, life: UInt64, version: UInt64) {
            let record = peer.record("nick", Array(nick.utf8), life: life, version: version)
            peer.say(.delta(Delta(records: [record], isComplete: false)), over: link)
        }
        tell("new", life: 2, version: 1)
        tell("old", life: 1, version: 900)
        tell("older", life: 2, version: 0)
        #expect(node.core.nick(of: peer.id) == "new")
        #expect(node.closed[link] == nil)
    }

    private static let senseless: [(key: String, value: [UInt8])] = [
        ("nick", Array("\u{202E}evil".utf8)), ("nick", []), ("nick", [0xFF]), ("nick", Array(" x".utf8)),
        ("address", [1, 0, 0]), ("links", [9, 0]), ("prekeys", [1]), ("acks/0", [1]),
        (
            "prekeys",
            PrekeysValue(prekeys: [.init(rotation: .fast, publicKey: .zero, notBefore: 0, notAfter: 1)]).encoded()
        ),
        (
            "prekeys",
            PrekeysValue(prekeys: [
                .init(rotation: .slow, publicKey: WireValues.bytes(9), notBefore: 0, notAfter: 8 * 86_400_000 + 1)
            ]).encoded()
        ),
    ]

    @Test func aSignedRecordThatMakesNoSenseIsRefused() {
        for (number, bad) in Self.senseless.enumerated() {
            let node = LoneNode.founder()
            let peer = HostilePeer.member(10, of: node)
            let link = peer.join()
            let before = node.stateHash
            let record = peer.record(bad.key, bad.value, version: 1)
            peer.say(.delta(Delta(records: [record], isComplete: false)), over: link)
            #expect(node.closed[link] == .protocolViolation, "\(bad.key) \(number)")
            #expect(node.stateHash == before, "\(bad.key) \(number)")
        }
    }

    @Test func aMemberThatPublishesWithoutEndIsSlowedAndBounded() {
        let node = LoneNode.founder()
        let peer = HostilePeer.member(10, of: node)
        let link = peer.join()
        for number in 0..<2_000 {
            let record = peer.record("key\(number)", [1], version: UInt64(number))
            peer.say(.delta(Delta(records: [record], isComplete: false)), over: link)
        }
        #expect(node.counter("refused.recordRate") > 1_900)
        node.run(for: .seconds(600))
        for number in 2_000..<4_000 {
            let record = peer.record("key\(number)", [1], version: UInt64(number))
            peer.say(.delta(Delta(records: [record], isComplete: false)), over: link)
            node.run(for: .milliseconds(500))
        }
        #expect(MemoryWalk.elements(in: node.core.records) < 400)
    }

    // MARK: Operations

    @Test func aThousandBackdatedInvitationsOfARevokedMemberAdmitNobody() throws {
        let node = LoneNode.founder()
        let (thief, helper) = (HostilePeer.member(10, of: node), HostilePeer.member(11, of: node))
        #expect(node.perform(.revoke(thief.id, frontier: nil)) == .done)
        let link = helper.join()
        var prev = Hash.zero
        var operations: [Operation] = []
        for number in 0..<1_000 {
            // Any acceptable key will do as a subject: this one signs for itself later.
            let subject = WireValues.identity(UInt8(20 + number % 200)).publicKey
            let invite = Invite(signer: thief.id, prev: prev, subject: subject, at: UInt64(number))
            let operation = Operation.invite(thief.sign(invite))
            prev = operation.id(in: node.network, with: node.cryptography)
            operations.append(operation)
        }
        helper.say(.operations(OperationsChunk(operations: operations)), over: link)
        #expect(node.closed[link] == nil)
        #expect(node.core.status.members == 2)
        #expect(node.core.members.filter { $0.state == .revoked }.map(\.id) == [thief.id])
        // Nor whom these invite in their turn.
        let accomplice = HostilePeer(20, at: node)
        let late = Invite(signer: accomplice.id, prev: .zero, subject: WireValues.identity(250).publicKey, at: 1)
        helper.say(.operations(OperationsChunk(operations: [.invite(accomplice.sign(late))])), over: link)
        #expect(node.core.status.members == 2)
        let door = accomplice.connect()
        var hello = accomplice.hello(on: door)
        hello.network = .zero
        accomplice.say(.hello(accomplice.sign(hello, in: .zero)), over: door)
        #expect(node.closed[door] == .rejected)
    }

    @Test func aForgedOperationClosesTheLinkAndStaysOffTheDisk() {
        let node = LoneNode.founder()
        let peer = HostilePeer.member(10, of: node)
        let link = peer.join()
        let before = node.store.count
        let invite = Invite(signer: peer.id, prev: .zero, subject: WireValues.carol.publicKey, at: 0)
        let forged = Operation.invite(peer.sign(invite).withBadSignature)
        peer.say(.operations(OperationsChunk(operations: [forged])), over: link)
        #expect(node.closed[link] == .protocolViolation)
        #expect(node.store.count == before)
        #expect(node.core.status.members == 2)
    }

    @Test func aFloodOfOperationsIsTakenAtOneASecondWithAWarning() {
        let node = LoneNode.founder { $0.limits.operations = 20 }
        let peer = HostilePeer.member(10, of: node)
        let link = peer.join()
        let stored = node.store.count
        for number in 0..<100 {
            let invite = Invite(signer: peer.id, prev: .zero, subject: WireValues.carol.publicKey, at: UInt64(number))
            peer.say(.operations(OperationsChunk(operations: [.invite(peer.sign(invite))])), over: link)
        }
        #expect(node.store.count - stored <= 21)
        #expect(node.warnings("operation-flood") == 1, "one warning, not one a chunk")
        let before = node.store.count
        for number in 100..<130 {
            node.run(for: .seconds(1))
            let invite = Invite(signer: peer.id, prev: .zero, subject: WireValues.carol.publicKey, at: UInt64(number))
            peer.say(.operations(OperationsChunk(operations: [.invite(peer.sign(invite))])), over: link)
        }
        #expect((25...31).contains(node.store.count - before))
    }

    /// What outsiders sign has no effect, so it must not use up the time of what has.
    @Test func outsidersOperationsDoNotDelayTheRevocationOfAMember() {
        let node = LoneNode.founder { ($0.limits.operations, $0.limits.pendingOperations) = (20, 50) }
        let (peer, honest) = (HostilePeer.member(10, of: node), HostilePeer.member(11, of: node))
        let (link, other) = (peer.join(), honest.join())
        let outsider = HostilePeer(99, at: node)
        for number in 0..<200 {
            let invite = Invite(signer: outsider.id, prev: .zero, subject: outsider.id, at: UInt64(number))
            peer.say(.operations(OperationsChunk(operations: [.invite(outsider.sign(invite))])), over: link)
        }
        let revoke = Revoke(signer: honest.id, prev: .zero, subject: peer.id, at: 0, frontier: [], chains: [])
        honest.say(.operations(OperationsChunk(operations: [.revoke(honest.sign(revoke))])), over: other)
        #expect(node.core.status.members == 2)
        #expect(node.closed[link] == .noLongerMember)
        #expect(node.core.operations.pendingCount <= 50)
    }

    @Test func aDigestFullOfFictionCostsAnswersButNoMemory() {
        let node = LoneNode.founder()
        let peer = HostilePeer.member(10, of: node)
        let link = peer.join()
        let keys = (0..<200).map { NodeID(WireValues.bytes($0)) }.sorted()
        let detail = DigestDetail(
            signers: keys.map { .init(signer: $0, count: 9, hash: .zero) },
            owners: keys.map { .init(owner: $0, life: 1 << 52, version: 9, hash: .zero) })
        let before = MemoryWalk.elements(in: node.core.records) + MemoryWalk.elements(in: node.core.operations)
        for _ in 0..<20 { peer.say(.digest(Digest(root: WireValues.hash(1), detail: detail)), over: link) }
        #expect(
            MemoryWalk.elements(in: node.core.records) + MemoryWalk.elements(in: node.core.operations) == before)
        #expect(node.closed[link] == nil)
    }
}
