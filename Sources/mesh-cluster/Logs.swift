import ArgumentParser
import ChatKit
import ClusterKit

/// `mesh-cluster logs`.
struct Logs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show the end of the nodes' logs, and what comes.")

    @Flag(name: .short, help: "Go on with what is logged from now on, until Ctrl+C.")
    var follow = false

    @Option(help: ArgumentHelp("A name, to have several clusters side by side.", valueName: "NAME"))
    var cluster: String?

    @Argument(help: ArgumentHelp("Whose; default: all.", valueName: "NODES"))
    var nodes: String = "all"

    func run() async throws {
        await reporting {
            let name = cluster ?? Environment.current["MESH_CLUSTER"] ?? KeeperClient.defaultName
            try await ClusterLogs(cluster: name).show(nodes, follows: follow)
        }
    }
}
