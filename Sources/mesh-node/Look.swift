import ArgumentParser
import ChatKit

struct Members: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the members, this node included.")
    @OptionGroup var client: ClientOptions
    func run() async throws { await client.call("members") }
}

struct Links: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List this node's links.")
    @OptionGroup var client: ClientOptions
    func run() async throws { await client.call("links") }
}

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show this node at a glance.",
        discussion: """
            EXAMPLES
              mesh-node status --metrics > /var/lib/prometheus/node-exporter/mesh.prom
                  Counters, links, phi and prekeys for the textfile collector.
            """)
    @OptionGroup var client: ClientOptions
    @Flag(help: "Everything that can be measured, as text for Prometheus.") var metrics = false

    func validate() throws {
        guard !metrics || !client.json else {
            throw ValidationError("--metrics and --json are two formats; choose one")
        }
    }

    func run() async throws {
        if metrics { await client.printMetrics() } else { await client.call("status") }
    }
}

struct Graph: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show who is linked with whom.")
    @OptionGroup var client: ClientOptions
    func run() async throws { await client.call("graph") }
}

struct WhoHas: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "who-has", abstract: "Tell who has a message of this node, and who is behind.")
    @OptionGroup var client: ClientOptions

    @Argument(
        help: ArgumentHelp(
            "Counted back from the newest message, which is 1; or the id of a message.", valueName: "COUNT|ID"))
    var message = "1"

    func run() async throws {
        let field = Int(message).map { JSON.Member("last", JSON($0)) } ?? JSON.Member("id", .string(message))
        await client.call("who-has", [field])
    }
}

struct Events: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print events as they happen, until the node ends.")
    @OptionGroup var client: ClientOptions

    @Option(help: ArgumentHelp("Only events of this type. May be given several times.", valueName: "TYPE"))
    var type: [String] = []

    func run() async throws { await client.follow(type) }
}

struct Wait: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Wait until all that is asked for holds at once; exit code 75 when it takes too long.")
    @OptionGroup var client: ClientOptions

    @Option(help: ArgumentHelp("At least so many members.", valueName: "COUNT"))
    var members: UInt32?

    @Option(help: ArgumentHelp("At least so many members in reach, this node included.", valueName: "COUNT"))
    var online: UInt32?

    @Option(help: ArgumentHelp("At least so many links.", valueName: "COUNT"))
    var links: UInt32?

    @Option(help: ArgumentHelp("At least so many messages in the history.", valueName: "COUNT"))
    var messages: UInt32?

    @Flag(help: "Every direct peer sees the same as this node.")
    var converged = false

    @Option(help: ArgumentHelp("This node's view has this hash.", valueName: "HASH"))
    var stateHash: String?

    @Option(help: ArgumentHelp("Give up after so many seconds.", valueName: "SECONDS"))
    var timeout: Double?

    mutating func validate() throws {
        if let timeout, !(0...1e9).contains(timeout) {
            throw ValidationError("--timeout must be a number of seconds from 0 on")
        }
    }

    func run() async throws {
        let counts = [("members", members), ("online", online), ("links", links), ("messages", messages)]
        var fields = counts.compactMap { name, count in count.map { JSON.Member(name, JSON(Int($0))) } }
        if converged { fields.append(.init("converged", .bool(true))) }
        if let stateHash { fields.append(.init("stateHash", .string(stateHash))) }
        if let timeout { fields.append(.init("timeoutMs", JSON(Int(timeout * 1_000)))) }
        await client.call("wait", fields)
    }
}
