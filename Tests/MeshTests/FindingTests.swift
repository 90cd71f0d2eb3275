import Mesh
import MeshCore
import NIOCore
import NIOPosix
import Testing

/// How nodes find each other: by broadcast, by name, by what they remember, and both at once.
@Suite(.timeLimit(.minutes(2)))
struct FindingTests {
    /// A UDP port that was free a moment ago.
    private static func freePort() async throws -> UInt16 {
        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "0.0.0.0", port: 0).get()
        let port = UInt16(channel.localAddress?.port ?? 0)
        try await channel.close().get()
        return port
    }

    @Test func membersOfAnOpenNetworkFindEachOtherByBroadcast() async throws {
        let port = try await Self.freePort()
        var nodes: [MeshNode] = []
        for seed in 1...3 {
            var config = TestMesh.config(UInt8(seed), closed: false)
            (config.discovers, config.discoveryPort) = (true, port)
            nodes.append(try await MeshNode.start(config))
        }
        try await TestMesh.settle(nodes)
        await TestMesh.stop(nodes)
    }

    @Test func anInvitedNodeIsOfferedItsNetworkAndJoinsOnlyWhenItAccepts() async throws {
        let port = try await Self.freePort()
        var (first, second) = (TestMesh.config(1), TestMesh.config(2))
        (first.discoveryPort, second.discoveryPort) = (port, port)
        (first.discovers, second.discovers) = (true, true)
        let founder = try await MeshNode.start(first)
        try await founder.foundNetwork(name: "home")
        let joiner = try await MeshNode.start(second)
        let events = joiner.events()
        try await founder.invite(joiner.publicKey)
        for await case .offered(let offer) in events {
            #expect(offer.from == founder.publicKey && offer.name == "home" && offer.founder == founder.publicKey)
            break
        }
        #expect(try await joiner.status().network == nil)
        try await joiner.acceptOffer(from: founder.publicKey)
        try await TestMesh.settle([founder, joiner])
        await TestMesh.stop([founder, joiner])
    }

    @Test func aSeedPeerIsFoundByName() async throws {
        let founder = try await MeshNode.start(TestMesh.config(1, closed: false))
        var config = TestMesh.config(2, closed: false)
        config.seedPeers = [SeedPeer(key: nil, endpoint: Endpoint(host: "localhost", port: founder.listening.port))]
        let other = try await MeshNode.start(config)
        try await TestMesh.settle([founder, other])
        await TestMesh.stop([founder, other])
    }

    @Test func twoNodesThatDialEachOtherKeepOneLink() async throws {
        let first = try await MeshNode.start(TestMesh.config(1, closed: false))
        var config = TestMesh.config(2, seeds: [first], closed: false)
        config.store = MemoryStore()
        let second = try await MeshNode.start(config)
        // When both find the way open again they dial at about the same time.
        try await TestMesh.settle([first, second])
        for _ in 0..<3 {
            try await first.cutOff(from: [second.listening])
            try await second.cutOff(from: [first.listening])
            try await first.cutOff(from: [])
            try await second.cutOff(from: [])
            var linked = MeshCondition()
            linked.links = 1
            for node in [first, second] { try await node.wait(for: linked, timeout: .seconds(30)) }
            try await TestMesh.settle([first, second])
            // Of two links that came up at once one goes, at one end a moment earlier than at the other: what counts is
            // what they come to.
            let limit = ContinuousClock.now + .seconds(20)
            var ends: [[NodeID]] = []
            repeat {
                for node in [first, second] { try await node.wait(for: linked, timeout: .seconds(20)) }
                ends = [try await first.connections(), try await second.connections()]
            } while ends != [[second.publicKey], [first.publicKey]] && ContinuousClock.now < limit
            #expect(ends == [[second.publicKey], [first.publicKey]])
        }
        await TestMesh.stop([first, second])
    }

    @Test func aMemberThatComesBackFindsItsNetworkByWhatItRemembers() async throws {
        let store = MemoryStore()
        var config = TestMesh.config(3)
        config.store = store
        let nodes = try await TestMesh.closed(2)
        config.seedPeers = [SeedPeer(key: nil, endpoint: nodes[0].listening)]
        let member = try await MeshNode.start(config)
        try await nodes[0].invite(member.publicKey)
        try await TestMesh.settle(nodes + [member])
        await member.shutdown()
        _ = try await nodes[1].say("while you were away")

        config.seedPeers = []
        let again = try await MeshNode.start(config)
        try await TestMesh.settle(nodes + [again])
        #expect(try await again.texts(atLeast: 1) == ["while you were away"])
        #expect(again.publicKey == member.publicKey)
        await TestMesh.stop(nodes + [again])
    }
}
