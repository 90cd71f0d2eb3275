internal import ChatKit
internal import MeshCore

/// A run of chaos as lines, for people or programs.
package struct ChaosReport: Sendable {
    private let plan: ChaosPlan
    private let isJSON: Bool
    private let print: @Sendable (String) -> Void

    package init(_ plan: ChaosPlan, isJSON: Bool, print: @escaping @Sendable (String) -> Void) {
        (self.plan, self.isJSON, self.print) = (plan, isJSON, print)
        guard !isJSON else { return }
        print("== chaos: \(plan.nodes) nodes, \(plan.faultCount) faults, --rng-seed \(plan.seed)")
    }

    package func tell(_ event: ChaosRun.Event) {
        switch event {
        case .ready(let took):
            write("ready", [.init("ms", .integer(took.milliseconds))], ["all see all after \(took.secondsText)"])
        case .round(let number, let count, let faults, let sent, let heal):
            write(
                "round",
                [
                    .init("round", JSON(number)), .init("faults", .array(faults.map(JSON.string))),
                    .init("sent", JSON(sent)), .init("healMs", .integer(heal.milliseconds)),
                ],
                [
                    "round \(number) of \(count): \(faults.joined(separator: "; ")); \(sent) messages; all agree after "
                        + heal.secondsText
                ])
        case .failed(let number, let faults, let failure, let tails):
            write(
                "failed",
                [
                    .init("round", JSON(number)), .init("faults", .array(faults.map(JSON.string))),
                    .init("expected", .string(failure.expected)),
                    .init("found", .array(failure.found.map(JSON.string))),
                ],
                ["round \(number): \(faults.joined(separator: "; "))   FAILED", "   expected  \(failure.expected)"]
                    + failure.found.map { "   found     \($0)" }
                    + tails.flatMap { tail in ["   -- log of \(tail.node)"] + tail.lines.map { "      " + $0 } })
        }
    }

    package func end(_ outcome: ChaosRun.Outcome) {
        let heals = outcome.heals.sorted()
        let (middle, late, last) = (heals.share(0.5), heals.share(0.9), heals.last ?? .zero)
        let isPassed = outcome.failure == nil
        write(
            "result",
            [
                .init("passed", .bool(isPassed)), .init("seed", JSON(plan.seed)), .init("nodes", JSON(plan.nodes)),
                .init("faults", JSON(outcome.faults)), .init("heals", JSON(heals.count)),
                .init("acknowledged", JSON(outcome.acknowledged)), .init("unanswered", JSON(outcome.unanswered)),
                .init("healMsMedian", .integer(middle.milliseconds)), .init("healMsP90", .integer(late.milliseconds)),
                .init("healMsMax", .integer(last.milliseconds)),
            ],
            [
                "\(outcome.faults) faults in \(heals.count) rounds, \(outcome.acknowledged) messages acknowledged, "
                    + (isPassed ? "none lost, none twice" : "see above"),
                "all agreed after each heal: median \(middle.secondsText), 90 of 100 within \(late.secondsText), "
                    + "longest \(last.secondsText)",
                "\(isPassed ? "passed" : "FAILED")  --nodes \(plan.nodes) --faults \(plan.faultCount) --rng-seed \(plan.seed)",
            ])
    }

    private func write(_ type: String, _ fields: [JSON.Member], _ lines: [String]) {
        guard isJSON else { return lines.forEach(print) }
        print(JSON.object([.init("v", .integer(1)), .init("type", .string(type))] + fields).line)
    }
}

extension [Duration] {
    /// The value that so many of the sorted values do not exceed.
    fileprivate func share(_ share: Double) -> Duration {
        isEmpty ? .zero : self[Swift.min(count - 1, Int((Double(count) * share).rounded(.up)) - 1)]
    }
}
