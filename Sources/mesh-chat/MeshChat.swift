import ArgumentParser
import ChatKit

/// The line mode: for people at a plain terminal or a screen reader, and with `--json` for programs.
@main
struct MeshChat: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mesh-chat",
        abstract: "Encrypted chat between the members of a small group, without a server.",
        discussion: """
            Each line of standard input is a message to the group; /help lists the commands.

            EXAMPLES
              mesh-chat --nick alice --invite-only
                  Alice starts. She hands the line "For a friend" to Bob.
              mesh-chat --nick bob --invite-only --seed 3f1c...e2@alice.example.org:9000
                  Bob joins, once Alice has typed /invite with his key.
              echo "backup done" | mesh-chat --profile server
                  A script says something and leaves when a member has it.
              mesh-chat --json
                  JSON lines in and out, for programs.

            EXIT CODES
              0 ok, 1 failed, 64 usage, 65 bad data, 73 cannot create, 75 timed out, 77 permissions or passphrase,
              78 configuration
            """,
        version: "mesh-chat \(Version.text)")

    @OptionGroup var common: CommonOptions

    @Flag(help: "Speak JSON lines on standard input and output.")
    var json = false

    func run() async throws {
        ProcessSetup.harden()
        do {
            let session = try await ChatSession.start(SessionPlan(common)) { StandardError.say($0) }
            ProcessSetup.end(json ? await runJSON(session) : await runText(session))
        } catch let error as UserError {
            StandardError.say("mesh-chat: " + error.sentence)
            ProcessSetup.end(error.status)
        }
    }

    private func runJSON(_ session: ChatSession) async -> ExitStatus {
        let chat = JSONChat(session, StandardOutput())
        return await ChatRun.run(session, greet: chat.greet, show: chat.show) { await chat.readLines(StandardInput()) }
    }

    private func runText(_ session: ChatSession) async -> ExitStatus {
        let chat = TextChat(
            session, .standard(StandardOutput()), isStyled: StandardOutput.takesColours && !common.noColor)
        return await ChatRun.run(session, greet: chat.greet, show: chat.show) { await chat.readLines(StandardInput()) }
    }
}
