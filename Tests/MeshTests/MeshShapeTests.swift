import Mesh
import MeshCore
import MeshCrypto
import Testing

/// The mesh as a whole: its degree, and what it does when it is cut in two or hangs on one node.
@Suite(.timeLimit(.minutes(3)))
struct MeshShapeTests {
    @Test(arguments: [3, 5, 9]) func everyNodeHasTwoOrThreeLinksAndTheGraphIsConnected(count: Int) async throws {
        let nodes = try await TestMesh.closed(count)
        // A node in reach over others is not yet at rest: links are made and shed for some rounds more.
        for node in nodes + nodes { try await node.settle(degree: 2...3) }
        for node in nodes { #expect(try await (2...3).contains(node.connections().count)) }
        await TestMesh.stop(nodes)
    }

    @Test func sixNodesPartedIntoThreeAndThreeHealToOneHistory() async throws {
        let nodes = try await TestMesh.closed(6)
        let (left, right) = (Array(nodes.prefix(3)), Array(nodes.suffix(3)))
        for node in left { try await node.cutOff(from: Set(right.map(\.listening))) }
        for node in right { try await node.cutOff(from: Set(left.map(\.listening))) }
        for half in [left, right] { try await half.seeOnlyEachOther() }
        for (index, node) in nodes.enumerated() { _ = try await node.say("apart \(index)") }
        for half in [left, right] { for node in half { #expect(try await node.texts(atLeast: 3).count == 3) } }

        for node in nodes { try await node.cutOff(from: []) }
        try await TestMesh.settle(nodes)
        let history = try await nodes[0].texts(atLeast: 6)
        #expect(Set(history) == Set((0..<6).map { "apart \($0)" }))
        for node in nodes.dropFirst() { #expect(try await node.texts(atLeast: 6) == history) }
        await TestMesh.stop(nodes)
    }

    @Test func aHubThatAloneCanBeReachedServesSixOthers() async throws {
        // Nobody listens on port 1 (tcpmux): these nodes can dial and not be dialled.
        let hub = try await MeshNode.start(TestMesh.config(1))
        try await hub.foundNetwork(name: "hub")
        var nodes = [hub]
        for seed in 2...7 {
            var config = TestMesh.config(UInt8(seed), seeds: [hub])
            config.advertise = [Endpoint(host: "127.0.0.1", port: 1)]
            try await hub.invite(IdentityKey(seed: #require(config.keypairSeed)).publicKey)
            nodes.append(try await MeshNode.start(config))
        }
        try await TestMesh.settle(nodes)
        for node in nodes.dropFirst() { _ = try await node.say("via the hub") }
        for node in nodes { #expect(try await node.texts(atLeast: 6).count == 6) }
        await TestMesh.stop(nodes)
    }
}

extension MeshNode {
    /// Returns once this node has so many links; each change of them is an event.
    fileprivate func settle(degree: ClosedRange<Int>) async throws {
        var events = events().makeAsyncIterator()
        while try await !degree.contains(connections().count) { _ = await events.next() }
    }
}

extension [MeshNode] {
    /// Returns once each of these nodes has exactly these in reach.
    fileprivate func seeOnlyEachOther() async throws {
        for node in self {
            var events = node.events().makeAsyncIterator()
            while try await node.status().online > count { _ = await events.next() }
        }
    }
}
