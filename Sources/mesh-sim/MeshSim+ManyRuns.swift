import ArgumentParser
import MeshSimulator

// Many seeds.
extension MeshSim {
    func play(_ scenario: Scenario, runs: Int, unless interrupt: Interrupt) throws {
        if let tally { try TallyFile.check(tally) }
        let nodes = nodeCount(of: scenario)
        let kind: @Sendable (UInt64) -> World.CryptographyKind = { [crypto] seed in
            crypto ?? Chaos.cryptography(of: seed, nodes: nodes)
        }
        let batch = Batch(
            scenario: scenario, seeds: seed..<seed + UInt64(runs),
            options: { [self] seed in options(for: scenario, seed: seed, crypto: kind(seed)) }, interrupt: interrupt)
        let progress = Progress()
        let summary = batch.run(progress) { [self] report in
            progress.finish()
            Notice.say("FAILED: seed \(report.seed): \(report.failures.first ?? "")")
            Notice.say("Again: " + command(for: scenario, seed: report.seed, crypto: kind(report.seed)))
        }
        progress.finish()
        if let tally { try TallyFile.add(summary, to: tally) }
        if json { print(summary.json) } else { summary.lines.forEach { print($0) } }
        if interrupt.isRequested { throw ExitCode(Interrupt.status) }
        if summary.failed > 0 { throw ExitCode.failure }
    }
}
