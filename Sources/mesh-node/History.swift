import ArgumentParser
import ChatKit

/// `mesh-node history`.
struct History: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what was said; check, mend or shorten what is kept on disk.",
        discussion: """
            Without a subcommand it shows what was said, in causal order.

            EXAMPLES
              mesh-node history --since 5000 --limit 100 --json
                  The first hundred messages from index 5,000 on, as JSON.
              mesh-node history prune --older-than 30d
                  Erases what came more than thirty days ago. It does not come back from others.
              mesh-node history clear --yes
                  The same of all messages of a node that runs.
              mesh-node history check || mesh-node history repair
                  After a disk has failed.
            """,
        subcommands: [
            ShowHistory.self, ClearHistory.self, PruneHistory.self, CheckHistory.self, RepairHistory.self,
        ],
        defaultSubcommand: ShowHistory.self)
}

/// `mesh-node history show`, which is `mesh-node history`.
struct ShowHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show what was said, in causal order.")
    @OptionGroup var client: ClientOptions

    @Option(help: ArgumentHelp("Only messages whose index is at least this.", valueName: "INDEX"))
    var since: UInt32 = 0

    @Option(help: ArgumentHelp("At most so many messages.", valueName: "COUNT"))
    var limit: UInt32 = 1_000

    func run() async throws {
        await client.call("history", [.init("since", JSON(Int(since))), .init("limit", JSON(Int(limit)))])
    }
}

/// `mesh-node history clear`.
struct ClearHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clear", abstract: "Erase all messages of the running node, in memory and on disk, for good.",
        discussion: "They count as had and do not come back. Other members keep theirs.")
    @OptionGroup var client: ClientOptions
    @Flag(help: "Do it: nothing brings them back.") var yes = false

    func validate() throws {
        guard yes else { throw ValidationError("this erases all messages here, for good; say --yes") }
    }

    func run() async throws { await client.call("clear") }
}

/// `mesh-node history prune`.
struct PruneHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune", abstract: "Erase old messages of a profile from the disk, for good.",
        discussion: """
            What was erased counts as had: it is neither asked for again nor given to others. The setting history.keep \
            does the same each hour. No program may use the profile meanwhile; of a node that runs, mesh-node history clear \
            erases all.
            """)
    @OptionGroup var profile: ProfileOptions
    @OptionGroup var passphrase: PassphraseOptions

    @Option(help: ArgumentHelp("Messages that came longer ago than this: 30d, 12h, 2w.", valueName: "AGE"))
    var olderThan: String?

    @Flag(help: "All messages.")
    var all = false

    func validate() throws {
        guard all != (olderThan != nil) else { throw ValidationError("say either --older-than AGE or --all") }
        if let olderThan, Age(olderThan)?.duration == nil {
            throw ValidationError("--older-than takes a number and m, h, d or w, like 30d")
        }
    }

    func run() async throws {
        ProcessSetup.harden()
        await reporting {
            let age = olderThan.flatMap { Age($0)?.milliseconds }
            let count = try HistoryFile.prune(profile.resolve(), passphrase.source, olderThan: age)
            print("\(count) messages erased")
        }
    }
}

/// `mesh-node history check`.
struct CheckHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Read every row on the disk; exit code 65 when something is damaged.")
    @OptionGroup var profile: ProfileOptions
    @OptionGroup var passphrase: PassphraseOptions

    func run() async throws {
        ProcessSetup.harden()
        await reporting {
            let problems = try HistoryFile.check(profile.resolve(), passphrase.source)
            for problem in problems { print(problem) }
            guard problems.isEmpty else {
                throw UserError(.badData, "the history is damaged; mesh-node history repair keeps what can be read")
            }
            print("ok")
        }
    }
}

/// `mesh-node history repair`.
struct RepairHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repair", abstract: "Copy what can be read of a damaged history into a new file.")
    @OptionGroup var profile: ProfileOptions
    @OptionGroup var passphrase: PassphraseOptions

    func run() async throws {
        ProcessSetup.harden()
        await reporting {
            let profile = try profile.resolve()
            let (kept, lost) = try HistoryFile.repair(profile, passphrase.source)
            print("\(kept) rows kept, \(lost) lost")
            StandardError.say(
                "the damaged file is kept beside the new one; it still holds old keys, so delete it when you are "
                    + "content: rm \(profile.storeFile).damaged-*")
        }
    }
}
