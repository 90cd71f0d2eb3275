import MeshCore
import Testing

/// A neighbour that speaks and beats but carries nothing to others is found out and left.
@Suite struct RelayProbeTests {
    /// Eight members of an open network, linked and at rest.
    private static func group() -> TestWorld {
        let world = TestWorld(seed: 5)
        for index in 0..<8 {
            let node = world.add("node\(index)") { configuration in
                configuration.requireInvitation = false
                if let first = world.nodes.first {
                    configuration.seedPeers = [SeedPeer(key: nil, endpoint: first.endpoint)]
                }
            }
            world.start(node)
        }
        world.run(for: .seconds(30))
        return world
    }

    private static func linked(to node: TestWorld.Node, in world: TestWorld) -> [TestWorld.Node] {
        world.nodes.filter { $0 !== node && world.areLinkedToEachOther($0, node) }
    }

    private static func left(_ nodes: [TestWorld.Node]) -> Int {
        nodes.count { node in node.status().counters.contains { $0.name == "silentRelay" } }
    }

    @Test func aNeighbourThatCarriesNothingToOthersIsLeft() {
        let world = Self.group()
        let mute = world.nodes[3]
        let neighbours = Self.linked(to: mute, in: world)
        #expect(neighbours.count >= 2)
        mute.isMute = true
        world.run(for: .seconds(100))
        #expect(Self.left(neighbours) == neighbours.count)
        #expect(Self.left([mute]) == 0)
        let parted = world.nodes.filter { $0 !== mute && Self.linked(to: $0, in: world).allSatisfy { $0 === mute } }
        #expect(parted.isEmpty, "the others have each other")
    }

    @Test func aNeighbourThatIsNeverOfOneMindIsFoundOutAsWell() {
        let world = Self.group()
        let mute = world.nodes[3]
        (mute.isMute, mute.isSecretive) = (true, true)
        world.kill(mute)
        world.run(for: .seconds(20))
        world.start(mute)
        world.run(for: .seconds(10))
        let neighbours = Self.linked(to: mute, in: world)
        #expect(neighbours.count >= 2)
        // Settled after 30 s, asked within 60 more, found out 20 s later.
        world.run(for: .seconds(120))
        #expect(Self.left(neighbours) >= neighbours.count - 1, "the last one has nobody to ask through it")
    }

    /// Links that end and are made anew before an answer is due, each time.
    @Test func aNewLinkDoesNotMakeUpForSilence() {
        let world = Self.group()
        let mute = world.nodes[3]
        mute.isMute = true
        for _ in 0..<30 {
            world.run(for: .seconds(4))
            world.kill(mute)
            world.start(mute)
        }
        #expect(Self.left(world.nodes.filter { $0 !== mute }) >= 1)
    }

    /// As by SIGSTOP: what was asked before is asked again.
    @Test func whoeverHasSleptBlamesNobody() {
        let world = Self.group()
        let sleeper = world.nodes[3]
        for _ in 0..<100 {
            sleeper.isPaused = true
            world.run(for: .seconds(6))
            world.resume(sleeper)
            world.run(for: .milliseconds(500))
        }
        #expect(Self.left([sleeper]) == 0)
    }

    @Test func whoCarriesIsNeverLeft() {
        let world = Self.group()
        world.run(for: .seconds(600))
        #expect(Self.left(world.nodes) == 0)
    }
}
