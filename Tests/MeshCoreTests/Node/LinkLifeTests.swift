import MeshCore
import Testing

/// Links that pause, meet twice, die and come back; members that are put out.
@Suite struct LinkLifeTests {
    @Test func aNodeThatWasStoppedForAMinuteCondemnsNobodyAndIsBackAtOnce() {
        let (world, nodes) = StoryTests.mesh(5)
        let before = nodes[2].events.count
        nodes[2].isPaused = true
        world.run(for: .seconds(60))
        #expect(nodes.filter { $0 !== nodes[2] }.allSatisfy { $0.core.status.online == 4 })
        world.resume(nodes[2])
        #expect(StoryTests.settle(world, nodes, limit: .seconds(30)), "\(world.description)")
        let condemned = nodes[2].events.dropFirst(before).compactMap { event -> NodeID? in
            if case .nodeLeft(let id, _, _) = event { id } else { nil }
        }
        // Its own links were cut by the others; it may lose sight of everybody once, and not member by member.
        #expect(condemned.count <= 4)
        StoryTests.say("back", at: nodes[2], in: world)
        #expect(world.run(until: { nodes.allSatisfy { $0.texts == ["back"] } }, limit: .seconds(5)))
    }

    /// A pause shorter than what the others tolerate goes by without a trace.
    @Test func aPauseOfASecondCutsNothing() {
        let (world, nodes) = StoryTests.mesh(4)
        world.run(for: .seconds(30))
        let marks = nodes.map(\.events.count)
        nodes[1].isPaused = true
        world.run(for: .seconds(1))
        world.resume(nodes[1])
        world.run(for: .seconds(20))
        for (node, mark) in zip(nodes, marks) {
            let news = node.events.dropFirst(mark).filter {
                switch $0 {
                case .nodeLeft, .linkDown: true
                default: false
                }
            }
            #expect(news.isEmpty, "\(node.name): \(news)")
        }
    }

    /// Suspected just before this node itself was stopped: the verdict must wait for a new probe.
    @Test func aSuspicionFromBeforeAPauseIsNotCarriedOut() {
        let node = LoneNode.founder()
        let peer = HostilePeer.member(10, of: node)
        let link = peer.join()
        node.run(for: .seconds(20))
        node.beats = []
        while node.counter("suspected") == 0 { node.run(for: .milliseconds(100)) }
        node.sleep(for: .seconds(60))
        node.feed(.deadline)
        #expect(node.closed[link] == nil)
        peer.beat(over: link)
        node.run(for: .seconds(1))
        #expect(node.closed[link] == nil)
    }

    /// Addresses that were first heard of by gossip, and then dialled, must be known to the next run as well.
    @Test func whoRestartsTogetherFindsTheOthersWithoutTheirSeed() {
        let (world, nodes) = StoryTests.mesh(5)
        world.run(for: .seconds(10))
        world.kill(nodes[0])
        world.run(for: .seconds(30))
        let living = Array(nodes.dropFirst())
        for node in living { world.kill(node) }
        for node in living { world.start(node) }
        let limit = Duration.seconds(120)
        #expect(world.run(until: { living.allSatisfy { $0.core.status.online == 4 } }, limit: limit))
    }

    @Test(arguments: 1...8)
    func simultaneousDialsLeaveOneLinkAtBothEnds(seed: UInt64) {
        let world = TestWorld(seed: seed)
        let (_, nodes) = StoryTests.mesh(2, in: world)
        world.isCut = { _, _ in true }
        world.cutConnections()
        world.run(for: .seconds(40))
        world.isCut = { _, _ in false }
        #expect(StoryTests.settle(world, nodes, limit: .seconds(120)), "\(world.description)")
        world.run(for: .seconds(5))
        #expect(nodes.allSatisfy { $0.core.linkStatuses.count == 1 })
    }

    @Test func aNodeKilledWithoutAWordComesBackOverANewLink() {
        let (world, nodes) = StoryTests.mesh(3)
        world.kill(nodes[1], silently: true)
        world.start(nodes[1])
        #expect(StoryTests.settle(world, nodes, limit: .seconds(60)), "\(world.description)")
        #expect(nodes.allSatisfy { $0.core.status.links == 2 })
        StoryTests.say("again", at: nodes[1], in: world)
        #expect(world.run(until: { nodes.allSatisfy { $0.texts == ["again"] } }, limit: .seconds(5)))
    }

    /// Revoked on one side of a partition while it talks on the other: cut there at once, here at the heal.
    @Test func aRevokedKeyIsCutEverywhereAlsoAcrossAPartition() {
        let (world, nodes) = StoryTests.mesh(6)
        let thief = nodes[5]
        world.isCut = { left, right in (left < 3) != (right < 3) }
        world.cutConnections()
        world.run(for: .seconds(20))
        #expect(world.ask(.revoke(thief.id, frontier: nil), at: nodes[0]) == .done)
        world.run(for: .seconds(5))
        #expect(thief.core.status.links > 0, "the far side has not heard")
        StoryTests.say("said in time", at: thief, in: world)
        world.run(for: .seconds(5))
        world.isCut = { _, _ in false }
        let rest = Array(nodes.dropLast())
        #expect(
            world.run(
                until: { rest.allSatisfy { $0.core.status.members == 5 && $0.core.status.online == 5 } },
                limit: .seconds(90)), "\(world.description)")
        #expect(thief.core.status.links == 0)
        #expect(!rest.contains { node in node.core.linkStatuses.contains { $0.id == thief.id } })
        StoryTests.say("among ourselves", at: nodes[1], in: world)
        world.run(for: .seconds(120))
        #expect(!thief.texts.contains("among ourselves"))
        #expect(rest.allSatisfy { $0.texts.contains("among ourselves") })
    }

    @Test func sameSeedSameHistory() {
        func trace() -> [String] {
            let world = TestWorld(seed: 5, random: 99)
            world.traces = true
            let (_, nodes) = StoryTests.mesh(4, in: world)
            StoryTests.say("one", at: nodes[0], in: world)
            world.ask(.sendDirect(to: nodes[2].id, text: [65]), at: nodes[1])
            world.run(for: .seconds(10))
            world.kill(nodes[3])
            world.run(for: .seconds(20))
            world.start(nodes[3])
            world.run(for: .seconds(20))
            return world.trace
        }
        let (first, second) = (trace(), trace())
        #expect(first.count > 1_000)
        let difference = zip(first, second).first { $0 != $1 }
        #expect(difference == nil, "\(difference.map { "\($0) against \($1)" } ?? "")")
        #expect(first.count == second.count)
    }
}
