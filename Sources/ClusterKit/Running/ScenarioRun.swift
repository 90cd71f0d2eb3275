internal import ChatKit
internal import MeshCore

/// Plays one scenario in a cluster of its own and tells of each step.
package struct ScenarioRun: Sendable {
    /// What happens, for people or programs.
    package enum Event: Sendable {
        case began(name: String)
        case step(name: String, Scenario.Line, since: Duration, took: Duration, output: [String])
        case failed(name: String, Scenario.Line, since: Duration, StepFailure, tails: [(node: String, lines: [String])])
        case ended(name: String, took: Duration, isPassed: Bool)
    }

    private static let tailLength = 12

    let scenario: Scenario
    let tell: @Sendable (Event) -> Void

    package init(_ scenario: Scenario, tell: @escaping @Sendable (Event) -> Void) {
        (self.scenario, self.tell) = (scenario, tell)
    }

    /// True when every step came true. Ends the cluster in any case.
    ///
    /// - Throws: `CancellationError`, and ``UserError`` for what has nothing to do with the scenario.
    package func play(in cluster: Cluster) async throws -> Bool {
        tell(.began(name: scenario.name))
        let start = ContinuousClock.now
        let isPassed: Bool
        do {
            isPassed = try await steps(in: cluster, start)
        } catch {
            await cluster.down()
            throw error
        }
        await cluster.down()
        tell(.ended(name: scenario.name, took: ContinuousClock.now - start, isPassed: isPassed))
        return isPassed
    }

    private func steps(in cluster: Cluster, _ start: ContinuousClock.Instant) async throws -> Bool {
        for line in scenario.lines {
            let began = ContinuousClock.now
            let since = began - start
            do {
                let output = try await cluster.perform(line.step)
                let took = ContinuousClock.now - began
                tell(.step(name: scenario.name, line, since: since, took: took, output: output))
            } catch {
                // Whoever ends the run makes its step fail.
                try Task.checkCancellation()
                let failure = try Self.failure(error, of: line)
                let tails = error is StepFailure ? await cluster.tails(Self.tailLength) : []
                tell(.failed(name: scenario.name, line, since: since, failure, tails: tails))
                return false
            }
            try Task.checkCancellation()
        }
        return true
    }

    /// - Throws: what has nothing to do with the scenario.
    private static func failure(_ error: any Error, of line: Scenario.Line) throws -> StepFailure {
        if let failure = error as? StepFailure { return failure }
        guard let error = error as? UserError, error.status == .usage || error.status == .unavailable else {
            throw error
        }
        // The scenario speaks of a node that is not there.
        return StepFailure(expected: line.text, found: [error.sentence])
    }
}

extension Cluster {
    /// The last lines of every node's log.
    func tails(_ count: Int) -> [(node: String, lines: [String])] {
        nodes.values.sorted { $0.number < $1.number }.map { ($0.name, LogTail.last(count, of: $0.log)) }
    }
}
