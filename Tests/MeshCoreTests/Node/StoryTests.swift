import MeshCore
import Testing

/// Whole meshes of real cores under virtual time.
@Suite struct StoryTests {
    /// `count` members, all invited by the first, all in reach of one another.
    static func mesh(
        _ count: Int, in world: TestWorld = TestWorld(),
        _ change: @escaping (inout NodeConfiguration) -> Void = { _ in }
    ) -> (TestWorld, [TestWorld.Node]) {
        let first = world.add("n0", change)
        world.start(first)
        world.ask(.foundNetwork(name: "home"), at: first)
        for number in 1..<count {
            let node = world.add("n\(number)") {
                change(&$0)
                $0.seedPeers = [SeedPeer(key: first.id, endpoint: first.endpoint)]
            }
            #expect(world.ask(.invite(node.id), at: first) == .done)
            world.start(node)
        }
        #expect(settle(world, world.nodes, limit: .seconds(60)), "\(world.description)")
        return (world, world.nodes)
    }

    /// Everybody sees everybody, all states are equal, nobody has more links than allowed.
    static func settle(_ world: TestWorld, _ nodes: [TestWorld.Node], limit: Duration) -> Bool {
        world.run(
            until: {
                let statuses = nodes.map { $0.core.status }
                return Set(statuses.map(\.stateHash)).count == 1
                    && statuses.allSatisfy { $0.online == nodes.count && $0.isConverged }
            }, limit: limit)
    }

    static func say(_ text: String, at node: TestWorld.Node, in world: TestWorld) {
        guard case .sent = world.ask(.send(text: Array(text.utf8)), at: node) else {
            Issue.record("\(node.name) could not send")
            return
        }
    }

    @Test(arguments: 2...16, [1, 2])
    func meshesOfEverySizeSettleAtDegreeTwoToThree(count: Int, seed: UInt64) {
        let (world, nodes) = Self.mesh(count, in: TestWorld(seed: seed))
        #expect(
            world.run(
                until: {
                    nodes.allSatisfy { (min(count - 1, 2)...3).contains($0.core.status.links) }
                }, limit: .seconds(30)))
        for node in nodes { Self.say("from \(node.name)", at: node, in: world) }
        let all = Set(nodes.map { "from \($0.name)" })
        #expect(world.run(until: { nodes.allSatisfy { Set($0.texts) == all } }, limit: .seconds(5)))
        let orders = Set(nodes.map(\.texts))
        #expect(orders.count == 1, "all show the same order")
    }

    @Test func aLateJoinerReadsWhatWasSaidBeforeButNoDirectMessageOfOthers() {
        let (world, nodes) = Self.mesh(3)
        Self.say("before dave", at: nodes[1], in: world)
        world.ask(.sendDirect(to: nodes[2].id, text: Array("only for n2".utf8)), at: nodes[1])
        #expect(world.run(until: { nodes[2].texts.contains("only for n2") }, limit: .seconds(5)))
        #expect(!nodes[0].texts.contains("only for n2"))
        let dave = world.add("dave") { $0.seedPeers = [SeedPeer(key: nil, endpoint: nodes[0].endpoint)] }
        world.ask(.invite(dave.id), at: nodes[1])
        world.start(dave)
        #expect(world.run(until: { dave.texts == ["before dave"] }, limit: .seconds(20)))
        let message = dave.core.history(since: 0, limit: 10)[0]
        #expect(message.from == nodes[1].id)
        world.run(for: .seconds(60))
        #expect(dave.texts == ["before dave"])
    }

    @Test func aKilledNodeIsOfflineAndReadsWhatItMissedWhenItReturns() {
        let (world, nodes) = Self.mesh(4)
        world.kill(nodes[3])
        #expect(
            world.run(
                until: { nodes[0..<3].allSatisfy { $0.core.status.online == 3 && $0.core.status.members == 4 } },
                limit: .seconds(20)))
        Self.say("while you were away", at: nodes[0], in: world)
        world.ask(.sendDirect(to: nodes[3].id, text: Array("for you alone".utf8)), at: nodes[1])
        world.run(for: .seconds(5))
        world.start(nodes[3])
        #expect(
            world.run(
                until: { Set(nodes[3].texts) == ["while you were away", "for you alone"] }, limit: .seconds(60)))
        #expect(Self.settle(world, nodes, limit: .seconds(30)))
    }

    @Test func aRevokedMemberLosesItsLinksAndReadsNothingMore() {
        let (world, nodes) = Self.mesh(4)
        // n2 invites one more, who stays when n2 goes.
        let guest = world.add("guest") { $0.seedPeers = [SeedPeer(key: nil, endpoint: nodes[0].endpoint)] }
        world.ask(.invite(guest.id), at: nodes[2])
        world.start(guest)
        #expect(Self.settle(world, world.nodes, limit: .seconds(60)))
        #expect(world.ask(.revoke(nodes[2].id, frontier: nil), at: nodes[0]) == .done)
        let rest = world.nodes.filter { $0 !== nodes[2] }
        #expect(Self.settle(world, rest, limit: .seconds(60)))
        #expect(nodes[2].core.status.links == 0)
        Self.say("without n2", at: nodes[1], in: world)
        world.run(for: .seconds(120))
        #expect(!nodes[2].texts.contains("without n2"))
        #expect(rest.allSatisfy { $0.texts == ["without n2"] })
        #expect(guest.core.status.members == 4)
    }

    @Test func aPartitionHealsWithEqualHistoryAndState() {
        let (world, nodes) = Self.mesh(6)
        world.isCut = { left, right in (left < 3) != (right < 3) }
        world.cutConnections()
        world.run(for: .seconds(30))
        for (number, node) in nodes.enumerated() { Self.say("split \(number)", at: node, in: world) }
        world.run(for: .seconds(30))
        #expect(nodes[0].texts.count == 3)
        #expect(nodes[0].core.status.online == 3)
        world.isCut = { _, _ in false }
        #expect(Self.settle(world, nodes, limit: .seconds(90)))
        #expect(
            world.run(until: { nodes.allSatisfy { $0.texts.count == 6 } }, limit: .seconds(60)))
        #expect(Set(nodes.map(\.texts)).count == 1)
    }

    @Test func everythingIsDeliveredOnceAndVerifiedOnce() {
        let (world, nodes) = Self.mesh(8)
        for number in 0..<100 { Self.say("m\(number)", at: nodes[number % 8], in: world) }
        #expect(world.run(until: { nodes.allSatisfy { $0.texts.count == 100 } }, limit: .seconds(30)))
        for node in nodes {
            let received = node.events.filter { if case .chatMessageReceived = $0 { true } else { false } }
            #expect(received.count == 100)
        }
    }

    @Test func aMemberRestartsUnderTheSameIdentityAndNetwork() {
        let (world, nodes) = Self.mesh(3)
        let network = nodes[0].core.status.network
        for node in nodes { world.kill(node) }
        for node in nodes { world.start(node) }
        #expect(Self.settle(world, nodes, limit: .seconds(60)))
        #expect(nodes.allSatisfy { $0.core.status.network == network })
    }
}

extension StoryTests {
    @Test func aWreckedGroupIsFoundedAgainAndTheOthersAcceptIt() {
        let (world, nodes) = Self.mesh(3)
        let old = nodes[0].core.status.network
        #expect(world.ask(.refoundNetwork, at: nodes[0]) == .done)
        let new = nodes[0].core.status.network
        #expect(new != nil && new != old)
        for node in nodes[1...] {
            #expect(
                world.run(
                    until: {
                        node.events.contains {
                            if case .offered(let offer) = $0 { offer.network == new } else { false }
                        }
                    },
                    limit: .seconds(60)))
            #expect(node.core.status.network == old, "nobody changes networks unasked")
            #expect(world.ask(.acceptOffer(from: nodes[0].id), at: node) == .done)
        }
        #expect(Self.settle(world, nodes, limit: .seconds(60)))
        #expect(nodes.allSatisfy { $0.core.status.network == new })
        // And it is what they come back to.
        for node in nodes { world.kill(node) }
        for node in nodes { world.start(node) }
        #expect(Self.settle(world, nodes, limit: .seconds(60)))
        #expect(nodes.allSatisfy { $0.core.status.network == new })
    }

    @Test func whoFellWithItsSponsorMayBeInvitedAgain() {
        let (world, nodes) = Self.mesh(3)
        let guest = world.add("guest") { $0.seedPeers = [SeedPeer(key: nil, endpoint: nodes[0].endpoint)] }
        world.ask(.invite(guest.id), at: nodes[2])
        world.start(guest)
        #expect(Self.settle(world, world.nodes, limit: .seconds(60)))
        // An empty frontier honours nothing that n2 signed.
        #expect(world.ask(.revoke(nodes[2].id, frontier: []), at: nodes[0]) == .done)
        #expect(world.run(until: { guest.core.status.links == 0 }, limit: .seconds(10)))
        #expect(nodes[0].core.members.first { $0.id == guest.id }?.state == .void)
        #expect(world.ask(.invite(guest.id), at: nodes[1]) == .done)
        #expect(Self.settle(world, [nodes[0], nodes[1], guest], limit: .seconds(90)), "\(world.description)")
    }
}

extension StoryTests {
    /// Both lose the link at one moment and dial at once, each perhaps more than once: by the map, and as a seed.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func twoNodesThatDialEachOtherAtOnceEndUpWithTheSameOneLink(seed: UInt64) {
        let world = TestWorld(seed: seed, spread: .milliseconds(40))
        let first = world.add("n0")
        let second = world.add("n1") { $0.seedPeers = [SeedPeer(key: nil, endpoint: first.endpoint)] }
        first.configuration.seedPeers = [SeedPeer(key: nil, endpoint: second.endpoint)]
        world.start(first)
        world.ask(.foundNetwork(name: "home"), at: first)
        world.ask(.invite(second.id), at: first)
        world.start(second)
        #expect(Self.settle(world, world.nodes, limit: .seconds(60)))
        for _ in 0..<5 {
            world.dropConnections()
            #expect(
                world.run(until: { world.nodes.allSatisfy { $0.core.status.links == 1 } }, limit: .seconds(5)),
                "\(world.description)")
            world.run(for: .seconds(7))
            #expect(world.nodes.allSatisfy { $0.core.status.links == 1 }, "\(world.description)")
            #expect(world.areLinkedToEachOther(first, second))
        }
    }
}
