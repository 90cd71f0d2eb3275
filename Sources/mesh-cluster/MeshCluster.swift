import ArgumentParser
import ChatKit
import ClusterKit

/// Scripted clusters of real nodes on one machine.
@main
struct MeshCluster: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mesh-cluster",
        abstract: "Clusters of real nodes on this machine: brought up, broken on purpose, checked.",
        discussion: """
            Nodes are called node1 to nodeN. What can be told to a cluster can also stand in a scenario, a line for each step.

            EXAMPLES
              mesh-cluster up 5
                  Five nodes, closed, over TLS; they go on until: mesh-cluster down
              mesh-cluster cut node1,node2 / node3..5 && mesh-cluster wait node1 online = 2
                  Parts them and waits until it is noticed.
              mesh-cluster exec node3 -- status --json
                  Any command of mesh-node on a node.
              mesh-cluster run scripts/scenarios/*.mesh
                  Plays stories and ends with 1 when one does not come true.
              mesh-cluster chaos --nodes 12 --faults 200
                  Random faults; nothing that was acknowledged may be lost.

            EXIT CODES
              0 ok, 1 failed, 64 usage, 65 bad scenario, 69 no cluster or node is running, 73 cannot create, 75 timed out,
              77 not root, 130 interrupted
            """,
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
