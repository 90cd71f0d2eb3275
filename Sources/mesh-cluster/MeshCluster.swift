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
        groupedSubcommands: [
            CommandGroup(name: "Clusters", subcommands: [Up.self, Down.self, Processes.self, Logs.self]),
            CommandGroup(name: "Stories", subcommands: [RunScenarios.self, Chaos.self]),
            CommandGroup(
                name: "Nodes",
                subcommands: [
                    Start.self, Kill.self, Stop.self, Continue.self, Pause.self, Restart.self, Execute.self,
                    Certificates.self, Keep.self,
                ]),
            CommandGroup(
                name: "Group", subcommands: [Send.self, Direct.self, Invite.self, Revoke.self]),
            CommandGroup(name: "Network", subcommands: [Cut.self, Net.self, Hide.self, Heal.self]),
            CommandGroup(
                name: "Look",
                subcommands: [Members.self, Links.self, Status.self, Graph.self, Wait.self, Expect.self]),
        ])
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
