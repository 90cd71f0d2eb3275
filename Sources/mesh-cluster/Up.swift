import ArgumentParser
import ChatKit
import ClusterKit
import Glibc
import Synchronization

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
            let interruption = Interruption()
            let signals = await StopSignals {
                interruption.isRequested.store(true, ordering: .releasing)
                client.end()
            }
            defer { withExtendedLifetime(signals) {} }
            let answer = Result { try client.ask(step) }
            // What shells say of a program that SIGINT ended: 128 + 2.
            if interruption.isRequested.load(ordering: .acquiring) { Glibc.exit(130) }
            let status = try answer.get()
            // What did not come up whole is of no use to anybody.
            guard status == .ok else {
                client.end()
                ProcessSetup.end(status)
            }
            ProcessSetup.end(try client.ask(["ps"]))
        }
    }

    private var step: [String] {
        ["up", count] + (open ? ["--open"] : []) + (closed ? ["--closed"] : [])
            + (topology.map { ["--topology", $0] } ?? []) + (seedRng.map { ["--seed-rng", $0] } ?? [])
    }
}

/// Set once, by a signal.
private final class Interruption: Sendable {
    let isRequested = Atomic(false)
}

extension KeeperClient {
    /// Has one step done and prints what it says.
    func ask(_ words: [String]) throws(UserError) -> ExitStatus {
        try perform(words, print: { print($0) }, say: { StandardError.say("mesh-cluster: " + $0) })
    }

    /// Ends the cluster, if it is still there.
    fileprivate func end() { _ = try? perform(["down"], print: { _ in }, say: { _ in }) }
}
