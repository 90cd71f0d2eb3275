import ArgumentParser
import ChatKit
import ClusterKit
import Glibc

/// `mesh-cluster keep`: the process that `up` starts.
struct Keep: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keep", abstract: "Keep a cluster until it is told to end.", shouldDisplay: false)

    @Argument(help: "The cluster's name.")
    var name: String

    @OptionGroup var options: NodeOptions

    func run() async throws {
        do {
            let settings = try options.settings()
            ProcessSetup.harden()
            let keeper = Keeper(Cluster(try ClusterFolder(name), settings), name: name)
            let task = Task {
                try await keeper.serve { tell(KeeperClient.ready) }
            }
            let signals = await StopSignals { task.cancel() }
            try await task.value
            withExtendedLifetime(signals) {}
        } catch let error as UserError {
            tell("\(error.status.rawValue) \(error.sentence)")
            ProcessSetup.end(error.status)
        }
    }

    private func tell(_ line: String) {
        print(line)
        fflush(nil)
    }
}
