import ArgumentParser
import ChatKit
import ClusterKit
import Glibc

/// `mesh-cluster chaos`.
struct Chaos: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Break a cluster at random, mend it, and check that nothing that was acknowledged is lost.",
        discussion: """
            The same seed draws the same faults; what real processes make of them varies with the machine.

            EXAMPLES
              mesh-cluster chaos --nodes 12 --faults 200 --rng-seed 7
            """)

    @Option(help: ArgumentHelp("How many nodes.", valueName: "N"))
    var nodes = 12

    @Option(help: ArgumentHelp("How many faults.", valueName: "F"))
    var faults = 200

    @Option(help: ArgumentHelp("What the faults are drawn from (default: a new one).", valueName: "S"))
    var rngSeed: UInt64?

    /// Of a link that breaks again and again the others hear only when it has held, which is up to a minute
    /// (`TopologyRules.longestHold`); until then some see its node offline.
    @Option(help: ArgumentHelp("After a heal all must agree within so many seconds.", valueName: "SECONDS"))
    var within = 90

    @OptionGroup var options: NodeOptions

    @Flag(help: "One JSON object a line instead of text.")
    var json = false

    func validate() throws {
        guard (2...100).contains(nodes) else { throw ValidationError("--nodes must be from 2 to 100") }
        guard (1...100_000).contains(faults) else { throw ValidationError("--faults must be from 1 to 100000") }
        guard (1...3_600).contains(within) else { throw ValidationError("--within must be from 1 to 3600 seconds") }
    }

    func run() async throws {
        await reporting {
            let settings = try options.settings()
            if options.hosts == .netns { try NetworkNamespaces.enter(Array(CommandLine.arguments.dropFirst())) }
            ProcessSetup.harden()
            // Beyond six digits nobody types a seed again.
            let plan = ChaosPlan(nodes: nodes, faults: faults, seed: rngSeed ?? .random(in: 1...999_999))
            let report = ChaosReport(plan, isJSON: json) { line in
                print(line)
                fflush(nil)
            }
            let (limit, name) = (within, "chaos-\(getpid())")
            let outcome = try await interruptible {
                let cluster = Cluster(try ClusterFolder(name), settings)
                return try await ChaosRun(plan, limit: .seconds(limit)) { report.tell($0) }.play(in: cluster)
            }
            report.end(outcome)
            ProcessSetup.end(outcome.failure == nil ? .ok : .failed)
        }
    }
}

/// Runs something that ends a cluster in any case; Ctrl+C ends it early, and the program with what shells say of one
/// that SIGINT ended: 128 + 2.
func interruptible<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
    let task = Task { try await body() }
    let signals = await StopSignals { task.cancel() }
    do {
        let value = try await task.value
        withExtendedLifetime(signals) {}
        return value
    } catch is CancellationError {
        StandardError.say("mesh-cluster: interrupted; everything is ended")
        exit(130)
    }
}
