import MeshCrypto
import MeshSimulator
import Testing

@testable import MeshCore

/// Who has which messages: what members say, and what authors make of it.
@Suite struct AcksTests {
    private static func delivered(_ node: TestWorld.Node) -> [(id: Hash, count: Int, audience: Int)] {
        node.events.compactMap { if case .delivered(let id, let count, let of) = $0 { (id, count, of) } else { nil } }
    }

    private static func send(_ text: String, at node: TestWorld.Node, in world: TestWorld) throws -> Hash {
        guard case .sent(let id)? = world.ask(.send(text: Array(text.utf8)), at: node) else {
            throw WireError.invalid("not sent")
        }
        return id
    }

    // MARK: Authors

    @Test func anAuthorSeesWhoHasAMessageAndWhoIsBehind() throws {
        let (world, nodes) = StoryTests.mesh(4)
        world.kill(nodes[3])
        world.run(for: .seconds(10))
        let id = try Self.send("hello", at: nodes[0], in: world)
        let (three, four) = ([nodes[1].id, nodes[2].id].sorted(), nodes[1...].map(\.id).sorted())
        #expect(world.run(until: { nodes[0].core.delivery(of: id)?.count == 2 }, limit: .seconds(10)))
        var delivery = try #require(nodes[0].core.delivery(of: id))
        #expect(delivery.state == .delivered && delivery.holders == three && delivery.behind == [nodes[3].id])
        #expect(nodes[1].core.delivery(of: id) == nil, "it is not theirs")
        world.start(nodes[3])
        #expect(world.run(until: { nodes[0].core.delivery(of: id)?.count == 3 }, limit: .seconds(60)))
        delivery = try #require(nodes[0].core.delivery(of: id))
        #expect(delivery.holders == four && delivery.behind.isEmpty)
        world.run(for: .seconds(2))
        let events = Self.delivered(nodes[0])
        #expect(events.allSatisfy { $0.id == id && $0.audience == 3 })
        #expect(events.map(\.count) == events.map(\.count).sorted() && Set(events.map(\.count)).count == events.count)
        #expect(events.last?.count == 3)
    }

    @Test func everyMessageThatAllHoldIsToldOfOnce() throws {
        let (world, nodes) = StoryTests.mesh(3)
        let ids = try (0..<600).map { try Self.send("m\($0)", at: nodes[1], in: world) }
        #expect(world.run(until: { Self.delivered(nodes[1]).count { $0.count == 2 } >= 600 }, limit: .seconds(60)))
        world.run(for: .seconds(30))
        let told = Self.delivered(nodes[1]).filter { $0.count == 2 }.map(\.id)
        #expect(told == ids, "\(told.count) of \(ids.count)")
    }

    @Test func aMessageGoesFromQueuedToPassedToDelivered() throws {
        let node = LoneNode.founder()
        let peer = HostilePeer.member(10, of: node)
        guard case .sent(let id)? = node.perform(.send(text: [65])) else { throw WireError.invalid("not sent") }
        #expect(node.core.delivery(of: id)?.state == .queued)
        let link = peer.join()
        guard case .sent(let next)? = node.perform(.send(text: [66])) else { throw WireError.invalid("not sent") }
        // Without a prekey of the peer the envelope is of no use to it until it is sealed anew.
        #expect(node.core.delivery(of: next)?.state == .queued)
        let header = try #require(node.core.chat.history.item(next)).header
        peer.acknowledge([.init(author: node.id, chain: header.chain, seq: 0)], version: 1, over: link)
        #expect(node.core.delivery(of: id)?.state == .delivered && node.core.delivery(of: next)?.state == .queued)
    }

    @Test func directMessagesAreToldOfOneByOne() throws {
        let (world, nodes) = StoryTests.mesh(3)
        var ids: [Hash] = []
        for number in 0..<3 {
            let command = Command.sendDirect(to: nodes[2].id, text: [UInt8(65 + number)])
            guard case .sent(let id)? = world.ask(command, at: nodes[1]) else { throw WireError.invalid("not sent") }
            ids.append(id)
        }
        #expect(world.run(until: { Self.delivered(nodes[1]).count == 3 }, limit: .seconds(20)))
        #expect(Self.delivered(nodes[1]).map(\.id) == ids)
        let delivery = try #require(nodes[1].core.delivery(of: ids[2]))
        #expect(delivery.holders == [nodes[2].id] && delivery.behind.isEmpty)
    }

    @Test func aNewcomerIsNotBehindWithWhatWasSaidBefore() throws {
        let (world, nodes) = StoryTests.mesh(2) { $0.historyForNew = .none }
        let old = try Self.send("before", at: nodes[1], in: world)
        #expect(world.run(until: { nodes[1].core.delivery(of: old)?.count == 1 }, limit: .seconds(10)))
        let dave = world.add("dave") { $0.seedPeers = [SeedPeer(key: nil, endpoint: nodes[0].endpoint)] }
        world.ask(.invite(dave.id), at: nodes[0])
        world.start(dave)
        #expect(StoryTests.settle(world, world.nodes, limit: .seconds(60)))
        let new = try Self.send("after", at: nodes[1], in: world)
        #expect(nodes[1].core.delivery(of: old)?.audience == 1)
        #expect(nodes[1].core.delivery(of: new)?.audience == 2)
    }

    @Test func whoIsRevokedIsNotWaitedFor() throws {
        let (world, nodes) = StoryTests.mesh(3)
        world.kill(nodes[2])
        let id = try Self.send("hello", at: nodes[0], in: world)
        #expect(world.run(until: { Self.delivered(nodes[0]).last?.count == 1 }, limit: .seconds(10)))
        world.ask(.revoke(nodes[2].id, frontier: nil), at: nodes[0])
        world.run(for: .seconds(1))
        #expect(Self.delivered(nodes[0]).last.map { $0.id == id && $0.count == 1 && $0.audience == 1 } == true)
    }

    // MARK: Members

    @Test func aQuietMeshPublishesNothing() {
        let (world, nodes) = StoryTests.mesh(4)
        for node in nodes { StoryTests.say("from \(node.name)", at: node, in: world) }
        world.run(for: .seconds(30))
        let versions = nodes.map(\.core.recordVersion)
        #expect(nodes.allSatisfy { node in node.core.ownAckEntries.count == 3 })
        world.run(for: .seconds(120))
        #expect(nodes.map(\.core.recordVersion) == versions)
    }

    @Test func manyMessagesShareARound() {
        let (world, nodes) = StoryTests.mesh(3)
        world.run(for: .seconds(10))
        let before = nodes[2].core.recordVersion
        for second in 0..<30 {
            StoryTests.say("at \(second)", at: nodes[0], in: world)
            world.run(for: .seconds(1))
        }
        let rounds = nodes[2].core.recordVersion - before
        #expect((5...7).contains(rounds), "\(rounds) in 30 s")
    }

    @Test func inABusyGroupEveryShardHasItsTurn() {
        var acks = OwnAcks()
        var taken: Set<Int> = []
        for _ in 0..<4 {
            for shard in 0..<RecordKey.acksShards {
                let author = NodeID(WireValues.bytes(shard << 4))
                acks.note(ChatHistory.ChainKey(author: author, chain: WireValues.chain(1)))
            }
            taken.formUnion(acks.take(4).map(\.shard))
        }
        #expect(taken.count == RecordKey.acksShards)
    }

    @Test func aRestartedNodeLeavesNoRecordThatOthersHoldAndItDoesNot() {
        let (world, nodes) = StoryTests.mesh(4)
        for node in nodes { StoryTests.say("from \(node.name)", at: node, in: world) }
        world.run(for: .seconds(15))
        world.kill(nodes[2])
        world.run(for: .seconds(20))
        world.start(nodes[2])
        #expect(StoryTests.settle(world, nodes, limit: .seconds(30)), "\(world.description)")
        world.run(for: .seconds(60))
        #expect(nodes[2].core.ownAckEntries.count == 3, "what it got back is acknowledged anew")
        #expect(nodes.allSatisfy { $0.core.status.isConverged })
    }

    @Test func aDurableNodeAcknowledgesOnlyWhatIsOnDisk() throws {
        let node = LoneNode.founder { $0.isDurable = true }
        let peer = HostilePeer.member(10, of: node)
        let link = peer.join()
        for text in ["one", "two"] { peer.push(try peer.compose(text), over: link) }
        node.answersStore = false
        peer.push(try peer.compose("three"), over: link)
        node.run(for: .seconds(20))
        #expect(node.core.ownAckEntries.map(\.seq) == [1])
        node.answersStore = true
        node.run(for: .seconds(20))
        #expect(node.core.ownAckEntries.map(\.seq) == [2])
        node.diskIsFull = true
        peer.push(try peer.compose("four"), over: link)
        node.diskIsFull = false
        peer.push(try peer.compose("five"), over: link)
        node.run(for: .seconds(20))
        #expect(node.texts.count == 5)
        #expect(node.core.ownAckEntries.map(\.seq) == [2], "the fourth is in memory only")
    }

    @Test func aDurableNodeGoesOnAcknowledgingAfterARestart() throws {
        let (world, nodes) = StoryTests.mesh(3) { $0.isDurable = true }
        let first = try Self.send("first", at: nodes[0], in: world)
        #expect(world.run(until: { nodes[0].core.delivery(of: first)?.count == 2 }, limit: .seconds(10)))
        for node in nodes { world.kill(node) }
        for node in nodes { world.start(node) }
        #expect(world.run(until: { nodes[0].core.delivery(of: first)?.count == 2 }, limit: .seconds(60)))
        let second = try Self.send("second", at: nodes[0], in: world)
        #expect(world.run(until: { nodes[0].core.delivery(of: second)?.count == 2 }, limit: .seconds(20)))
        #expect(nodes[0].core.ownAckEntries.isEmpty && nodes[1].core.ownAckEntries.count == 1)
    }

    @Test func acknowledgementsAreNoPartOfTheStateHash() throws {
        let node = LoneNode.founder()
        let peer = HostilePeer.member(10, of: node)
        let link = peer.join()
        let before = node.stateHash
        peer.acknowledge([.init(author: node.id, chain: WireValues.chain(1), seq: 0)], version: 1, over: link)
        #expect(node.core.records.entry(RecordKey.acks(of: node.id), of: peer.id) != nil)
        #expect(node.stateHash == before)
    }

    // MARK: Liars

    @Test func nobodyIsBelievedToHoldWhatWasNotWritten() throws {
        let node = LoneNode.founder()
        let peer = HostilePeer.member(10, of: node)
        let link = peer.join()
        guard case .sent(let first)? = node.perform(.send(text: [65])) else { throw WireError.invalid("not sent") }
        let header = try #require(node.core.chat.history.item(first)).header
        let lies: [AcksValue.Entry] = [
            .init(author: node.id, chain: WireValues.chain(1), seq: 9),
            .init(author: node.id, chain: header.chain, seq: WireLimits.sequence - 1),
        ]
        peer.acknowledge(lies.sorted { $0.chain < $1.chain }, version: 1, over: link)
        node.run(for: .seconds(1))
        #expect(node.core.delivery(of: first)?.count == 1)
        let told = node.events.count { if case .delivered = $0 { true } else { false } }
        #expect(told == 1)
        #expect(node.closed[link] == nil)
    }

    @Test func aNewcomerWhoClaimsWhatWasSaidToNobodyChangesNothing() throws {
        let node = LoneNode.founder()
        guard case .sent(let id)? = node.perform(.send(text: [65])) else { throw WireError.invalid("not sent") }
        let header = try #require(node.core.chat.history.item(id)).header
        node.run(for: .seconds(1))
        let peer = HostilePeer.member(10, of: node)
        peer.acknowledge([.init(author: node.id, chain: header.chain, seq: 0)], version: 1, over: peer.join())
        node.run(for: .seconds(1))
        #expect(node.core.delivery(of: id)?.audience == 0)
        #expect(!node.events.contains { if case .delivered = $0 { true } else { false } })
    }

    @Test func anAuthorInTheWrongShardIsRefusedAndTheLinkClosed() {
        let node = LoneNode.founder()
        let peer = HostilePeer.member(10, of: node)
        let link = peer.join()
        let other = (RecordKey.acksShard(of: node.id) + 1) % RecordKey.acksShards
        let value = AcksValue(entries: [.init(author: node.id, chain: WireValues.chain(1), seq: 9)])
        let record = peer.record(RecordKey.acks(shard: other), value.encoded(), version: 1)
        peer.say(.delta(Delta(records: [record], isComplete: false)), over: link)
        #expect(node.closed[link] == .protocolViolation)
    }

    @Test func aStrangersAcknowledgementCountsForNothing() throws {
        let node = LoneNode.founder()
        let peer = HostilePeer.member(10, of: node)
        let stranger = HostilePeer(99, at: node)
        let link = peer.join()
        guard case .sent(let id)? = node.perform(.send(text: [65])) else { throw WireError.invalid("not sent") }
        let header = try #require(node.core.chat.history.item(id)).header
        let value = AcksValue(entries: [.init(author: node.id, chain: header.chain, seq: 0)])
        let record = stranger.record(RecordKey.acks(of: node.id), value.encoded(), version: 1)
        peer.say(.delta(Delta(records: [record], isComplete: false)), over: link)
        #expect(node.core.delivery(of: id)?.behind == [peer.id])
        #expect(node.counter("refused.recordOfStranger") == 1)
    }

    @Test func theKeysOfShardsAreTheSixteenAndNoOthers() {
        for shard in 0..<RecordKey.acksShards {
            #expect(RecordKey.acksShard(ofKey: RecordKey.acks(shard: shard)) == shard)
        }
        for key in ["acks/", "acks/F", "acks/10", "acks/g", "acks", "acks/é", "nick", ""] {
            #expect(RecordKey.acksShard(ofKey: key) == nil)
        }
    }
}

extension NodeCore {
    /// What this node says to hold, in all shards.
    var ownAckEntries: [AcksValue.Entry] {
        (0..<RecordKey.acksShards).flatMap { shard in
            let value = records.value(RecordKey.acks(shard: shard), of: id)
            return value.flatMap { try? AcksValue(decoding: $0) }?.entries ?? []
        }
    }
}

extension HostilePeer {
    /// Says to hold chains of the node.
    fileprivate func acknowledge(_ entries: [AcksValue.Entry], version: UInt64, over link: LinkID) {
        let value = AcksValue(entries: entries).encoded()
        let record = record(RecordKey.acks(of: node.id), value, version: version)
        say(.delta(Delta(records: [record], isComplete: false)), over: link)
    }
}
