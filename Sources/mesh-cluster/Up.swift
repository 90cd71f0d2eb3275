import ArgumentParser
import ChatKit
import ClusterKit

/// `mesh-cluster up`.
struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring up nodes 1 to N; they go on until down.",
        discussion: """
            EXAMPLES
              mesh-cluster up 5
              mesh-cluster up 8 --open --topology lan --hosts netns
              mesh-cluster up 3 --cluster other --tls off --seed-rng 42
            """)

    @Argument(help: ArgumentHelp("How many nodes.", valueName: "N"))
    var count: String

    @Option(help: ArgumentHelp("A name, to have several clusters side by side.", valueName: "NAME"))
    var cluster: String?

    @OptionGroup var options: NodeOptions

    @Flag(help: "An open network, where nobody needs an invitation.")
    var open = false

    @Flag(help: "A closed network (default): node1 founds it and invites the others.")
    var closed = false

    @Option(help: ArgumentHelp("Who dials whom first: star, chain, random, lan.", valueName: "SHAPE"))
    var topology: String?

    @Option(help: ArgumentHelp("Draw identities and topology from this seed.", valueName: "S"))
    var seedRng: String?

    func run() async throws {
        await reporting {
            let name = cluster ?? Environment.current["MESH_CLUSTER"] ?? KeeperClient.defaultName
            _ = try options.settings()
            let client = KeeperClient(cluster: name)
            try client.check(step)
            if options.hosts == .netns { try NetworkNamespaces.check() }
            let prefix = options.hosts == .netns ? NetworkNamespaces.prefix : []
            try await KeeperClient.start(name, prefix: prefix, options: options.flags)
            let status = try client.perform(step) {
                print($0)
            } say: {
                StandardError.say("mesh-cluster: " + $0)
            }
            // What did not come up whole is of no use to anybody.
            guard status == .ok else {
                _ = try? client.perform(["down"]) { _ in
                } say: { _ in
                }
                ProcessSetup.end(status)
            }
            ProcessSetup.end(
                try client.perform(["ps"]) {
                    print($0)
                } say: {
                    StandardError.say($0)
                })
        }
    }

    private var step: [String] {
        ["up", count] + (open ? ["--open"] : []) + (closed ? ["--closed"] : [])
            + (topology.map { ["--topology", $0] } ?? []) + (seedRng.map { ["--seed-rng", $0] } ?? [])
    }
}
