import Dispatch
import MeshSimulator
import Synchronization

/// Many seeds of one scenario, one at a time on each core; every run is independent of the others.
struct Batch {
    let scenario: Scenario
    let seeds: Range<UInt64>
    let options: @Sendable (UInt64) -> Scenario.Options
    let interrupt: Interrupt

    private struct State {
        var next: UInt64
        var summary: BatchSummary
    }

    /// `failed` is told of each run that broke a rule, at once.
    func run(_ progress: Progress, failed: @escaping @Sendable (Report) -> Void) -> BatchSummary {
        let nodes = options(seeds.lowerBound).nodes
        let state = Mutex(
            State(
                next: seeds.lowerBound,
                summary: BatchSummary(scenario: scenario.name, nodes: nodes, firstSeed: seeds.lowerBound)))
        let cores = min(ProcessorCount.online, seeds.count)
        // Each iteration is a thread that takes seeds until there are none left.
        DispatchQueue.concurrentPerform(iterations: cores) { _ in
            while let seed = state.withLock({ Self.take(from: &$0, of: seeds) }), !interrupt.isRequested {
                guard let report = play(seed, progress, state: { state.withLock { $0.summary } }) else { return }
                state.withLock { $0.summary.add(report) }
                if !report.passed { failed(report) }
            }
        }
        var summary = state.withLock { $0.summary }
        summary.wallSeconds = progress.wallSeconds
        return summary
    }

    private static func take(from state: inout State, of seeds: Range<UInt64>) -> UInt64? {
        guard state.next < seeds.upperBound else { return nil }
        defer { state.next += 1 }
        return state.next
    }

    /// Nil if it was interrupted.
    private func play(_ seed: UInt64, _ progress: Progress, state: @escaping () -> BatchSummary) -> Report? {
        let total = seeds.count
        let stage = scenario.run(options(seed)) { _ in
            progress.update {
                let summary = state()
                return "\(scenario.name), \(summary.nodes) nodes: \(summary.passed) of \(total) runs passed, "
                    + "\(summary.failed) failed, " + progress.speed(summary.simulatedSeconds)
            }
            return !interrupt.isRequested
        }
        return stage.isStopped ? nil : stage.report
    }
}
