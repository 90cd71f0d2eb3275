internal import ChatKit
internal import MeshCore

/// Plays a plan: breaks, talks, mends, and looks after each heal whether all agree and whether every message that was
/// acknowledged is with all of them, once.
package struct ChaosRun: Sendable {
    package enum Event: Sendable {
        case ready(took: Duration)
        case round(Int, of: Int, faults: [String], sent: Int, heal: Duration)
        case failed(round: Int, faults: [String], StepFailure, tails: [(node: String, lines: [String])])
    }

    package struct Outcome: Sendable {
        package var faults = 0
        package var acknowledged = 0
        /// Sends that a node did not answer: it was stopped or dead.
        package var unanswered = 0
        /// From each heal until all agreed and had all.
        package var heals: [Duration] = []
        package var failure: StepFailure?
    }

    private static let tailLength = 15

    let plan: ChaosPlan
    /// How long after a heal all must agree.
    let limit: Duration
    let tell: @Sendable (Event) -> Void

    package init(_ plan: ChaosPlan, limit: Duration, tell: @escaping @Sendable (Event) -> Void) {
        (self.plan, self.limit, self.tell) = (plan, limit, tell)
    }

    /// Ends the cluster in any case.
    package func play(in cluster: Cluster) async throws -> Outcome {
        do {
            let outcome = try await rounds(in: cluster)
            await cluster.down()
            return outcome
        } catch {
            await cluster.down()
            throw error
        }
    }

    private func rounds(in cluster: Cluster) async throws -> Outcome {
        var outcome = Outcome()
        let start = ContinuousClock.now
        var options = UpOptions()
        (options.count, options.randomSeed, options.limit) = (plan.nodes, plan.seed, .seconds(120))
        _ = try await cluster.perform(.up(options))
        tell(.ready(took: ContinuousClock.now - start))
        var ledger = ChaosLedger()
        for (index, round) in plan.rounds.enumerated() {
            let faults = round.faults.map(\.description)
            do {
                let before = ledger.acknowledged.count
                try await disturb(cluster, round, &ledger)
                let took = try await heal(cluster, ledger)
                outcome.heals.append(took)
                outcome.faults += round.faults.count
                tell(
                    .round(
                        index + 1, of: plan.rounds.count, faults: faults, sent: ledger.acknowledged.count - before,
                        heal: took))
            } catch let failure as StepFailure {
                // Whoever ends the run makes its step fail.
                try Task.checkCancellation()
                outcome.failure = failure
                let tails = await cluster.tails(Self.tailLength)
                tell(.failed(round: index + 1, faults: faults, failure, tails: tails))
                break
            }
            try Task.checkCancellation()
        }
        (outcome.acknowledged, outcome.unanswered) = (ledger.acknowledged.count, ledger.unanswered)
        return outcome
    }

    private func disturb(_ cluster: Cluster, _ round: ChaosRound, _ ledger: inout ChaosLedger) async throws {
        for (index, fault) in round.faults.enumerated() {
            for talk in round.talk where talk.after == index { await cluster.say(talk.from, &ledger) }
            for step in fault.steps { _ = try await cluster.perform(step) }
        }
        for talk in round.talk where talk.after == round.faults.count { await cluster.say(talk.from, &ledger) }
        try await Task.sleep(for: round.hold)
    }

    private func heal(_ cluster: Cluster, _ ledger: ChaosLedger) async throws -> Duration {
        let start = ContinuousClock.now
        try await cluster.mend()
        let all = Array(1...plan.nodes)
        try await cluster.wait(all, [.count(.online, .equal, plan.nodes), .agree, .sameHistory], limit)
        try await cluster.check(ledger, all)
        return ContinuousClock.now - start
    }
}

/// What was said in a run, and acknowledged.
struct ChaosLedger: Sendable {
    private(set) var acknowledged: [String] = []
    private(set) var unanswered = 0
    private var said = 0

    mutating func next() -> String {
        said += 1
        return "message \(said)"
    }

    mutating func acknowledge(_ text: String) { acknowledged.append(text) }
    mutating func countUnanswered() { unanswered += 1 }

    /// What is wrong with a history: acknowledged messages that are missing, and any that stand there twice.
    func problems(with texts: [String]) -> String? {
        var counts: [String: Int] = [:]
        for text in texts { counts[text, default: 0] += 1 }
        let lost = acknowledged.filter { counts[$0] == nil }
        let twice = counts.filter { $0.value > 1 }.keys.sorted()
        let words = [
            lost.isEmpty ? nil : "lost: \(lost.joined(separator: ", "))",
            twice.isEmpty ? nil : "twice: \(twice.joined(separator: ", "))",
        ]
        let text = words.compactMap(\.self).joined(separator: "; ")
        return text.isEmpty ? nil : text
    }
}

extension Cluster {
    /// Has a node say something. Only what it acknowledges counts.
    fileprivate func say(_ number: Int, _ ledger: inout ChaosLedger) async {
        guard nodes[number]?.answers == true else { return ledger.countUnanswered() }
        let text = ledger.next()
        do {
            try await call(number, "send", [.init("text", .string(text))])
            ledger.acknowledge(text)
        } catch {
            ledger.countUnanswered()
        }
    }

    /// Mends everything: lines, frozen nodes, dead nodes.
    fileprivate func mend() async throws {
        let all = nodes.keys.sorted()
        resume(all)
        try await change { $0.heal() }
        try await each(all) { cluster, number in try await cluster.launch(number) }
    }

    fileprivate func check(_ ledger: ChaosLedger, _ numbers: [Int]) async throws {
        for number in numbers {
            let node = try node(number)
            let history: [NodeView.Message]
            do {
                history = try await NodeView.history(of: node)
            } catch {
                throw StepFailure(expected: "\(node.name) shows its history", found: ["it does not answer"])
            }
            if let problem = ledger.problems(with: history.map(\.text)) {
                throw StepFailure(
                    expected: "\(node.name): every acknowledged message, once", found: ["\(node.name): \(problem)"])
            }
        }
    }
}
