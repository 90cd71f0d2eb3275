extension Report {
    /// A table for people: what was measured, and what it is compared with. `chapter`: where somebody stopped it.
    package func lines(stoppedIn chapter: String? = nil) -> [String] {
        let verdict = chapter.map { "stopped in the chapter \"\($0)\", known so far" } ?? (passed ? "passed" : "FAILED")
        let figures =
            figures.filter { $0[1] != Self.unmeasured }
            + latestDetails.map { detail in
                [detail.name, JSONText.rounded(detail.value), ""]
            }
        let rows =
            figures + [
                ["simulated", "\(JSONText.rounded(simulatedSeconds)) s", ""],
                [
                    "took", "\(JSONText.rounded(wallSeconds)) s",
                    "\(Int((simulatedSeconds / max(wallSeconds, 0.001)).rounded())) times faster than real time",
                ],
                ["trace hash", JSONText.hex(traceHash), "the same for equal options and seed"],
            ]
        return ["\(scenario), \(nodes) nodes, seed \(seed): \(verdict)", ""]
            + Columns.lines(
                [["FIGURE", "VALUE", "COMPARED WITH"]] + rows, alignments: [.left, .right, .left], indent: 2)
    }

    private static let unmeasured = "-"

    private var figures: [[String]] {
        [
            row("delivered exactly once", delivered, "1"),
            row("duplicates", duplicates.map(Double.init), "0"),
            row("redundancy (RMR)", rmr, "at most 0.02, aim 0"),
            row("last hop", lastHop, lastHopComparison),
            row("last hop / floor, worst source", lastHopRatioAnySource, "at most 1.8, aim 1.25"),
            row("signature checks per delivery", verifiesPerDelivered, "1"),
            row("repair, cycles of 5 s", repairCycles.map(Double.init), repairComparison),
            row("repair, s", repairSeconds, ""),
            row("membership change, rounds of 1 s", changeRounds.map(Double.init), "at most 20, aim 10"),
            row("false \"unreachable\", share", falseDown, "at most 0.1 of a fixed time-out's, aim 0.02"),
            row("idle, bytes per node and s", idleBytesPerNodeSecond, "at most 1.5 times that of 10 nodes, aim 1.1"),
            row("links of a node, most", maxDegree.map(Double.init), "3, one more while repairing"),
            row("all in one part", connected, "yes"),
            row("all of one mind", converged, "yes"),
        ]
    }

    private func row(_ name: String, _ value: Double?, _ comparison: String) -> [String] {
        [name, value.map(JSONText.rounded) ?? Self.unmeasured, comparison]
    }

    private func row(_ name: String, _ value: Bool?, _ comparison: String) -> [String] {
        [name, value.map { $0 ? "yes" : "no" } ?? Self.unmeasured, comparison]
    }

    private var lastHopComparison: String {
        guard let lastHop, let lastHopFloor, lastHopFloor > 0 else { return "" }
        return "\(JSONText.rounded(lastHop / lastHopFloor)) times the floor of \(JSONText.rounded(lastHopFloor)); "
            + "at most 1.4, aim 1.2"
    }

    /// Cycles for each share of nodes that vanish.
    private var repairComparison: String {
        switch scenario {
        case "kill30": "at most 2, aim 1"
        case "kill50": "at most 3, aim 1"
        case "kill80": "at most 6, aim 2"
        case "kill90": "aim 4"
        default: ""
        }
    }
}
