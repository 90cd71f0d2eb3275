package import ChatKit
package import MeshCore

/// The first start: a nick, a seed peer, where to listen. Nothing is made before the last answer, so whoever leaves
/// leaves nothing behind.
package struct Wizard: Sendable {
    package enum Field: Int, CaseIterable, Sendable {
        case nick, seed, listen, search
    }

    let place: String
    /// Where others would reach a node that listens there.
    private let addresses: @Sendable (Endpoint) -> [Endpoint]
    private let keys = KeyMap()
    private(set) var lines: [Field: InputLine]
    private(set) var field = Field.nick
    private(set) var searches: Bool
    private(set) var problem: String?
    private(set) package var answers: SetupAnswers?
    package private(set) var size: Size

    package init(
        place: String, suggested: SetupAnswers, size: Size, addresses: @escaping @Sendable (Endpoint) -> [Endpoint]
    ) {
        (self.place, self.size, self.addresses, searches) = (place, size, addresses, suggested.searches)
        lines = [:]
        for (field, text) in [
            (Field.nick, suggested.nick), (.seed, suggested.seed?.description ?? ""),
            (.listen, suggested.listen.description),
        ] {
            var line = InputLine()
            line.replace(with: text)
            lines[field] = line
        }
    }

    var reachable: [Endpoint] { listen.flatMap { $0.port == 0 ? nil : addresses($0) } ?? [] }

    /// Where to listen; port 0, which no address to dial has, is any free one.
    private var listen: Endpoint? {
        let text = text(.listen)
        guard text.hasSuffix(":0") else { return Endpoint(text) }
        return Endpoint(text.dropLast() + "1").map { Endpoint(host: $0.host, port: 0) }
    }

    func text(_ field: Field) -> String { lines[field]?.text ?? "" }

    /// What is wrong with an answer; nil when it will do.
    func problem(with field: Field) -> String? {
        switch field {
        case .nick: SafeText.nickProblem(text(.nick))
        case .seed:
            text(.seed).isEmpty || SeedPeer(text(.seed)) != nil
                ? nil : "an address is HOST:PORT, with your friend's key PUBKEY@HOST:PORT (their F4 shows the line)"
        case .listen: listen == nil ? "where to listen is ADDRESS:PORT, as in 0.0.0.0:9000" : nil
        case .search: nil
        }
    }
}

extension Wizard: Screen {
    package mutating func update(_ event: Event, now: UInt64) -> [Request] {
        switch event {
        case .resized(let size): self.size = size
        case .stop: return [.quit]
        case .typed(.key(let key)): return press(key)
        case .typed(.paste(let bytes, _)):
            lines[field]?.insert(String(decoding: bytes, as: UTF8.self).filter { !$0.isNewline && !$0.isWhitespace })
        default: break
        }
        return []
    }

    private mutating func press(_ key: Key) -> [Request] {
        let wasWrong = problem != nil
        problem = nil
        switch (key.name, key.modifiers) {
        case (.character("c"), .control): return [.quit]
        case (.character("l"), .control): return [.redraw]
        case (.enter, _): return accept()
        case (.tab, []), (.down, _): goOn(1)
        case (.tab, _), (.up, _): if !wasWrong { goOn(-1) }
        case (.character(" "), []) where field == .search, (.left, _) where field == .search,
            (.right, _) where field == .search:
            searches.toggle()
        default: lines[field]?.press(key, keys)
        }
        return []
    }

    private mutating func goOn(_ step: Int) {
        let next = field.rawValue + step
        if step > 0, let problem = problem(with: field) {
            self.problem = problem
        } else if let field = Field(rawValue: next) {
            self.field = field
        }
    }

    private mutating func accept() -> [Request] {
        if let problem = problem(with: field) {
            self.problem = problem
            return []
        }
        guard field == .search else {
            goOn(1)
            return []
        }
        for field in Field.allCases {
            guard let problem = problem(with: field) else { continue }
            (self.field, self.problem) = (field, problem)
            return []
        }
        guard let listen else { return [] }
        answers = SetupAnswers(nick: text(.nick), seed: SeedPeer(text(.seed)), listen: listen, searches: searches)
        return [.quit]
    }

    package var canvas: Canvas { WizardView.canvas(of: self) }
    package var bareLines: [String]? { nil }
    package var isLive: Bool { false }
}
