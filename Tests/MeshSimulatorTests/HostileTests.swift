import MeshSimulator
import Testing

/// One hostile node among ten, each behaviour; what a scenario demands is said in `HostileStory`.
@Suite struct HostileTests {
    @Test(arguments: ["hostile-forger", "hostile-replayer", "hostile-storm", "hostile-silent", "hostile-hoarder"])
    func `honest members deliver everything and agree whatever one member in ten does`(_ name: String) throws {
        let scenario = try #require(Scenario.hostile(attack: .seconds(30)).first { $0.name == name })
        let stage = scenario.run(Scenario.Options(nodes: 10, seed: 1))
        #expect(stage.report.failures == [])
        #expect(stage.report.delivered == 1)
    }

    @Test func `a hostile run repeats itself`() throws {
        let scenario = try #require(Scenario.hostile(attack: .seconds(10)).first)
        let hashes = (0..<2).map { _ in scenario.run(Scenario.Options(nodes: 10, seed: 2)).report.traceHash }
        #expect(hashes[0] == hashes[1])
    }
}
