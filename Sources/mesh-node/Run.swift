import ArgumentParser
import ChatKit

/// `mesh-node run`.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a node until it is told to quit.",
        discussion: """
            Prints one JSON line, "ready", on standard output and nothing else. Commands come over the control socket, \
            in JSON lines or from the other commands of mesh-node.
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        help: ArgumentHelp(
            "The control socket. Default: $XDG_RUNTIME_DIR/mesh-chat/PROFILE.sock, or in the state folder.",
            valueName: "PATH"))
    var control: String?

    @Flag(help: "Accepted for symmetry: the output is JSON in any case.")
    var json = false

    @Flag(help: "For test clusters: whoever may write to the control socket can cut and slow this node's links.")
    var enableFaults = false

    @Option(help: ArgumentHelp("What is wrong with the links from the start on, as a JSON list.", valueName: "JSON"))
    var faults: String?

    mutating func validate() throws {
        guard faults == nil || enableFaults else { throw ValidationError("--faults goes with --enable-faults") }
        guard !common.ephemeral || control != nil else {
            throw ValidationError("--ephemeral has no profile to put its socket in; name one with --control PATH")
        }
    }

    func run() async throws {
        ProcessSetup.harden()
        await reporting {
            var plan = try SessionPlan(common)
            if enableFaults { try plan.enableFaults(faults ?? "[]") }
            let socket = control ?? plan.profile?.controlSocket ?? ""
            let session = try await ChatSession.start(plan) { StandardError.say($0) }
            ProcessSetup.end(await HeadlessNode.run(session, control: socket))
        }
    }
}
