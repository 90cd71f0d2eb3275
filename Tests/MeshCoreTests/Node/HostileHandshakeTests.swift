import MeshCore
import MeshCrypto
import Testing

/// Who is not a member, or says something wrong before WELCOME, learns nothing and changes nothing.
@Suite struct HostileHandshakeTests {
    // MARK: Strangers

    /// What strangers may try in a HELLO that is otherwise good.
    private static let strangers: [(name: String, change: @Sendable (inout Hello) -> Void)] = [
        ("memberless", { $0.network = .zero }),
        ("of another network", { $0.network = WireValues.hash(9) }),
        ("memberless with a long nick", { ($0.network, $0.nick) = (.zero, String(repeating: "n", count: 128)) }),
        ("memberless with a bad nick", { ($0.network, $0.nick) = (.zero, "\u{1B}[31m") }),
        ("with all features", { ($0.network, $0.features) = (.zero, Hello.Features(rawValue: .max)) }),
        ("of a future version", { ($0.network, $0.versionMin, $0.versionMax) = (.zero, 7, 9) }),
        ("with versions the wrong way round", { ($0.network, $0.versionMin, $0.versionMax) = (.zero, 9, 0) }),
        ("with no port", { ($0.network, $0.port) = (.zero, 0) }),
    ]

    @Test(arguments: [true, false])
    func strangersAllGetTheSameAnswerOfOneSizeAndNoByteOfGossip(isFounded: Bool) throws {
        let node = isFounded ? LoneNode.founder() : LoneNode()
        var sizes: Set<Int> = []
        for (number, stranger) in Self.strangers.enumerated() {
            let peer = HostilePeer(UInt8(10 + number), at: node)
            let link = peer.connect()
            var hello = peer.hello(on: link)
            stranger.change(&hello)
            if !isFounded { hello.network = .zero }
            peer.say(.hello(peer.sign(hello, in: .zero)), over: link)
            #expect(node.closed[link] == .rejected, "\(stranger.name)")
            let answers = node.sent(over: link)
            #expect(answers.count == 1, "\(stranger.name)")
            guard case .reject(let signed) = answers.first else { continue }
            let reject = try Reject.verified(signed, in: .zero, with: peer.cryptography)
            #expect(reject.reason == .notInvited && reject.proof == nil && reject.others.isEmpty, "\(stranger.name)")
            sizes.insert(answers[0].encoded().count)
        }
        #expect(sizes.count == 1)
        #expect(node.opened.isEmpty)
    }

    /// An ex-member still knows the network: it is asked to prove itself, and cannot.
    @Test func aStrangerWhoKnowsTheNetworkIsAskedForAProofAndGetsNothingElse() throws {
        let node = LoneNode.founder()
        let peer = HostilePeer(9, at: node)
        let link = peer.connect()
        peer.say(.hello(peer.sign(peer.hello(on: link), in: .zero)), over: link)
        let answer = try #require(node.sent(over: link).first)
        guard case .hello(let signed) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(node.sent(over: link).count == 1)
        let welcome = Welcome(
            signer: peer.id, hello: peer.cryptography.hash(signed.encoded()), channel: peer.channel(of: link),
            version: 1, network: node.network, features: [], admission: nil, others: [])
        peer.say(.welcome(peer.sign(welcome)), over: link)
        #expect(node.closed[link] == .badIdentity)
        #expect(node.sent(over: link).count == 1)
        #expect(node.opened.isEmpty)
    }

    /// The most an outsider can prove is what it has signed itself.
    @Test func anInvitationSignedByTheStrangerItselfProvesNothing() throws {
        let node = LoneNode.founder()
        guard case .genesis(let genesis) = node.store.first(where: { if case .genesis = $0 { true } else { false } })
        else {
            Issue.record("no genesis in the store")
            return
        }
        let before = node.store.count
        let peer = HostilePeer(9, at: node)
        let link = peer.connect()
        peer.say(.hello(peer.sign(peer.hello(on: link), in: .zero)), over: link)
        guard case .hello(let signed) = node.sent(over: link).first else {
            Issue.record("no HELLO")
            return
        }
        let invite = Invite(signer: peer.id, prev: .zero, subject: peer.id, at: 0)
        let welcome = Welcome(
            signer: peer.id, hello: peer.cryptography.hash(signed.encoded()), channel: peer.channel(of: link),
            version: 1, network: node.network, features: [],
            admission: AdmissionProof(genesis: genesis, operations: [.invite(peer.sign(invite))]), others: [])
        peer.say(.welcome(peer.sign(welcome)), over: link)
        #expect(node.closed[link] == .badIdentity)
        #expect(node.store.count == before)
        #expect(node.core.status.members == 1)
    }

    /// A member of whom this node has not heard proves itself; what else it puts into the proof stays off the disk.
    @Test func theProofOfAnUnknownMemberStoresOnlyWhatCounts() throws {
        let node = LoneNode.founder()
        let sponsor = HostilePeer.member(10, of: node)
        guard case .genesis(let genesis) = node.store.first(where: { if case .genesis = $0 { true } else { false } }),
            case .operation(let first) = node.store.last(where: { if case .operation = $0 { true } else { false } })
        else {
            Issue.record("nothing in the store")
            return
        }
        let (peer, outsider) = (HostilePeer(11, at: node), HostilePeer(99, at: node))
        let second = Operation.invite(
            sponsor.sign(Invite(signer: sponsor.id, prev: .zero, subject: peer.id, at: 0)))
        let junk = (0..<100).map { number in
            Operation.invite(
                outsider.sign(Invite(signer: outsider.id, prev: .zero, subject: outsider.id, at: UInt64(number))))
        }
        let link = peer.connect()
        peer.say(.hello(peer.sign(peer.hello(on: link), in: .zero)), over: link)
        guard case .hello(let signed) = node.sent(over: link).first else {
            Issue.record("no HELLO")
            return
        }
        let before = node.store.count { if case .operation = $0 { true } else { false } }
        let welcome = Welcome(
            signer: peer.id, hello: peer.cryptography.hash(signed.encoded()), channel: peer.channel(of: link),
            version: 1, network: node.network, features: [],
            admission: AdmissionProof(genesis: genesis, operations: [first] + junk + [second]), others: [])
        peer.say(.welcome(peer.sign(welcome)), over: link)
        #expect(node.closed[link] == nil)
        #expect(node.core.status.members == 3)
        #expect(node.store.count { if case .operation = $0 { true } else { false } } == before + 1)
    }

    // MARK: False HELLOs

    private static let badHellos: [(name: String, change: @Sendable (inout Hello) -> Void)] = [
        ("of another channel", { $0.channel = WireValues.hash(1) }),
        ("of the other mode", { $0.mode = .clear }),
        ("to somebody else", { $0.to = WireValues.carol.publicKey }),
        ("to nobody, under TLS", { $0.to = nil }),
    ]

    @Test func aHelloThatIsNotForThisConnectionClosesItWithoutAnAnswer() {
        let node = LoneNode.founder()
        for (number, bad) in Self.badHellos.enumerated() {
            let peer = HostilePeer.member(UInt8(10 + number), of: node)
            let link = peer.connect()
            var hello = peer.hello(on: link)
            bad.change(&hello)
            peer.say(.hello(peer.sign(hello, in: .zero)), over: link)
            #expect(node.closed[link] == .badIdentity, "\(bad.name)")
            #expect(node.sent(over: link).isEmpty, "\(bad.name)")
        }
        #expect(node.counter("refused.hello") == UInt64(Self.badHellos.count))
    }

    @Test func aHelloUnderAnotherSignatureOrKeyIsRefused() {
        let node = LoneNode.founder()
        let (member, thief) = (HostilePeer.member(10, of: node), HostilePeer(11, at: node))
        let link = member.connect()
        member.say(.hello(member.sign(member.hello(on: link), in: .zero).withBadSignature), over: link)
        #expect(node.closed[link] == .badIdentity)
        // The thief repeats the member's HELLO on its own connection, and on one in clear text.
        let recorded = member.connect()
        let hello = member.sign(member.hello(on: recorded), in: .zero)
        for tls in [true, false] {
            let other = thief.connect(tls: tls)
            thief.say(.hello(hello), over: other)
            #expect(node.closed[other] == .badIdentity)
            #expect(node.sent(over: other).isEmpty)
        }
    }

    @Test(arguments: [true, false])
    func itsOwnHelloComingBackIsRefused(tls: Bool) throws {
        let node = LoneNode { $0.seedPeers = [SeedPeer(key: nil, endpoint: LoneNode.seed)] }
        node.run(for: .seconds(1))
        let dial = try #require(node.dials.first)
        let mirror = HostilePeer(12, at: node)
        _ = mirror.connect(tls: tls, as: .dialler, link: dial.link)
        let own = try #require(node.sent(over: dial.link).first)
        mirror.say(own, over: dial.link)
        #expect(node.closed[dial.link] == .badIdentity)
        let inbound = mirror.connect(tls: tls)
        mirror.say(own, over: inbound)
        #expect(node.closed[inbound] == .badIdentity)
        #expect(node.sent(over: inbound).isEmpty)
    }

    // MARK: False WELCOMEs

    private static let badWelcomes: [(name: String, change: @Sendable (inout Welcome) -> Void)] = [
        ("for another HELLO", { $0.hello = WireValues.hash(1) }),
        ("of another channel", { $0.channel = WireValues.hash(2) }),
        ("of another version", { $0.version = 2 }),
        ("with no admission", { $0.admission = nil }),
        ("with an admission that admits somebody else", { $0.admission?.operations = [] }),
        ("for a network that the genesis is not of", { $0.network = WireValues.hash(3) }),
    ]

    /// A founder who invites the memberless node, as far as the change lets it.
    private static func welcome(_ change: @Sendable (inout Welcome) -> Void, isSignatureGood: Bool = true) throws
        -> LoneNode
    {
        let node = LoneNode { $0.seedPeers = [SeedPeer(key: nil, endpoint: LoneNode.seed)] }
        node.run(for: .seconds(1))
        let dial = try #require(node.dials.first)
        let peer = HostilePeer(12, at: node)
        _ = peer.connect(as: .dialler, link: dial.link)
        guard case .hello(let hello) = node.sent(over: dial.link).first else {
            Issue.record("no HELLO")
            return node
        }
        let genesis = Genesis(signer: peer.id, name: "trap", at: 0, nonce: .zero, previous: nil, roster: [])
        let signed = peer.sign(genesis, in: .zero)
        let network = Genesis.networkID(ofBody: signed.body, with: peer.cryptography)
        let invite = Invite(signer: peer.id, prev: .zero, subject: node.id, at: 0)
        var welcome = Welcome(
            signer: peer.id, hello: peer.cryptography.hash(hello.encoded()), channel: peer.channel(of: dial.link),
            version: 1, network: network, features: [],
            admission: AdmissionProof(genesis: signed, operations: [.invite(peer.sign(invite, in: network))]),
            others: [])
        change(&welcome)
        let answer = peer.sign(welcome, in: welcome.network)
        peer.say(.welcome(isSignatureGood ? answer : answer.withBadSignature), over: dial.link)
        return node
    }

    @Test func aWelcomeThatDoesNotProveTheAdmissionIsRefused() throws {
        for bad in Self.badWelcomes {
            let node = try Self.welcome(bad.change)
            #expect(node.closed.values.contains(.badIdentity), "\(bad.name)")
            #expect(node.core.status.network == nil, "\(bad.name)")
            #expect(node.opened.isEmpty, "\(bad.name)")
        }
        let forged = try Self.welcome({ _ in }, isSignatureGood: false)
        #expect(forged.core.status.network == nil)
        let good = try Self.welcome({ _ in })
        #expect(good.core.status.network != nil, "the same WELCOME unchanged admits")
    }

    // MARK: Out of turn

    private static let gossip: [Message] = [
        .heartbeat(Heartbeat(sent: 1, echo: 0, held: 0)), .drain(.ask), .dialBack(.ask(endpoint: "10.0.0.1:1")),
        .digest(Digest(root: .zero)), .delta(Delta(records: [], isComplete: true)),
        .operationIDs(OperationIDs(signer: WireValues.bob.publicKey, ids: [])),
        .operations(OperationsChunk(operations: [])),
        .gossip(Gossip(isReset: false, hops: 0, item: .chat(WireValues.envelope))),
        .ihave(IHave(isReset: false, entries: [])), .graft(Graft(author: WireValues.bob.publicKey, id: nil)),
        .prune(Prune(author: WireValues.bob.publicKey)), .notFound(NotFound(id: .zero)),
        .vector(VersionVector(root: .zero)),
        .routed(Routed(to: WireValues.bob.publicKey, item: .ack(WireValues.message))),
        .unknownOptional(Message.optionalKinds),
    ]

    @Test func anythingButAHelloBeforeWelcomeClosesTheLink() {
        let node = LoneNode.founder()
        let peer = HostilePeer.member(10, of: node)
        for message in Self.gossip {
            let link = peer.connect()
            peer.say(message, over: link)
            #expect(node.closed[link] == .protocolViolation, "\(message.name)")
            #expect(node.sent(over: link).isEmpty, "\(message.name)")
        }
    }

    @Test func aSecondHelloOrAWelcomeOnAnOpenLinkClosesIt() {
        let node = LoneNode.founder()
        let peer = HostilePeer.member(10, of: node)
        let first = peer.join()
        peer.say(.hello(peer.sign(peer.hello(on: first), in: .zero)), over: first)
        #expect(node.closed[first] == .protocolViolation)
        let second = peer.join()
        let welcome = Welcome(
            signer: peer.id, hello: .zero, channel: peer.channel(of: second), version: 1, network: node.network,
            features: [], admission: nil, others: [])
        peer.say(.welcome(peer.sign(welcome)), over: second)
        #expect(node.closed[second] == .badIdentity)
    }

    /// A REJECT answers a HELLO. One that comes out of the blue must neither be shown nor reach the disk.
    @Test func aRejectThatNobodyAskedForIsNotBelieved() {
        let node = LoneNode.founder()
        let peer = HostilePeer(10, at: node)
        let before = node.store.count
        let revoke = Revoke(signer: peer.id, prev: .zero, subject: node.id, at: 0, frontier: [], chains: [])
        for reason in Reject.Reason.allCases {
            let link = peer.connect()
            let reject = Reject(
                signer: peer.id, hello: .zero, channel: peer.channel(of: link), reason: reason,
                proof: .revoke(peer.sign(revoke)), others: [])
            peer.say(.reject(peer.sign(reject, in: .zero)), over: link)
            #expect(node.closed[link] != nil)
        }
        #expect(!node.events.contains { if case .rejected = $0 { true } else { false } })
        #expect(node.store.count == before)
        #expect(node.core.status.members == 1)
    }

    /// The proof of a REJECT counts as an operation, so only if its signer was ever a member.
    @Test func aRevocationByAnOutsiderInARejectStaysOffTheDisk() throws {
        let node = LoneNode.founder { $0.seedPeers = [SeedPeer(key: nil, endpoint: LoneNode.seed)] }
        node.run(for: .seconds(1))
        let dial = try #require(node.dials.first)
        let peer = HostilePeer(10, at: node)
        _ = peer.connect(as: .dialler, link: dial.link)
        guard case .hello(let hello) = node.sent(over: dial.link).first else {
            Issue.record("no HELLO")
            return
        }
        let before = node.store.count
        let revoke = Revoke(signer: peer.id, prev: .zero, subject: node.id, at: 0, frontier: [], chains: [])
        let reject = Reject(
            signer: peer.id, hello: peer.cryptography.hash(hello.encoded()), channel: peer.channel(of: dial.link),
            reason: .revoked, proof: .revoke(peer.sign(revoke)), others: [])
        peer.say(.reject(peer.sign(reject, in: .zero)), over: dial.link)
        #expect(node.store.count == before)
        #expect(node.perform(.send(text: [65])) != .refused(.notAMember))
    }

    // MARK: Time and frames

    @Test func aHandshakeHasFiveSecondsInAll() {
        let node = LoneNode.founder()
        let peer = HostilePeer.member(10, of: node)
        let link = peer.connect()
        node.run(for: .milliseconds(4_900))
        #expect(node.closed[link] == nil)
        node.run(for: .milliseconds(200))
        #expect(node.closed[link] == .handshakeTimeout)
        #expect(node.counter("handshakeTimeout") == 1)
    }

    @Test func unknownOptionalKindsAreSkippedAndUnknownCriticalOnesClose() {
        let node = LoneNode.founder()
        let peer = HostilePeer.member(10, of: node)
        let link = peer.join()
        peer.say(bytes: [7, 0, 0, 0x80, 1, 2, 3], over: link)
        #expect(node.closed[link] == nil)
        #expect(node.counter("skipped.unknownKind") == 1)
        peer.say(bytes: [18, 0, 0, 0], over: link)
        #expect(node.closed[link] == .malformedFrame)
        #expect(node.counter("malformed.unknownKind") == 1)
    }

    @Test func theNewLinkOfARestartedPeerReplacesItsDeadOne() {
        let node = LoneNode.founder()
        let peer = HostilePeer.member(10, of: node)
        let old = peer.join()
        node.run(for: .seconds(10))
        let new = peer.join()
        #expect(node.closed[old] == .replaced)
        #expect(node.closed[new] == nil)
        #expect(node.core.linkStatuses.count == 1)
    }
}

extension HostileHandshakeTests {
    /// Keys cost nothing: a crowd of strangers is turned away one by one and told of within bounds.
    @Test func aCrowdOfStrangersDoesNotFloodWhoeverListens() {
        let node = LoneNode.founder()
        for number in 0..<90 {
            let peer = HostilePeer(UInt8(100 + number), at: node)
            let link = peer.connect()
            var hello = peer.hello(on: link)
            hello.network = .zero
            peer.say(.hello(peer.sign(hello, in: .zero)), over: link)
        }
        #expect(node.closed.values.filter { $0 == .rejected }.count == 90)
        let knocks = node.events.filter { if case .knock = $0 { true } else { false } }
        #expect((1...32).contains(knocks.count))
    }
}
