import MeshCore
import MeshSimulator
import Testing

/// Seeds that once failed, each with what it found.
@Suite struct ChaosSeedTests {
    struct Seed: Sendable, CustomTestStringConvertible {
        let nodes: Int
        let seed: UInt64
        let found: String
        var testDescription: String { "\(nodes) nodes, seed \(seed): \(found)" }
    }

    static let seeds: [Seed] = [
        Seed(nodes: 10, seed: 6, found: "a goodbye that came late over a slow link put out who was back already"),
        Seed(nodes: 10, seed: 7, found: "a direct message waited minutes for its recipient's random question"),
        Seed(nodes: 10, seed: 12, found: "what came after a message that died with its author was not repaired"),
        Seed(nodes: 10, seed: 49, found: "a link whose drain was agreed to and not followed up stayed half dead"),
        Seed(nodes: 10, seed: 85, found: "a member in reach over others was told to be out of reach, for ever"),
        Seed(
            nodes: 10, seed: 566, found: "a simulated dial outlived the process that quit, and came up for the next one"
        ),
        Seed(nodes: 10, seed: 32, found: "a message that was stored in the moment of a crash was told by nobody"),
        Seed(nodes: 4, seed: 72, found: "a simulated host that vanished between TCP and TLS left a dial open for ever"),
    ]

    @Test(arguments: seeds) func passes(_ seed: Seed) throws {
        let chaos = try #require(Scenario.named("chaos"))
        let stage = chaos.run(Scenario.Options(nodes: seed.nodes, seed: seed.seed))
        #expect(stage.report.failures.isEmpty)
    }
}
