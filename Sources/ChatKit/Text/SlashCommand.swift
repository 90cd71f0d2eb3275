import MeshCore

/// What a typed line means. A line is a message unless it begins with a slash; `//` at the start sends one slash.
package enum TypedLine: Equatable, Sendable {
    case nothing
    case message(String)
    case command(SlashCommand)
    /// Nothing is sent; the sentence says why and what was probably meant.
    case problem(String)

    package init(_ line: String) {
        guard line.hasPrefix("/") else {
            self = line.trimmed.isEmpty ? .nothing : .message(line)
            return
        }
        guard !line.hasPrefix("//") else {
            self = .message(String(line.dropFirst()))
            return
        }
        let (name, rest) = Self.word(line.dropFirst())
        guard let topic = HelpTopic(rawValue: name) else {
            let hint = NearestName.of(name, among: HelpTopic.allCases.map(\.rawValue))
            self = .problem(
                "unknown command /\(SafeText.printable(name, limit: 64)), nothing was sent"
                    + (hint.map { "; did you mean /\($0)?" } ?? "") + " (/help lists all, // sends a slash)")
            return
        }
        self = SlashCommand(topic, rest).map(TypedLine.command) ?? .problem(topic.reminder)
    }

    /// The first word and what follows it; quotes hold a nick with spaces together.
    static func word(_ text: Substring) -> (word: String, rest: String) {
        let text = text.drop { $0 == " " || $0 == "\t" }
        if text.first == "\"", let end = text.dropFirst().firstIndex(of: "\"") {
            return (
                String(text[text.index(after: text.startIndex)..<end]), String(text[text.index(after: end)...]).trimmed
            )
        }
        let end = text.firstIndex { $0 == " " || $0 == "\t" } ?? text.endIndex
        return (String(text[..<end]), String(text[end...]).trimmed)
    }
}

/// A command with its arguments, not yet looked up.
package enum SlashCommand: Equatable, Sendable {
    case direct(to: String, text: String)
    case invite(String)
    case revoke(String)
    case members
    case me
    case history(HistoryPart)
    /// Who has the so-manieth of one's own messages, counted back from the newest, which is 1.
    case whoHas(Int)
    /// Erase all messages of this node.
    case clear(confirmed: Bool)
    /// The member whose offer to take; nil when there is only one.
    case accept(String?)
    case verify(String, marks: Bool)
    case trust(String)
    case network(NetworkRequest)
    case nick(String)
    case help(HelpTopic?)
    case keys
    case quit

    package enum NetworkRequest: Equatable, Sendable {
        case show
        case found(name: String?)
        case refound
        case forget(confirmed: Bool)
    }

    /// Nil when the arguments do not fit.
    init?(_ topic: HelpTopic, _ rest: String) {
        let (first, second) = TypedLine.word(rest[...])
        switch topic {
        case .dm:
            guard !first.isEmpty, !second.isEmpty else { return nil }
            self = .direct(to: first, text: second)
        case .invite: self = .invite(first)
        case .revoke: self = .revoke(first)
        case .trust: self = .trust(first)
        case .members: self = .members
        case .me: self = .me
        case .history:
            guard let part = HistoryPart(first) else { return nil }
            self = .history(part)
        case .whoHas:
            guard let number = first.isEmpty ? 1 : Int(first), number > 0 else { return nil }
            self = .whoHas(number)
        case .clear:
            guard rest.isEmpty || rest == "yes" else { return nil }
            self = .clear(confirmed: rest == "yes")
        case .accept: self = .accept(first.isEmpty ? nil : first)
        case .verify:
            guard second.isEmpty || second == "ok" else { return nil }
            self = .verify(first, marks: second == "ok")
        case .network:
            guard let request = Self.networkRequest(first, second) else { return nil }
            self = .network(request)
        case .nick: self = .nick(rest)
        case .help:
            let name = first.hasPrefix("/") ? String(first.dropFirst()) : first
            guard name.isEmpty || HelpTopic(rawValue: name) != nil else { return nil }
            self = .help(HelpTopic(rawValue: name))
        case .keys: self = .keys
        case .quit: self = .quit
        }
        let needsArgument: Set<HelpTopic> = [.invite, .revoke, .trust, .verify, .nick]
        if needsArgument.contains(topic), first.isEmpty { return nil }
        // A stray word behind a key is a slip that must not be half obeyed.
        let takesOne: Set<HelpTopic> = [.invite, .revoke, .trust, .accept, .history, .whoHas, .help]
        if takesOne.contains(topic), !second.isEmpty { return nil }
        let takesNone: Set<HelpTopic> = [.members, .me, .keys, .quit]
        if takesNone.contains(topic), !first.isEmpty { return nil }
    }

    private static func networkRequest(_ action: String, _ rest: String) -> NetworkRequest? {
        switch (action, rest) {
        case ("", ""): .show
        case ("new", let name): .found(name: name.isEmpty ? nil : name)
        case ("refound", ""): .refound
        case ("forget", ""): .forget(confirmed: false)
        case ("forget", "yes"): .forget(confirmed: true)
        default: nil
        }
    }
}

/// The commands, each with its help.
package enum HelpTopic: String, CaseIterable, Sendable {
    case dm, invite, revoke, members, me, history
    case whoHas = "who-has"
    case clear, accept, verify, trust, network, nick, help, keys, quit

    /// What it does, how it is written, two examples where there are two.
    private var texts: (summary: String, usage: String, examples: [String]) {
        let key = "3f1c…e2 (64 hex digits)"
        return switch self {
        case .dm:
            (
                "a message that only one member can read", "/dm NICK|KEY TEXT",
                ["/dm bob see you at 9", "/dm \"bob smith\" hi"]
            )
        case .invite: ("let somebody in, for good", "/invite KEY", ["/invite \(key)"])
        case .revoke:
            (
                "put somebody out, for good: there is no way back", "/revoke NICK|KEY",
                ["/revoke charlie", "/revoke \(key)"]
            )
        case .members: ("who belongs to the group, and who is in reach", "/members", ["/members"])
        case .me: ("your key, and the line to hand to a friend", "/me", ["/me"])
        case .history:
            (
                "what was said before, or on one day", "/history [COUNT | DAY]",
                ["/history 20", "/history 2026-11-22"]
            )
        case .whoHas:
            (
                "who has your newest message, or your COUNT-th newest, and who is behind", "/who-has [COUNT]",
                ["/who-has", "/who-has 3"]
            )
        case .clear:
            (
                "erase all messages that are kept here, for good; others keep theirs", "/clear [yes]",
                ["/clear", "/clear yes"]
            )
        case .accept:
            (
                "join the network that a member on the local net offers", "/accept [NICK|KEY]",
                ["/accept", "/accept alice"]
            )
        case .verify:
            (
                "the number to compare by voice; with ok: you did, remember it", "/verify NICK|KEY [ok]",
                ["/verify bob", "/verify bob ok"]
            )
        case .trust:
            ("a new key behind a known nick is really theirs", "/trust NICK|KEY", ["/trust bob", "/trust \(key)"])
        case .network:
            (
                "the network; found one; found it anew with its present members; leave it for good",
                "/network [new [NAME] | refound | forget yes]", ["/network", "/network new friends"]
            )
        case .nick: ("change the name that others see", "/nick NICK", ["/nick alice"])
        case .help: ("this list, or one command", "/help [COMMAND]", ["/help", "/help dm"])
        case .keys: ("the keys of mesh-chat-tui, and how to change them", "/keys", ["/keys"])
        case .quit: ("say goodbye and leave; you stay a member", "/quit", ["/quit"])
        }
    }

    package var summary: String { texts.summary }
    package var usage: String { texts.usage }
    package var examples: [String] { texts.examples }
    /// What to say to arguments that make no sense.
    var reminder: String {
        "usage: " + usage + (examples.last.map { $0 == usage ? "" : ", for example \($0)" } ?? "")
    }

    /// What `/help` shows.
    package static func text(_ topic: HelpTopic?) -> [String] {
        guard let topic else {
            let width = allCases.map(\.usage.count).max() ?? 0
            return allCases.map { topic in
                "  " + topic.usage + String(repeating: " ", count: width - topic.usage.count + 2) + topic.summary
            } + ["  every other line is a message to the group; //text sends /text"]
        }
        return ["  \(topic.usage): \(topic.summary)"] + topic.examples.map { "  example: \($0)" }
    }
}
