internal import MeshCore

extension Step {
    /// Every word that a step can begin with.
    package static let verbs = [
        "up", "start", "send", "dm", "invite", "revoke", "kill", "stop", "cont", "pause", "restart", "cut", "nat",
        "heal", "net", "wait", "expect", "ps", "members", "links", "status", "graph", "exec", "certs", "down",
    ]

    /// Reads one step from its words.
    package init(_ words: [String]) throws(StepMistake) {
        guard let verb = words.first else { throw StepMistake("a step is missing") }
        let rest = Array(words.dropFirst())
        switch verb {
        case "up": self = try .up(UpOptions(rest))
        case "start": self = try Self.start(rest)
        case "send", "dm": self = try Self.talk(verb, rest)
        case "invite", "revoke": self = try Self.membership(verb, rest)
        case "kill", "stop", "cont", "pause", "restart", "nat": self = try Self.toNodes(verb, rest)
        case "cut": self = try Self.cut(rest)
        case "heal", "down":
            try StepWords(verb, rest).finish()
            self = verb == "heal" ? .heal : .down
        case "net": self = try Self.net(rest)
        case "wait", "expect": self = try Self.check(verb, rest)
        case "ps", "members", "links", "status": self = try Self.report(verb, rest)
        case "graph", "certs", "exec": self = try Self.special(verb, rest)
        default:
            throw StepMistake("\"\(verb.shown)\" is no step" + NearestName.hint(for: verb, among: Self.verbs))
        }
    }

    private static func start(_ rest: [String]) throws(StepMistake) -> Step {
        var words = StepWords("start", rest, options: ["--seed", "--tls", "--uninvited", "--nat"])
        var options = StartOptions()
        if let seeds = try words.option("--seed") { options.seeds = try StepWords.selection(seeds) }
        options.security = try words.option("--tls", "on, off or other", StartOptions.Security.init(rawValue:))
        (options.isUninvited, options.isHidden) = (words.flag("--uninvited"), words.flag("--nat"))
        let nodes = try words.nodes()
        try words.finish()
        return .start(nodes, options)
    }

    private static func talk(_ verb: String, _ rest: [String]) throws(StepMistake) -> Step {
        var words = StepWords(verb, rest, options: ["--times", "--size"])
        guard verb == "send" else {
            let (from, to) = (try words.node("the sender"), try words.node("the recipient"))
            let text = try words.next("the text")
            try words.finish()
            return .direct(from: from, to: to, text: text)
        }
        let times = try words.option("--times", "a number from 1 to 100000", Self.number(1...100_000))
        let size = try words.option("--size", "a number of bytes up to 60000", Self.number(1...60_000))
        let from = try words.node("the sender")
        var options = SendOptions(try words.next("the text"))
        (options.times, options.size) = (times ?? 1, size ?? 0)
        try words.finish()
        return .send(from: from, options)
    }

    private static func membership(_ verb: String, _ rest: [String]) throws(StepMistake) -> Step {
        var words = StepWords(verb, rest)
        let (by, nodes) = (try words.node("the member who does it"), try words.nodes("whom"))
        try words.finish()
        return verb == "invite" ? .invite(by: by, nodes) : .revoke(by: by, nodes)
    }

    private static func toNodes(_ verb: String, _ rest: [String]) throws(StepMistake) -> Step {
        var words = StepWords(verb, rest, options: verb == "kill" ? ["-9"] : verb == "pause" ? ["--for"] : [])
        let isHard = verb == "kill" && words.flag("-9")
        let span =
            verb == "pause"
            ? try words.option("--for", "a time like 60s", SpanText.duration) : nil
        let nodes = try words.nodes()
        try words.finish()
        switch verb {
        case "kill": return .kill(nodes, isHard: isHard)
        case "stop": return .stop(nodes)
        case "cont": return .resume(nodes)
        case "restart": return .restart(nodes)
        case "nat": return .nat(nodes)
        default:
            guard let span else { throw StepMistake("pause: say how long, like --for 60s") }
            return .pause(nodes, span)
        }
    }

    private static func cut(_ rest: [String]) throws(StepMistake) -> Step {
        var words = StepWords("cut", rest, options: ["--one-way", "--reset"])
        let (isOneWay, isReset) = (words.flag("--one-way"), words.flag("--reset"))
        guard !isOneWay || !isReset else {
            throw StepMistake("cut: a reset is heard on both sides; leave out --one-way")
        }
        let left = try words.nodes("one side")
        guard try words.next("a / between the sides") == "/" else {
            throw StepMistake("cut: between the sides stands a /, as in cut node1,node2 / node3..5")
        }
        let right = try words.nodes("the other side")
        try words.finish()
        return .cut(left, right, isOneWay ? .oneWay : isReset ? .reset : .bothWays)
    }

    private static func net(_ rest: [String]) throws(StepMistake) -> Step {
        var words = StepWords("net", rest, options: ["--delay", "--jitter", "--loss", "--between"])
        var quality = LineQuality()
        quality.delay = try words.option("--delay", "a time like 100ms", SpanText.duration) ?? .zero
        quality.jitter = try words.option("--jitter", "a time like 20ms", SpanText.duration) ?? .zero
        quality.loss = try words.option("--loss", "a share like 5%, below 100%", Self.share) ?? 0
        var between: NodeSelection?
        if let text = try words.option("--between") { between = try StepWords.selection(text) }
        try words.finish()
        return .net(quality, between: between)
    }

    private static func report(_ verb: String, _ rest: [String]) throws(StepMistake) -> Step {
        var words = StepWords(verb, rest)
        let nodes = words.peek == nil ? NodeSelection.all : try words.nodes()
        try words.finish()
        guard let report = Report(rawValue: verb) else { preconditionFailure("\(verb) is no report") }
        return .show(report, nodes)
    }

    private static func special(_ verb: String, _ rest: [String]) throws(StepMistake) -> Step {
        var words = StepWords(verb, rest, options: ["--svg"])
        switch verb {
        case "graph":
            let file = try words.option("--svg")
            try words.finish()
            return .graph(file: file)
        case "certs":
            let folder = try words.next("the folder")
            try words.finish()
            return .certificates(folder: folder)
        default:
            let (node, command) = (try words.node(), words.takeRest())
            try words.finish()
            guard !command.isEmpty else {
                throw StepMistake("exec: say what to run behind --, as in exec node3 -- members")
            }
            return .execute(node: node, command)
        }
    }

    static func number(_ range: ClosedRange<Int>) -> (String) -> Int? {
        { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }
    }

    private static func share(_ text: String) -> Double? {
        guard text.hasSuffix("%"), let percent = Double(text.dropLast()), (0..<100).contains(percent) else {
            return nil
        }
        return percent / 100
    }
}

extension UpOptions {
    init(_ rest: [String]) throws(StepMistake) {
        var words = StepWords(
            "up", rest, options: ["--tls", "--open", "--closed", "--topology", "--seed-rng", "--within"])
        usesTLS = try words.option("--tls", "on or off") { ["on": true, "off": false][$0] }
        isOpen = words.flag("--open")
        guard !words.flag("--closed") || !isOpen else { throw StepMistake("up: a network is --open or --closed") }
        let names = Topology.allCases.map(\.rawValue).joined(separator: ", ")
        topology = try words.option("--topology", "one of \(names)", Topology.init(rawValue:)) ?? .star
        randomSeed = try words.option("--seed-rng", "a whole number") { UInt64($0) }
        limit = try words.option("--within", "a time like 60s", SpanText.duration) ?? limit
        let text = try words.next("how many nodes")
        guard let count = Step.number(1...NodeSelection.limit)(text) else {
            throw StepMistake("up: \"\(text.shown)\" is no number of nodes from 1 to \(NodeSelection.limit)")
        }
        self.count = count
        try words.finish()
    }
}
