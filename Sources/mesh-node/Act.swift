import ArgumentParser
import ChatKit

struct Send: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Send a message to the group.")
    @OptionGroup var client: ClientOptions
    @Argument(help: ArgumentHelp("What to say.", valueName: "TEXT")) var text: String
    func run() async throws { await client.call("send", [.init("text", .string(text))]) }
}

struct Direct: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dm", abstract: "Send a message that only one member can read.")
    @OptionGroup var client: ClientOptions
    @Argument(help: ArgumentHelp("A nick that only one member has, or a key.", valueName: "NICK|KEY")) var to: String
    @Argument(help: ArgumentHelp("What to say.", valueName: "TEXT")) var text: String
    func run() async throws { await client.call("dm", [.init("to", .string(to)), .init("text", .string(text))]) }
}

struct Broadcast: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Send application bytes to everybody: signed, not sealed end to end.")
    @OptionGroup var client: ClientOptions
    @Argument(help: ArgumentHelp("What to send, as text.", valueName: "TEXT")) var text: String
    func run() async throws {
        await client.call("broadcast", [.init("data", .string(Base64.encode(Array(text.utf8))))])
    }
}

struct Unicast: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Send application bytes to one member: signed, not sealed end to end.")
    @OptionGroup var client: ClientOptions
    @Argument(help: ArgumentHelp("A nick that only one member has, or a key.", valueName: "NICK|KEY")) var to: String
    @Argument(help: ArgumentHelp("What to send, as text.", valueName: "TEXT")) var text: String
    func run() async throws {
        let data = JSON.Member("data", .string(Base64.encode(Array(text.utf8))))
        await client.call("unicast", [.init("to", .string(to)), data])
    }
}

struct Invite: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Let a key in, for good.")
    @OptionGroup var client: ClientOptions
    @Argument(help: ArgumentHelp("64 hex digits.", valueName: "KEY")) var key: String
    func run() async throws { await client.call("invite", [.init("key", .string(key))]) }
}

struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Put a key out, for good: there is no way back.")
    @OptionGroup var client: ClientOptions
    @Argument(help: ArgumentHelp("64 hex digits.", valueName: "KEY")) var key: String

    @Flag(help: "Only show who would fall with it.")
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "The newest operation of the key that stays honoured. May be given several times; default: all known.",
            valueName: "OPERATION"))
    var frontier: [String] = []

    func run() async throws {
        var fields: [JSON.Member] = [.init("key", .string(key))]
        if dryRun { fields.append(.init("dryRun", .bool(true))) }
        if !frontier.isEmpty { fields.append(.init("frontier", .array(frontier.map(JSON.string)))) }
        await client.call("revoke", fields)
    }
}

struct Nick: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Change the name that others see.")
    @OptionGroup var client: ClientOptions
    @Argument(help: ArgumentHelp("1 to 32 characters.", valueName: "NICK")) var nick: String
    func run() async throws { await client.call("nick", [.init("nick", .string(nick))]) }
}

struct Network: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Found a network (new), found it anew with its present members (refound), or leave it (forget).")
    enum Action: String, ExpressibleByArgument, CaseIterable { case new, refound, forget }

    @OptionGroup var client: ClientOptions
    @Argument(help: "new, refound or forget.") var action: Action
    @Argument(help: ArgumentHelp("The name of a new network.", valueName: "NAME")) var name: String?

    mutating func validate() throws {
        guard name == nil || action == .new else { throw ValidationError("only a new network gets a name") }
    }

    func run() async throws {
        let fields =
            [JSON.Member("action", .string(action.rawValue))] + (name.map { [.init("name", .string($0))] } ?? [])
        await client.call("network", fields)
    }
}

struct Accept: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Join the network that this member offers.")
    @OptionGroup var client: ClientOptions
    @Argument(help: ArgumentHelp("The member's key, 64 hex digits.", valueName: "KEY")) var key: String
    func run() async throws { await client.call("accept", [.init("key", .string(key))]) }
}

struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the number to compare by voice; --mark remembers that you did.")
    @OptionGroup var client: ClientOptions
    @Argument(help: ArgumentHelp("64 hex digits.", valueName: "KEY")) var key: String
    @Flag(help: "The numbers were equal.") var mark = false
    func run() async throws {
        await client.call("verify", [.init("key", .string(key))] + (mark ? [.init("mark", .bool(true))] : []))
    }
}

struct Trust: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "A new key behind a known nick is really theirs.")
    @OptionGroup var client: ClientOptions
    @Argument(help: ArgumentHelp("64 hex digits.", valueName: "KEY")) var key: String
    func run() async throws { await client.call("trust", [.init("key", .string(key))]) }
}

struct Quit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Say goodbye to the peers and end the node.")
    @OptionGroup var client: ClientOptions
    func run() async throws { await client.call("quit") }
}
