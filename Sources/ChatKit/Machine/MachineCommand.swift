package import Mesh
package import MeshCore
package import MeshTransport

/// Why a line was refused, for programs.
package enum MachineCode: String, Sendable {
    case badJSON = "bad-json"
    case badCommand = "bad-command"
    case badArgument = "bad-argument"
    case unknownMember = "unknown-member"
    case ambiguousNick = "ambiguous-nick"
    case notAMember = "not-a-member"
    case revoked
    case tooLong = "too-long"
    case timeout
    case io
    case `internal`
}

/// A refused command: the code for programs, a sentence for people.
package struct MachineRefusal: Error, Equatable, Sendable {
    package let code: MachineCode
    package let reason: String

    package init(_ code: MachineCode, _ reason: String) { (self.code, self.reason) = (code, reason) }
}

/// What a line asks for, with every argument checked as far as that goes without a node.
package enum MachineCommand: Equatable, Sendable {
    case send(text: String)
    /// `to` is 64 hex digits or a nick.
    case direct(to: String, text: String)
    case broadcast([UInt8])
    case unicast(to: String, [UInt8])
    case invite(NodeID)
    case revoke(NodeID, frontier: [Hash]?, isDryRun: Bool)
    case network(NetworkAction)
    case verify(NodeID, marks: Bool)
    case trust(NodeID)
    case accept(NodeID)
    case nick(String)
    case members
    case links
    case history(since: Int, limit: Int)
    /// Erase all messages of this node.
    case clear
    /// How far one of this node's messages has come.
    case whoHas(OwnMessage)
    case status
    case graph
    case wait(MeshCondition, timeout: Duration?)
    /// Events of these types only; of all types when empty.
    case subscribe(Set<String>)
    /// How the links of a node in a test cluster misbehave from now on.
    case faults(FaultTable)
    case quit
}

/// Which of this node's own messages is meant.
package enum OwnMessage: Equatable, Sendable {
    case id(Hash)
    /// Counted back from the newest, which is 1.
    case newest(Int)
}

package enum NetworkAction: Equatable, Sendable {
    case found(name: String?)
    case refound
    case forget
}

/// One line in: a command, and what the caller calls it.
package struct MachineRequest: Equatable, Sendable {
    /// Any string of the caller's; comes back in the answer.
    package var ref: String?
    package var command: Result<MachineCommand, MachineRefusal>

    package static let lineLimit = 256 * 1_024
    package static let names = [
        "send", "dm", "broadcast", "unicast", "invite", "revoke", "network", "verify", "trust", "accept", "nick",
        "members", "links", "history", "clear", "who-has", "status", "graph", "wait", "subscribe", "faults", "quit",
    ]

    package init(ref: String? = nil, _ command: Result<MachineCommand, MachineRefusal>) {
        (self.ref, self.command) = (ref, command)
    }

    /// Reads one line. Always gives something to answer.
    package init(_ line: LineSplitter.Line) {
        guard case .complete(let bytes) = line else {
            self.init(
                .failure(MachineRefusal(.tooLong, "a line has at most \(Self.lineLimit) bytes; this one was dropped")))
            return
        }
        do {
            let value = try JSONParser.parse(bytes)
            self.init(ref: value["ref"]?.string, Result { () throws(MachineRefusal) in try Self.command(value) })
        } catch {
            self.init(.failure(MachineRefusal(.badJSON, "\(error.reason) (byte \(error.offset))")))
        }
    }

    private static func command(_ value: JSON) throws(MachineRefusal) -> MachineCommand {
        guard case .object = value else { throw MachineRefusal(.badJSON, "a line must hold one JSON object") }
        if let ref = value["ref"], ref.string == nil { throw MachineRefusal(.badArgument, "\"ref\" must be a string") }
        if let version = value["v"], version != .integer(1) {
            throw MachineRefusal(.badArgument, "this is version 1 of the interface, \"v\" must be 1")
        }
        guard let name = value["cmd"]?.string else {
            throw MachineRefusal(.badCommand, "\"cmd\" is missing; it names the command")
        }
        return try command(named: name, MachineArguments(value))
    }

    private static func command(
        named name: String, _ arguments: MachineArguments
    ) throws(MachineRefusal) -> MachineCommand {
        switch name {
        case "send": return .send(text: try arguments.text("text"))
        case "dm": return .direct(to: try arguments.text("to"), text: try arguments.text("text"))
        case "broadcast": return .broadcast(try arguments.data("data"))
        case "unicast": return .unicast(to: try arguments.text("to"), try arguments.data("data"))
        case "invite": return .invite(try arguments.key("key"))
        case "revoke":
            return .revoke(
                try arguments.key("key"), frontier: try arguments.hashes("frontier"),
                isDryRun: try arguments.flag("dryRun"))
        case "network": return .network(try networkAction(arguments))
        case "verify": return .verify(try arguments.key("key"), marks: try arguments.flag("mark"))
        case "trust": return .trust(try arguments.key("key"))
        case "accept": return .accept(try arguments.key("key"))
        case "nick": return .nick(try arguments.text("nick"))
        case "members": return .members
        case "links": return .links
        case "history":
            return .history(
                since: try arguments.count("since") ?? 0, limit: try arguments.count("limit") ?? 1_000)
        case "clear": return .clear
        case "who-has": return .whoHas(try ownMessage(arguments))
        case "status": return .status
        case "graph": return .graph
        case "wait": return try wait(arguments)
        case "subscribe": return .subscribe(Set(try arguments.texts("types") ?? []))
        case "faults": return .faults(try arguments.faults("set"))
        case "quit": return .quit
        default:
            let hint = NearestName.hint(for: name, among: names)
            throw MachineRefusal(
                .badCommand, "unknown command \"\(SafeText.printable(name, limit: 80))\"" + hint)
        }
    }

    private static func ownMessage(_ arguments: MachineArguments) throws(MachineRefusal) -> OwnMessage {
        if let id = try arguments.hash("id") { return .id(id) }
        let number = try arguments.count("last") ?? 1
        guard number > 0 else { throw MachineRefusal(.badArgument, "\"last\" counts from 1, the newest message") }
        return .newest(number)
    }

    private static func networkAction(_ arguments: MachineArguments) throws(MachineRefusal) -> NetworkAction {
        switch try arguments.text("action") {
        case "new": return .found(name: try arguments.optionalText("name"))
        case "refound": return .refound
        case "forget": return .forget
        default: throw MachineRefusal(.badArgument, "\"action\" must be \"new\", \"refound\" or \"forget\"")
        }
    }

    private static func wait(_ arguments: MachineArguments) throws(MachineRefusal) -> MachineCommand {
        var condition = MeshCondition()
        condition.members = try arguments.count("members")
        condition.online = try arguments.count("online")
        condition.links = try arguments.count("links")
        condition.messages = try arguments.count("messages")
        // `false` asks for nothing.
        condition.isConverged = try arguments.flag("converged") ? true : nil
        condition.stateHash = try arguments.hash("stateHash")
        guard condition != MeshCondition() else {
            throw MachineRefusal(
                .badArgument, "say what to wait for: members, online, links, messages, converged or stateHash")
        }
        let timeout = try arguments.count("timeoutMs")
        return .wait(condition, timeout: timeout.map { .milliseconds(min($0, 1 << 40)) })
    }
}

/// The fields of one command, each read with the type it must have.
struct MachineArguments {
    private let value: JSON

    init(_ value: JSON) { self.value = value }

    /// Null counts as missing.
    func field(_ name: String) -> JSON? {
        guard let field = value[name], field != .null else { return nil }
        return field
    }

    func text(_ name: String) throws(MachineRefusal) -> String {
        guard let text = try optionalText(name) else { throw MachineRefusal(.badArgument, "\"\(name)\" is missing") }
        return text
    }

    func optionalText(_ name: String) throws(MachineRefusal) -> String? {
        guard let field = field(name) else { return nil }
        guard let text = field.string else { throw MachineRefusal(.badArgument, "\"\(name)\" must be a string") }
        return text
    }

    func texts(_ name: String) throws(MachineRefusal) -> [String]? {
        guard let field = field(name) else { return nil }
        let texts = field.array?.compactMap(\.string)
        guard let texts, texts.count == field.array?.count else {
            throw MachineRefusal(.badArgument, "\"\(name)\" must be a list of strings")
        }
        return texts
    }

    func flag(_ name: String) throws(MachineRefusal) -> Bool {
        guard let field = field(name) else { return false }
        guard let flag = field.bool else { throw MachineRefusal(.badArgument, "\"\(name)\" must be true or false") }
        return flag
    }

    func count(_ name: String) throws(MachineRefusal) -> Int? {
        guard let field = field(name) else { return nil }
        guard let count = field.integer, count >= 0 else {
            throw MachineRefusal(.badArgument, "\"\(name)\" must be a whole number from 0 on")
        }
        return Int(count)
    }

    func data(_ name: String) throws(MachineRefusal) -> [UInt8] {
        guard let bytes = Base64.decode(try text(name)) else {
            throw MachineRefusal(.badArgument, "\"\(name)\" must be base64 with padding")
        }
        return bytes
    }

    func key(_ name: String) throws(MachineRefusal) -> NodeID {
        let text = try text(name)
        guard let key = NodeID(hex: text) else {
            throw MachineRefusal(
                .badArgument, "\"\(name)\" must be a whole key, 64 hex digits; this has \(text.count) characters")
        }
        return key
    }

    func hash(_ name: String) throws(MachineRefusal) -> Hash? {
        guard let text = try optionalText(name) else { return nil }
        guard let hash = Hash(hex: text) else {
            throw MachineRefusal(.badArgument, "\"\(name)\" must have 64 hex digits")
        }
        return hash
    }

    func hashes(_ name: String) throws(MachineRefusal) -> [Hash]? {
        guard let texts = try texts(name) else { return nil }
        let hashes = texts.compactMap { Hash(hex: $0) }
        guard hashes.count == texts.count else {
            throw MachineRefusal(.badArgument, "\"\(name)\" must be a list of operation ids, 64 hex digits each")
        }
        return hashes
    }
}
