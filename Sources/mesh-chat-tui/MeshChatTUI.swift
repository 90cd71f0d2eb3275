import ArgumentParser
import ChatKit
import Dispatch
import Mesh
import MeshCore
import Synchronization
import TerminalUI

/// The chat on a whole screen.
@main
struct MeshChatTUI: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mesh-chat-tui",
        abstract: "Encrypted chat between the members of a small group, without a server, on a whole terminal.",
        discussion: """
            The first start asks four questions. F1 lists commands and keys. mesh-chat takes the same commands line by \
            line, for screen readers and scripts.

            EXAMPLES
              mesh-chat-tui
                  Alice starts, and hands the line that F4 shows to Bob.
              mesh-chat-tui --profile work --seed 3f1c...e2@alice.example.org:9000
                  Bob joins with an identity of its own for work, once Alice has invited his key (F2).
              mesh-chat-tui --ephemeral --nick guest --no-discovery --port 0
                  A throw-away identity; nothing is read or written.

            EXIT CODES
              0 ok, 1 failed, 64 usage, 65 bad data, 73 cannot create, 77 permissions or passphrase, 78 configuration
            """,
        version: "mesh-chat-tui \(Version.text)")

    @OptionGroup var common: CommonOptions

    @Flag(help: "Draw with ASCII signs only.")
    var ascii = false

    func run() {
        ProcessSetup.harden()
        CursesTerminal.prepare()
        do {
            try start()
            ProcessSetup.end(.ok)
        } catch {
            StandardError.say("mesh-chat-tui: " + error.sentence)
            ProcessSetup.end(error.status)
        }
    }

    private func start() throws(UserError) {
        try TerminalKind.check(.current)
        var common = common
        // Who talks over this client talks in a closed network, as the original does.
        common.inviteOnly = true
        var plan = try SessionPlan(common)
        var keys = try keyMap(plan)
        var terminal: CursesTerminal?
        if plan.isFirstStart {
            let screen = try openTerminal()
            guard let answers = askQuestions(screen, plan) else { return }
            try plan.profile.map { profile throws(UserError) in try answers.write(profile) }
            plan = try SessionPlan(common)
            keys = try keyMap(plan)
            terminal = screen
        }
        let mailbox = Mailbox()
        let session = try Waiting.result { [plan] () async throws in
            try await ChatSession.start(plan) { mailbox.post(.said($0)) }
        }
        let screen: CursesTerminal
        if let terminal { screen = terminal } else { screen = try openTerminal() }
        chat(screen, mailbox, session, plan, keys)
    }

    private func keyMap(_ plan: SessionPlan) throws(UserError) -> KeyMap {
        do {
            return try KeyMap(plan.screen)
        } catch {
            throw error.orWithoutConfig
        }
    }

    private func openTerminal() throws(UserError) -> CursesTerminal {
        try CursesTerminal(
            usesColours: Environment.current["NO_COLOR"] == nil && !common.noColor, usesASCII: ascii)
    }

    /// Nil when the user left.
    private func askQuestions(_ terminal: CursesTerminal, _ plan: SessionPlan) -> SetupAnswers? {
        let suggested = SetupAnswers(
            nick: plan.config.nick ?? "", seed: plan.config.seedPeers.first, listen: plan.config.bindAddress,
            searches: plan.config.discovers)
        var wizard = Wizard(
            place: plan.profile?.identityFile ?? "memory", suggested: suggested, size: terminal.size,
            addresses: MeshConfig.reachable)
        var loop = EventLoop(terminal, Mailbox())
        loop.run(&wizard) { _ in }
        return wizard.answers
    }

    private func chat(
        _ terminal: CursesTerminal, _ mailbox: Mailbox, _ session: ChatSession, _ plan: SessionPlan, _ keys: KeyMap
    ) {
        let runner = ChatRunner(session, mailbox)
        Task { await runner.start() }
        var model = ChatModel(
            selfID: session.node.publicKey, contact: session.ownAddress.contact,
            listening: session.node.listening.description, hasSeedPeers: session.hasSeedPeers, size: terminal.size,
            traits: terminal.traits, now: TimeText.now, keys: keys, notifyOn: plan.screen.notifyOn)
        var loop = EventLoop(terminal, mailbox, plan.screen)
        loop.run(&model) { runner.perform($0) }
        terminal.close()
        // The node says goodbye to its peers, for at most 3 s.
        _ = try? Waiting.result { () async throws in await session.node.shutdown() }
    }
}

/// The main thread waits for what runs on others: it has nothing else to do before the screen is up and after.
enum Waiting {
    static func result<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws(UserError) -> Value
    {
        let done = DispatchSemaphore(value: 0)
        let result = Mutex<Result<Value, UserError>?>(nil)
        Task {
            let outcome: Result<Value, UserError>
            do {
                outcome = .success(try await body())
            } catch let error as UserError {
                outcome = .failure(error)
            } catch {
                outcome = .failure(UserError(.failed, "\(error)"))
            }
            result.withLock { $0 = outcome }
            done.signal()
        }
        done.wait()
        guard let outcome = result.withLock({ $0 }) else { throw UserError(.failed, "the node could not start") }
        return try outcome.get()
    }
}
