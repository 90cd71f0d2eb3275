import ArgumentParser
import MeshSimulator

// One seed, looked at closely.
extension MeshSim {
    func play(_ scenario: Scenario, unless interrupt: Interrupt) throws {
        let options = options(for: scenario, seed: seed, crypto: crypto)
        let progress = Progress()
        let stage = scenario.run(options) { stage in
            progress.update { Self.words(about: stage, progress) }
            return !interrupt.isRequested
        }
        stage.report.wallSeconds = progress.wallSeconds
        progress.finish()
        if trace > 0 {
            for line in stage.world.trace.columns(last: trace) { json ? Notice.say(line) : print(line) }
        }
        if let svg { try OutputFile.write(stage.picture, to: svg) }
        if !json {
            stage.report.lines(stoppedIn: stage.isStopped ? stage.chapter : nil).forEach { print($0) }
        }
        if !stage.report.passed, !stage.isStopped { explain(stage.report, of: scenario) }
        if json { print(stage.report.json) }
        if stage.isStopped { throw ExitCode(Interrupt.status) }
        if !stage.report.passed { throw ExitCode.failure }
    }

    static func words(about stage: Stage, _ progress: Progress) -> String {
        let seconds = Int(stage.world.elapsed / .seconds(1))
        return "\(stage.report.scenario), \(stage.options.nodes) nodes: \(stage.chapter), \(seconds) s simulated, "
            + progress.speed(Double(seconds))
    }

    /// What went wrong, how to see it again, and what happened just before.
    private func explain(_ report: Report, of scenario: Scenario) {
        for failure in report.failures { Notice.say("FAILED: \(failure)") }
        Notice.say("Again: " + command(for: scenario, seed: seed, crypto: crypto))
        let progress = Progress()
        let trace = FailureTrace(of: scenario, options(for: scenario, seed: seed, crypto: crypto)) { stage in
            progress.update { "playing it again: " + Self.words(about: stage, progress) }
        }
        progress.finish()
        trace.lines.forEach(Notice.say)
    }
}
