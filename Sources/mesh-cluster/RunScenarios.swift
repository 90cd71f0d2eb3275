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
            if options.hosts == .netns { try NetworkNamespaces.enter(Array(CommandLine.arguments.dropFirst())) }
            ProcessSetup.harden()
            let printsJSON = json
            let (passed, failed) = try await interruptible {
                try await ScenarioSuite(scenarios, settings: settings) { event in
                    printsJSON ? print(event.json.line) : RunReport.lines(event).forEach { print($0) }
                    fflush(nil)
                }.play()
            }
            print(RunReport.total(passed: passed, failed: failed, isJSON: json))
            ProcessSetup.end(failed == 0 ? .ok : .failed)
        }
    }
}
