import ArgumentParser
import ChatKit
import ClusterKit

/// A command that is a step of a scenario as well: its words are read by the same reader.
protocol StepCommand: AsyncParsableCommand {
    static var verb: String { get }
    var words: [String] { get }
}

extension StepCommand {
    func run() async throws {
        await reporting {
            var line = try ClusterWords(words)
            let own = line.words.prefix { $0 != "--" }
            if own.contains("--help") || own.contains("-h") {
                print(Self.helpMessage())
                return
            }
            // A scenario must say how long; whoever sits in front of it can interrupt.
            if Self.verb == "wait", !line.words.contains("within") { line.words += ["within", "60s"] }
            ProcessSetup.end(try KeeperClient(cluster: line.cluster).ask([Self.verb] + line.words))
        }
    }
}

/// Words of a step, with `--cluster NAME` taken out from before any `--`.
struct ClusterWords {
    var words: [String]
    let cluster: String

    init(_ words: [String]) throws(UserError) {
        var words = words
        let end = words.firstIndex(of: "--") ?? words.endIndex
        var name = Environment.current["MESH_CLUSTER"] ?? KeeperClient.defaultName
        if let index = words[..<end].firstIndex(of: "--cluster") {
            guard index + 1 < end else { throw UserError(.usage, "--cluster says nothing") }
            name = words[index + 1]
            words.removeSubrange(index...index + 1)
        }
        (self.words, cluster) = (words, name)
    }
}

struct Start: StepCommand {
    static let verb = "start"
    static let configuration = CommandConfiguration(
        abstract: "Start new nodes.",
        usage: "mesh-cluster start NODES [--seed NODES] [--tls on|off|other] [--uninvited] [--nat] [--cluster NAME]")
    @Argument(parsing: .captureForPassthrough, help: .hidden) var words: [String] = []
}

struct Send: StepCommand {
    static let verb = "send"
    static let configuration = CommandConfiguration(
        abstract: "Have a node send.",
        usage: "mesh-cluster send NODE TEXT [--times N] [--size BYTES] [--cluster NAME]")
    @Argument(parsing: .captureForPassthrough, help: .hidden) var words: [String] = []
}

struct Direct: StepCommand {
    static let verb = "dm"
    static let configuration = CommandConfiguration(
        commandName: "dm", abstract: "Have a node send a direct message.",
        usage: "mesh-cluster dm NODE NODE TEXT [--cluster NAME]")
    @Argument(parsing: .captureForPassthrough, help: .hidden) var words: [String] = []
}

struct Invite: StepCommand {
    static let verb = "invite"
    static let configuration = CommandConfiguration(
        abstract: "Have a node invite others.",
        usage: "mesh-cluster invite NODE NODES [--cluster NAME]")
    @Argument(parsing: .captureForPassthrough, help: .hidden) var words: [String] = []
}

struct Revoke: StepCommand {
    static let verb = "revoke"
    static let configuration = CommandConfiguration(
        abstract: "Have a node revoke others.",
        usage: "mesh-cluster revoke NODE NODES [--cluster NAME]")
    @Argument(parsing: .captureForPassthrough, help: .hidden) var words: [String] = []
}

struct Kill: StepCommand {
    static let verb = "kill"
    static let configuration = CommandConfiguration(
        abstract: "End nodes, with a goodbye or without.",
        usage: "mesh-cluster kill NODES [-9] [--cluster NAME]")
    @Argument(parsing: .captureForPassthrough, help: .hidden) var words: [String] = []
}

struct Stop: StepCommand {
    static let verb = "stop"
    static let configuration = CommandConfiguration(
        abstract: "Freeze nodes (SIGSTOP).",
        usage: "mesh-cluster stop NODES [--cluster NAME]")
    @Argument(parsing: .captureForPassthrough, help: .hidden) var words: [String] = []
}

struct Continue: StepCommand {
    static let verb = "cont"
    static let configuration = CommandConfiguration(
        commandName: "cont", abstract: "Let frozen nodes go on (SIGCONT).",
        usage: "mesh-cluster cont NODES [--cluster NAME]")
    @Argument(parsing: .captureForPassthrough, help: .hidden) var words: [String] = []
}

struct Pause: StepCommand {
    static let verb = "pause"
    static let configuration = CommandConfiguration(
        abstract: "Freeze nodes for a time.",
        usage: "mesh-cluster pause NODES --for TIME [--cluster NAME]")
    @Argument(parsing: .captureForPassthrough, help: .hidden) var words: [String] = []
}

struct Restart: StepCommand {
    static let verb = "restart"
    static let configuration = CommandConfiguration(
        abstract: "Start nodes anew, after a goodbye if they run.",
        usage: "mesh-cluster restart NODES [--cluster NAME]")
    @Argument(parsing: .captureForPassthrough, help: .hidden) var words: [String] = []
}

struct Cut: StepCommand {
    static let verb = "cut"
    static let configuration = CommandConfiguration(
        abstract: "Part nodes.",
        usage: "mesh-cluster cut NODES / NODES [--one-way | --reset] [--cluster NAME]")
    @Argument(parsing: .captureForPassthrough, help: .hidden) var words: [String] = []
}

struct Hide: StepCommand {
    static let verb = "nat"
    static let configuration = CommandConfiguration(
        commandName: "nat", abstract: "Put nodes behind a NAT: they dial, nobody dials them.",
        usage: "mesh-cluster nat NODES [--cluster NAME]")
    @Argument(parsing: .captureForPassthrough, help: .hidden) var words: [String] = []
}

struct Heal: StepCommand {
    static let verb = "heal"
    static let configuration = CommandConfiguration(
        abstract: "Mend all cuts and lines.",
        usage: "mesh-cluster heal [--cluster NAME]")
    @Argument(parsing: .captureForPassthrough, help: .hidden) var words: [String] = []
}

struct Net: StepCommand {
    static let verb = "net"
    static let configuration = CommandConfiguration(
        abstract: "Make lines bad.",
        usage: "mesh-cluster net [--delay TIME] [--jitter TIME] [--loss PERCENT%] [--between NODES] [--cluster NAME]")
    @Argument(parsing: .captureForPassthrough, help: .hidden) var words: [String] = []
}

struct Wait: StepCommand {
    static let verb = "wait"
    static let configuration = CommandConfiguration(
        abstract: "Wait until all holds at once; exit code 75 when it takes too long.",
        usage: "mesh-cluster wait NODES CONDITION… [within TIME] [--cluster NAME]")
    @Argument(parsing: .captureForPassthrough, help: .hidden) var words: [String] = []
}

struct Expect: StepCommand {
    static let verb = "expect"
    static let configuration = CommandConfiguration(
        abstract: "Check what holds now.",
        usage: "mesh-cluster expect NODES CONDITION… [--cluster NAME]")
    @Argument(parsing: .captureForPassthrough, help: .hidden) var words: [String] = []
}

struct Processes: StepCommand {
    static let verb = "ps"
    static let configuration = CommandConfiguration(
        commandName: "ps", abstract: "List the nodes with process, state, memory and address.",
        usage: "mesh-cluster ps [--cluster NAME]")
    @Argument(parsing: .captureForPassthrough, help: .hidden) var words: [String] = []
}

struct Members: StepCommand {
    static let verb = "members"
    static let configuration = CommandConfiguration(
        abstract: "Show whom nodes know as members.",
        usage: "mesh-cluster members [NODES] [--cluster NAME]")
    @Argument(parsing: .captureForPassthrough, help: .hidden) var words: [String] = []
}

struct Links: StepCommand {
    static let verb = "links"
    static let configuration = CommandConfiguration(
        abstract: "Show the links of nodes.",
        usage: "mesh-cluster links [NODES] [--cluster NAME]")
    @Argument(parsing: .captureForPassthrough, help: .hidden) var words: [String] = []
}

struct Status: StepCommand {
    static let verb = "status"
    static let configuration = CommandConfiguration(
        abstract: "Show nodes at a glance.",
        usage: "mesh-cluster status [NODES] [--cluster NAME]")
    @Argument(parsing: .captureForPassthrough, help: .hidden) var words: [String] = []
}

struct Graph: StepCommand {
    static let verb = "graph"
    static let configuration = CommandConfiguration(
        abstract: "Show or draw who is linked with whom.",
        usage: "mesh-cluster graph [--svg FILE] [--cluster NAME]")
    @Argument(parsing: .captureForPassthrough, help: .hidden) var words: [String] = []
}

struct Execute: StepCommand {
    static let verb = "exec"
    static let configuration = CommandConfiguration(
        commandName: "exec", abstract: "Run a command of mesh-node on a node.",
        usage: "mesh-cluster exec NODE [--cluster NAME] -- COMMAND…")
    @Argument(parsing: .captureForPassthrough, help: .hidden) var words: [String] = []
}

struct Certificates: StepCommand {
    static let verb = "certs"
    static let configuration = CommandConfiguration(
        commandName: "certs", abstract: "Write every node's certificate into a folder.",
        usage: "mesh-cluster certs DIR [--cluster NAME]")
    @Argument(parsing: .captureForPassthrough, help: .hidden) var words: [String] = []
}

struct Down: StepCommand {
    static let verb = "down"
    static let configuration = CommandConfiguration(
        abstract: "End the cluster and remove all of it.",
        usage: "mesh-cluster down [--cluster NAME]")
    @Argument(parsing: .captureForPassthrough, help: .hidden) var words: [String] = []
}
