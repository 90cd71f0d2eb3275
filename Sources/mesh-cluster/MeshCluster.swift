import ArgumentParser
import ChatKit
import ClusterKit

/// Scripted clusters of real nodes on one machine.
@main
struct MeshCluster: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mesh-cluster",
        abstract: "Clusters of real nodes on this machine: brought up, broken on purpose, checked.",
        version: "mesh-cluster \(Version.text)",
        subcommands: [RunScenarios.self])
}

/// Tells the user what is wrong and ends with its exit status.
func reporting(_ body: () async throws -> Void) async {
    do {
        try await body()
    } catch let error as UserError {
        StandardError.say("mesh-cluster: " + error.sentence)
        ProcessSetup.end(error.status)
    } catch {
        StandardError.say("mesh-cluster: \(error)")
        ProcessSetup.end(.failed)
    }
}
