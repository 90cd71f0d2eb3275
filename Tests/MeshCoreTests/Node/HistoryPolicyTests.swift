import MeshCrypto
import Testing

@testable import MeshCore

/// What newcomers, the absent and those with a wrong clock get to read.
@Suite struct HistoryPolicyTests {
    @Test(arguments: [HistoryPolicy.none, .sinceJoin, .all])
    func aNewcomerReadsWhatThePolicyAllowsAndNoDirectMessage(policy: HistoryPolicy) {
        let (world, nodes) = StoryTests.mesh(3) { $0.historyForNew = policy }
        StoryTests.say("before", at: nodes[1], in: world)
        world.ask(.sendDirect(to: nodes[2].id, text: Array("secret".utf8)), at: nodes[1])
        world.run(for: .seconds(3))
        let dave = world.add("dave") { $0.seedPeers = [SeedPeer(key: nodes[0].id, endpoint: nodes[0].endpoint)] }
        #expect(world.ask(.invite(dave.id), at: nodes[0]) == .done)
        world.run(for: .seconds(3))
        StoryTests.say("after the invitation", at: nodes[2], in: world)
        world.run(for: .seconds(3))
        world.start(dave)
        let expected: Set = policy == .all ? ["before", "after the invitation"] : ["after the invitation"]
        #expect(world.run(until: { Set(dave.texts) == expected }, limit: .seconds(60)), "\(dave.texts)")
        world.run(for: .seconds(90))
        #expect(Set(dave.texts) == expected)
    }

    @Test func aNewcomerHearsHowMuchIsStillToCome() {
        let (world, nodes) = StoryTests.mesh(2)
        for number in 0..<600 { StoryTests.say("\(number)", at: nodes[0], in: world) }
        world.run(for: .seconds(5))
        let dave = world.add("dave") { $0.seedPeers = [SeedPeer(key: nodes[0].id, endpoint: nodes[0].endpoint)] }
        #expect(world.ask(.invite(dave.id), at: nodes[0]) == .done)
        world.start(dave)
        #expect(world.run(until: { dave.texts.count == 600 }, limit: .seconds(60)))
        let told = dave.events.compactMap { if case .catchingUp(let missing) = $0 { missing } else { nil } }
        #expect(told.count >= 2 && told.last == 0)
        #expect(told == told.sorted(by: >) && told[0] >= 100 && told[0] < 600, "\(told)")
        #expect(!nodes[1].events.contains { if case .catchingUp = $0 { true } else { false } })
    }

    @Test func aDirectMessageToSomebodyWhoNeverLinkedArrivesWhenHeComes() {
        let (world, nodes) = StoryTests.mesh(3)
        let dave = world.add("dave") { $0.seedPeers = [SeedPeer(key: nodes[0].id, endpoint: nodes[0].endpoint)] }
        #expect(world.ask(.invite(dave.id), at: nodes[0]) == .done)
        world.run(for: .seconds(2))
        world.ask(.sendDirect(to: dave.id, text: Array("welcome".utf8)), at: nodes[2])
        world.run(for: .seconds(5))
        world.start(dave)
        #expect(world.run(until: { dave.texts == ["welcome"] }, limit: .seconds(60)), "\(world.description)")
    }

    /// The author is away when the recipient comes back: the mailbox of any member has it.
    @Test func aDirectMessageOutlivesTheAbsenceOfItsAuthor() {
        let (world, nodes) = StoryTests.mesh(4)
        nodes[3].isPaused = true
        world.run(for: .seconds(2))
        world.ask(.sendDirect(to: nodes[3].id, text: Array("read me later".utf8)), at: nodes[0])
        world.run(for: .seconds(30))
        world.kill(nodes[0])
        world.resume(nodes[3])
        #expect(world.run(until: { nodes[3].texts == ["read me later"] }, limit: .seconds(90)), "\(world.description)")
    }

    /// Forty long letters are more than a frame may carry.
    @Test func manyLongLettersForAnAbsentMemberAllArrive() {
        let (world, nodes) = StoryTests.mesh(3)
        nodes[2].isPaused = true
        world.run(for: .seconds(30))
        for number in 0..<40 {
            let text = Array("\(number) \(String(repeating: "l", count: 60_000))".utf8)
            world.ask(.sendDirect(to: nodes[2].id, text: text), at: nodes[0])
        }
        world.run(for: .seconds(5))
        world.kill(nodes[0])
        world.resume(nodes[2])
        #expect(
            world.run(until: { nodes[2].texts.count == 40 }, limit: .seconds(120)), "\(nodes[2].texts.count) of 40")
    }

    /// Letters that only their author could seal anew, and the author is gone: they must not stand before others.
    @Test func lettersThatCannotBeOpenedDoNotHoldBackLaterOnes() {
        let (world, nodes) = StoryTests.mesh(4)
        world.kill(nodes[2])
        world.run(for: .seconds(10))
        for number in 0..<10 {
            let text = Array("\(number) \(String(repeating: "l", count: 60_000))".utf8)
            world.ask(.sendDirect(to: nodes[2].id, text: text), at: nodes[0])
        }
        world.run(for: .seconds(5))
        world.kill(nodes[0])
        world.start(nodes[2])
        world.run(for: .seconds(30))
        nodes[2].isPaused = true
        world.run(for: .seconds(30))
        world.ask(.sendDirect(to: nodes[2].id, text: Array("new".utf8)), at: nodes[3])
        world.run(for: .seconds(5))
        world.kill(nodes[3])
        world.resume(nodes[2])
        #expect(world.run(until: { nodes[2].texts == ["new"] }, limit: .seconds(90)), "\(world.description)")
    }

    @Test(arguments: [-86_400_000, 86_400_000] as [Int64])
    func aMemberWhoseClockIsADayOffStillChats(skew: Int64) {
        let world = TestWorld()
        world.skews = [1: skew]
        let (_, nodes) = StoryTests.mesh(3, in: world)
        for node in nodes { StoryTests.say("from \(node.name)", at: node, in: world) }
        #expect(
            world.run(until: { nodes.allSatisfy { Set($0.texts).count == 3 } }, limit: .seconds(60)),
            "\(world.description)")
    }

    @Test func aRestartedNodeShowsEachMessageOnce() {
        let (world, nodes) = StoryTests.mesh(3)
        for number in 0..<5 { StoryTests.say("m\(number)", at: nodes[number % 3], in: world) }
        world.ask(.sendDirect(to: nodes[2].id, text: Array("for you".utf8)), at: nodes[0])
        world.run(for: .seconds(10))
        world.kill(nodes[2])
        let mark = nodes[2].events.count
        world.start(nodes[2])
        #expect(world.run(until: { nodes[2].texts.count == 6 }, limit: .seconds(60)), "\(nodes[2].texts)")
        world.run(for: .seconds(90))
        let shown = nodes[2].events.dropFirst(mark).compactMap { event -> Hash? in
            if case .chatMessageReceived(let message) = event { message.id } else { nil }
        }
        #expect(shown.count == 6 && Set(shown).count == 6)
    }

    @Test func theLongestTextIsSentAndTheRefusalOfALongerOneNamesItsLength() {
        let node = LoneNode.founder()
        guard case .refused(.textTooLong(let limit)) = node.perform(.send(text: Array(repeating: 65, count: 70_000)))
        else {
            Issue.record("sent")
            return
        }
        guard case .sent = node.perform(.send(text: Array(repeating: 65, count: limit))) else {
            Issue.record("a text of \(limit) bytes was refused")
            return
        }
        #expect(
            node.perform(.send(text: Array(repeating: 65, count: limit + 1))) == .refused(.textTooLong(limit: limit)))
    }

    /// More members than a message may have wraps: the rest is served by repair, nobody refuses the message.
    @Test func aGroupBeyondTheLimitOfWrapsStillGetsReadableMessages() throws {
        let node = LoneNode { ($0.requireInvitation, $0.limits.members) = (false, 2_000) }
        let peers = (0..<3).map { HostilePeer(UInt8(10 + $0), at: node) }
        let links = peers.map { $0.join() }
        var records: [Signed] = []
        for number in 0..<WireLimits.wraps + 10 {
            var seed = [UInt8](repeating: 7, count: 32)
            (seed[0], seed[1]) = (UInt8(number & 255), UInt8(number >> 8))
            let member = OpenSSLCryptography(seed: try #require(IdentitySeed(bytes: seed)))
            let (publicKey, _) = member.makePrekey()
            let value = PrekeysValue(prekeys: [
                .init(
                    rotation: .fast, publicKey: publicKey, notBefore: node.now.wall,
                    notAfter: node.now.wall + 86_400_000)
            ])
            let record = Record(
                signer: member.publicKey, life: 1, version: 1, key: RecordKey.prekeys, value: value.encoded())
            records.append(record.signed(in: node.network, with: member))
        }
        peers[0].say(.delta(Delta(records: records, isComplete: false)), over: links[0])
        #expect(node.core.status.members > WireLimits.wraps)
        node.forgetSent()
        guard case .sent = node.perform(.send(text: [65])) else {
            Issue.record("not sent")
            return
        }
        let pushes = node.sent.filter { if case .gossip = $0.message { true } else { false } }
        #expect(!pushes.isEmpty)
        for push in pushes { #expect((try? Message(decoding: push.message.encoded())) != nil) }
    }
}
