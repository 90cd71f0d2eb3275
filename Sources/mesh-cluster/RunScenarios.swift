import ArgumentParser
import ChatKit
import ClusterKit
import Glibc

/// `mesh-cluster run`.
struct RunScenarios: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Play scenarios, each in a cluster of its own, and say which came true.")

    @Argument(help: ArgumentHelp("Scenario files.", valueName: "FILE"))
    var files: [String]

    @OptionGroup var options: NodeOptions

    @Flag(help: "One JSON object a line instead of text.")
    var json = false

    func run() async throws {
        await reporting {
            let scenarios = try files.map { try ScenarioFile.read($0) }
            let settings = try options.settings()
            ProcessSetup.harden()
            let printsJSON = json
            let task = Task {
                try await ScenarioSuite(scenarios, settings: settings) { event in
                    printsJSON ? print(event.json.line) : RunReport.lines(event).forEach { print($0) }
                    fflush(nil)
                }.play()
            }
            let signals = await StopSignals { task.cancel() }
            let (passed, failed): (Int, Int)
            do {
                (passed, failed) = try await task.value
            } catch is CancellationError {
                StandardError.say("mesh-cluster: interrupted; everything is ended")
                // What shells say of a program that SIGINT ended: 128 + 2.
                Glibc.exit(130)
            }
            withExtendedLifetime(signals) {}
            print(RunReport.total(passed: passed, failed: failed))
            ProcessSetup.end(failed == 0 ? .ok : .failed)
        }
    }
}
