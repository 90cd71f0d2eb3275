package import Logging
package import MeshCore

/// One layer of settings: what a flag, a variable or a line of the file says; nil where it says nothing.
package struct SettingsLayer: Equatable, Sendable {
    package var nick: String?
    package var port: UInt16?
    package var discoveryPort: UInt16?
    package var bindAddress: String?
    package var usesWideArea: Bool?
    package var seedPeers: [SeedPeer]?
    package var usesTLS: Bool?
    package var advertise: [Endpoint]?
    package var discovers: Bool?
    package var historyForNew: HistoryPolicy?
    package var keepsHistory: Bool?
    package var keepMessages: Age?
    package var storedMessages: Int?
    package var logLevel: Logger.Level?
    package var logFile: String?
    package var keys: [String: ScreenSettings.KeyNames] = [:]
    package var emptyTabInvites: Bool?
    package var emptyEnterShowsMembers: Bool?
    package var notifyOn: Set<NotifyReason>?
    package var notifyHow: NotifyWay?
    package var notifyCommand: [String]?

    package init() {}

    /// This layer, and where it says nothing, the one below.
    package func over(_ below: SettingsLayer) -> SettingsLayer {
        var result = self
        result.nick = nick ?? below.nick
        result.port = port ?? below.port
        result.discoveryPort = discoveryPort ?? below.discoveryPort
        result.bindAddress = bindAddress ?? below.bindAddress
        result.usesWideArea = usesWideArea ?? below.usesWideArea
        result.seedPeers = seedPeers ?? below.seedPeers
        result.usesTLS = usesTLS ?? below.usesTLS
        result.advertise = advertise ?? below.advertise
        result.discovers = discovers ?? below.discovers
        result.historyForNew = historyForNew ?? below.historyForNew
        result.keepsHistory = keepsHistory ?? below.keepsHistory
        result.keepMessages = keepMessages ?? below.keepMessages
        result.storedMessages = storedMessages ?? below.storedMessages
        result.logLevel = logLevel ?? below.logLevel
        result.logFile = logFile ?? below.logFile
        result.keys = keys.merging(below.keys) { above, _ in above }
        result.emptyTabInvites = emptyTabInvites ?? below.emptyTabInvites
        result.emptyEnterShowsMembers = emptyEnterShowsMembers ?? below.emptyEnterShowsMembers
        result.notifyOn = notifyOn ?? below.notifyOn
        result.notifyHow = notifyHow ?? below.notifyHow
        result.notifyCommand = notifyCommand ?? below.notifyCommand
        return result
    }
}

/// The settings by name, as they stand in `config.toml`; a variable is the name in capitals behind `MESH_CHAT_`.
/// One table, so that file, environment and suggestions for misspelt names cannot differ.
package enum Setting: String, CaseIterable, Sendable {
    case nick
    case port
    case discoveryPort = "discovery_port"
    case bindAddress = "bind_addr"
    case wanMode = "wan_mode"
    case seedPeers = "seed_peers"
    case tls
    case advertise
    case discovery
    case historyForNew = "history_for_new"
    case historyDisk = "history.disk"
    case historyKeep = "history.keep"
    case historyMax = "history.max"
    case logLevel = "log.level"
    case logFile = "log.file"
    case emptyTab = "keys.empty_tab"
    case emptyEnter = "keys.empty_enter"
    case notifyOn = "notify.on"
    case notifyHow = "notify.how"
    case notifyCommand = "notify.command"

    /// `MESH_CHAT_SEED_PEERS`, `MESH_CHAT_LOG_LEVEL`.
    var variable: String {
        "MESH_CHAT_" + rawValue.uppercased().map { $0 == "." ? "_" : String($0) }.joined()
    }
}

/// A value as a file or a variable gives it, before anybody knows what it should be.
enum SettingValue: Equatable {
    case text(String)
    case integer(Int)
    case bool(Bool)
    case list([String])
    case other(String)
}

extension SettingsLayer {
    /// What is wrong with a value: what it should be, with an example.
    struct BadValue: Error, Equatable {
        let expected: String
    }

    /// Takes one setting. Text is taken for every kind, since variables are nothing else.
    mutating func set(_ setting: Setting, to value: SettingValue) throws(BadValue) {
        switch setting {
        case .nick: nick = try Self.nick(value)
        case .port: port = try Self.port(value)
        case .discoveryPort: discoveryPort = try Self.port(value)
        case .bindAddress: bindAddress = try Self.host(value)
        case .wanMode: usesWideArea = try Self.bool(value)
        case .tls: usesTLS = try Self.bool(value)
        case .discovery: discovers = try Self.bool(value)
        case .seedPeers:
            guard let peers = Self.list(value, { SeedPeer($0) }) else {
                throw BadValue(expected: "addresses like \"bob-laptop.tail1234.ts.net:9000\" or \"KEY@host:port\"")
            }
            seedPeers = peers
        case .advertise:
            guard let endpoints = Self.list(value, { Endpoint($0) }) else {
                throw BadValue(expected: "addresses like \"alice.example.org:9000\"")
            }
            advertise = endpoints
        case .historyForNew:
            guard case .text(let text) = value, let policy = HistoryPolicy(rawValue: text) else {
                throw BadValue(expected: "\"none\", \"since_join\" or \"all\"")
            }
            historyForNew = policy
        case .historyDisk: keepsHistory = try Self.bool(value)
        case .historyKeep:
            guard case .text(let text) = value, let age = Age(text) else {
                throw BadValue(expected: "a time like \"30d\" or \"12h\", or \"forever\"")
            }
            keepMessages = age
        case .historyMax:
            guard let number = Self.number(value), number > 0 else {
                throw BadValue(expected: "how many messages are kept at most, a number from 1 on")
            }
            storedMessages = number
        case .logLevel:
            guard case .text(let text) = value, let level = Logger.Level(rawValue: text) else {
                throw BadValue(expected: "one of \(Self.names(Logger.Level.self))")
            }
            logLevel = level
        case .logFile:
            guard case .text(let text) = value else { throw BadValue(expected: "a path in quotes") }
            logFile = text
        case .emptyTab: emptyTabInvites = try Self.choice(value, yes: "invite")
        case .emptyEnter: emptyEnterShowsMembers = try Self.choice(value, yes: "members")
        case .notifyOn:
            guard let reasons = Self.list(value, { NotifyReason(rawValue: $0) }) else {
                throw BadValue(expected: "a list of \(Self.names(NotifyReason.self))")
            }
            notifyOn = Set(reasons)
        case .notifyHow:
            guard case .text(let text) = value, let way = NotifyWay(rawValue: text) else {
                throw BadValue(expected: "one of \(Self.names(NotifyWay.self))")
            }
            notifyHow = way
        case .notifyCommand:
            guard case .list(let words) = value, words.first?.isEmpty == false else {
                throw BadValue(expected: "a list of words like [\"notify-send\", \"mesh-chat\"]")
            }
            notifyCommand = words
        }
    }

    private static func names<Choice: CaseIterable & RawRepresentable<String>>(_: Choice.Type) -> String {
        Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
    }

    private static func choice(_ value: SettingValue, yes: String) throws(BadValue) -> Bool {
        switch value {
        case .text(yes): return true
        case .text("none"): return false
        default: throw BadValue(expected: "\"\(yes)\" or \"none\"")
        }
    }

    private static func nick(_ value: SettingValue) throws(BadValue) -> String {
        guard case .text(let text) = value, SafeText.nickProblem(text) == nil else {
            throw BadValue(expected: "1 to 32 characters in quotes, without controls, like \"alice\"")
        }
        return text
    }

    private static func number(_ value: SettingValue) -> Int? {
        switch value {
        case .integer(let number): number
        case .text(let text): Int(text)
        default: nil
        }
    }

    private static func port(_ value: SettingValue) throws(BadValue) -> UInt16 {
        let number: UInt16? =
            switch value {
            case .integer(let number): UInt16(exactly: number)
            case .text(let text): UInt16(text)
            default: nil
            }
        guard let number else { throw BadValue(expected: "a number from 0 to 65535, where 0 takes any free port") }
        return number
    }

    private static func bool(_ value: SettingValue) throws(BadValue) -> Bool {
        switch value {
        case .bool(let value): return value
        case .text("on"), .text("true"), .text("1"): return true
        case .text("off"), .text("false"), .text("0"): return false
        default: throw BadValue(expected: "true or false, or \"on\" or \"off\"")
        }
    }

    private static func host(_ value: SettingValue) throws(BadValue) -> String {
        guard case .text(let text) = value, isHost(text) else {
            throw BadValue(expected: "an address of this machine like \"0.0.0.0\", \"127.0.0.1\" or \"::\"")
        }
        return text
    }

    /// Whether `text` can stand for a host: the rule of ``MeshCore/Endpoint``, which also holds the name when the
    /// port is still to be chosen.
    package static func isHost(_ text: String) -> Bool {
        Endpoint(text.contains(":") ? "[\(text)]:1" : "\(text):1") != nil
    }

    /// A list, or text with commas; nil when one element is wrong.
    private static func list<Element>(_ value: SettingValue, _ parse: (String) -> Element?) -> [Element]? {
        let texts: [String]
        switch value {
        case .list(let elements): texts = elements
        case .text(let text): texts = text.split(separator: ",").map { String($0).trimmed }
        default: return nil
        }
        let elements = texts.compactMap(parse)
        return elements.count == texts.count ? elements : nil
    }
}
