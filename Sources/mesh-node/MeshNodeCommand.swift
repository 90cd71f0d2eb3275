import ArgumentParser
import ChatKit

/// The headless node and the short commands that talk to it.
@main
struct MeshNodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mesh-node",
        abstract: "A node of the mesh without a user interface, and commands to drive it.",
        discussion: """
            EXAMPLES
              mesh-node run --nick relay --invite-only
                  Runs a node; it prints one JSON line when it is ready.
              mesh-node wait --members 5 --converged --timeout 10 && mesh-node send "all here"
                  Waits until five members see the same, then says so.
              mesh-node members --json
                  Who belongs to the group, for programs.
              mesh-node id passwd
                  Puts a passphrase on the identity and the key of the history.

            EXIT CODES
              0 ok, 1 failed, 64 usage, 65 refused or bad data, 69 no node is running, 73 cannot create,
              75 timed out, 77 permissions or passphrase, 78 configuration
            """,
        version: "mesh-node \(Version.text)",
        groupedSubcommands: [
            CommandGroup(name: "Node", subcommands: [Run.self]),
            CommandGroup(name: "Identity", subcommands: [Keygen.self, Identify.self, Certificate.self]),
            CommandGroup(
                name: "Look",
                subcommands: [
                    Members.self, Links.self, Status.self, Graph.self, History.self, WhoHas.self, Events.self,
                    Wait.self,
                ]),
            CommandGroup(
                name: "Act",
                subcommands: [
                    Send.self, Direct.self, Broadcast.self, Unicast.self, Invite.self, Revoke.self, Nick.self,
                    Network.self,
                    Accept.self, Verify.self, Trust.self, Quit.self,
                ]),
        ])
}

/// Tells the user what is wrong and ends with its exit status.
func reporting(_ body: () async throws -> Void) async {
    do {
        try await body()
    } catch let error as UserError {
        StandardError.say("mesh-node: " + error.sentence)
        ProcessSetup.end(error.status)
    } catch {
        StandardError.say("mesh-node: \(error)")
        ProcessSetup.end(.failed)
    }
}
