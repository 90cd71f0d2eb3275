import MeshSimulator

/// What can be played, in columns.
enum ScenarioList {
    static var lines: [String] {
        Columns.lines(
            [["SCENARIO", "NODES", ""]]
                + Scenario.all.map { [$0.name, "\($0.defaultNodes)", $0.summary] },
            alignments: [.left, .right, .left])
    }
}
