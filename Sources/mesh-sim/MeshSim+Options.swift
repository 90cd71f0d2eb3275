import ArgumentParser
import MeshCore
import MeshSimulator

// What the options mean, and what makes no sense.
extension MeshSim {
    /// Core, stores and links of one node take some 100 kB: what a machine of a developer can hold.
    static let mostNodes = 20_000
    /// From so many on a run has a second thread.
    static let manyNodes = 100
    static let mostRuns = 10_000_000
    static let mostTraceLines = 10_000_000

    func validate() throws {
        guard !list else { return }
        let scenario = try chosenScenario()
        try validate(nodes: nodeCount(of: scenario), of: scenario)
        guard (0...Self.mostTraceLines).contains(trace) else {
            throw ValidationError("--trace is a number of lines from 0 to \(Self.mostTraceLines), not \(trace)")
        }
        guard let runs else {
            if tally != nil { throw ValidationError("--tally counts the runs of --runs; say how many") }
            return
        }
        guard (1...Self.mostRuns).contains(runs) else {
            throw ValidationError("--runs is a number of seeds from 1 to \(Self.mostRuns), not \(runs)")
        }
        guard !seed.addingReportingOverflow(UInt64(runs)).overflow else {
            throw ValidationError("there are not \(runs) seeds from \(seed) on")
        }
        if svg != nil || trace > 0 {
            throw ValidationError("--svg and --trace show one run; leave out --runs, or play the seed alone")
        }
    }

    func chosenScenario() throws -> Scenario {
        if let known = Scenario.named(scenario) { return known }
        let hint = NearestName.hint(for: scenario, among: Scenario.all.map(\.name))
        throw ValidationError(
            "no scenario is called \"\(scenario.printable)\"\(hint)\n\n" + ScenarioList.lines.joined(separator: "\n"))
    }

    func nodeCount(of scenario: Scenario) -> Int { nodes ?? scenario.defaultNodes }

    private func validate(nodes: Int, of scenario: Scenario) throws {
        if nodes < 1 { throw ValidationError("a mesh has at least one node, not \(nodes)") }
        if nodes < scenario.smallest {
            throw ValidationError("\(scenario.name) needs at least \(scenario.smallest) nodes, not \(nodes)")
        }
        if nodes > Self.mostNodes {
            throw ValidationError("at most \(Self.mostNodes) nodes fit into one simulation, not \(nodes)")
        }
    }

    func options(for scenario: Scenario, seed: UInt64, crypto: World.CryptographyKind?) -> Scenario.Options {
        var options = Scenario.Options(nodes: nodeCount(of: scenario), seed: seed)
        options.network = network.model
        options.cryptography = crypto ?? .automatic
        options.encodesFrames = wire
        // With --runs each core has a world of its own. A split of 100 nodes takes 4.1 s instead of 4.9 s, and with OpenSSL
        // 11.7 s instead of 14 s; one of 30 gains 3 %.
        options.usesHelper = runs == nil && ProcessorCount.online > 1 && options.nodes >= Self.manyNodes
        options.traceCapacity = trace
        return options
    }

    /// What somebody types to see a run again.
    func command(for scenario: Scenario, seed: UInt64, crypto: World.CryptographyKind?) -> String {
        var words = ["mesh-sim", "--scenario", scenario.name, "--nodes", "\(nodeCount(of: scenario))"]
        words += ["--seed", "\(seed)"] + network.words
        if let crypto, crypto != .automatic { words += ["--crypto", crypto.rawValue] }
        if wire { words.append("--wire") }
        return words.joined(separator: " ")
    }
}

extension String {
    /// What was typed, fit for a terminal: no control characters, at most 64 characters.
    var printable: String {
        String(prefix(64).map { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } ? $0 : "?" })
    }
}
