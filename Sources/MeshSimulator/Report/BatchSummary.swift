/// What became of many seeds of one scenario.
package struct BatchSummary: Sendable {
    package let scenario: String
    package let nodes: Int
    package let firstSeed: UInt64
    package private(set) var passed = 0
    /// Ascending.
    package private(set) var failedSeeds: [UInt64] = []
    /// Of all runs together.
    package private(set) var simulatedSeconds: Double = 0
    package var wallSeconds: Double = 0

    package init(scenario: String, nodes: Int, firstSeed: UInt64) {
        (self.scenario, self.nodes, self.firstSeed) = (scenario, nodes, firstSeed)
    }

    package var failed: Int { failedSeeds.count }
    package var runs: Int { passed + failed }

    package mutating func add(_ report: Report) {
        simulatedSeconds += report.simulatedSeconds
        guard !report.passed else { return passed += 1 }
        let place = failedSeeds.firstIndex { $0 > report.seed } ?? failedSeeds.endIndex
        failedSeeds.insert(report.seed, at: place)
    }

    /// One JSON object on one line.
    package var json: String {
        JSONText.object([
            ("scenario", JSONText.quoted(scenario)), ("nodes", "\(nodes)"), ("firstSeed", "\(firstSeed)"),
            ("runs", "\(runs)"), ("passed", "\(passed)"), ("failed", "\(failed)"),
            ("failedSeeds", JSONText.array(failedSeeds.map { "\($0)" })),
            ("simulatedSeconds", JSONText.number(simulatedSeconds)), ("wallSeconds", JSONText.number(wallSeconds)),
        ])
    }

    /// For people.
    package var lines: [String] {
        let speed = simulatedSeconds / max(wallSeconds, 0.001)
        let seeds = failedSeeds.isEmpty ? "" : ": seeds " + failedSeeds.map { "\($0)" }.joined(separator: " ")
        return ["\(scenario), \(nodes) nodes, from seed \(firstSeed) on"]
            + Columns.lines(
                [
                    ["runs", "\(runs)"], ["passed", "\(passed)"], ["failed", "\(failed)\(seeds)"],
                    ["simulated", "\(JSONText.rounded(simulatedSeconds)) s"],
                    [
                        "took",
                        "\(JSONText.rounded(wallSeconds)) s, \(Int(speed.rounded())) times faster than real time",
                    ],
                ], alignments: [.left, .left], indent: 2)
    }
}
