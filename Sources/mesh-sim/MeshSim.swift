import ArgumentParser
import MeshSimulator

@main
struct MeshSim: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mesh-sim", abstract: "Plays scenarios of a mesh under virtual time.")

    @Option var scenario = "steady"
    @Option var nodes = 10
    @Option var seed: UInt64 = 1
    @Flag var json = false
    @Option var trace = 0

    func run() throws {
        guard let chosen = Scenario.named(scenario) else { throw ValidationError("unknown") }
        var options = Scenario.Options(nodes: nodes, seed: seed)
        options.traceCapacity = trace
        let clock = ContinuousClock()
        let start = clock.now
        let stage = chosen.run(options)
        stage.report.wallSeconds =
            Double((clock.now - start).components.seconds) + Double((clock.now - start).components.attoseconds) / 1e18
        if trace > 0 { for line in stage.world.trace.columns(last: trace) { print(line) } }
        print(stage.report.json)
    }
}
