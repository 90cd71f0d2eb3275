import Mesh
import MeshCore
import MeshTransport
import Testing

/// Faults between whole nodes, and that only test clusters have them.
@Suite(.timeLimit(.minutes(3)))
struct FaultTests {
    @Test func aNodeWithoutFaultsEnabledTakesNone() async throws {
        var config = TestMesh.config(1, closed: false)
        config.faults = nil
        let first = try await MeshNode.start(config)
        let second = try await MeshNode.start(TestMesh.config(2, seeds: [first], closed: false))
        try await TestMesh.settle([first, second])
        #expect(try await first.setFaults(FaultTable(resetting: [second.listening])) == false)
        #expect(try await first.faults() == nil)
        #expect(try await second.faults() == FaultTable())
        #expect(MeshConfig().faults == nil)
        await TestMesh.stop([first, second])
    }

    /// Nothing is said: the silence itself must be noticed, and what was said meanwhile arrives after the heal.
    @Test func aSilentCutIsNoticedAndMended() async throws {
        let nodes = try await TestMesh.closed(2)
        let table = FaultTable(Dictionary(uniqueKeysWithValues: nodes.map { ($0.listening, Self.cut) }))
        for node in nodes { #expect(try await node.setFaults(table)) }
        try await nodes.seeOnlyThemselves()
        _ = try await nodes[0].say("into the void")
        for node in nodes { #expect(try await node.setFaults(FaultTable())) }
        try await TestMesh.settle(nodes)
        #expect(try await nodes[1].texts(atLeast: 1) == ["into the void"])
        await TestMesh.stop(nodes)
    }

    private static var cut: LinkFault {
        var cut = LinkFault()
        (cut.cutsOutward, cut.cutsInward) = (true, true)
        return cut
    }
}

extension [MeshNode] {
    fileprivate func seeOnlyThemselves() async throws {
        for node in self {
            var events = node.events().makeAsyncIterator()
            while try await node.status().online > 1 { _ = await events.next() }
        }
    }
}
