import MeshCrypto
import MeshSimulator
import Testing

@testable import MeshCore

/// One real core in a test's hands: inputs go in one at a time and every effect is kept. The store answers at once;
/// time moves only when the test says so.
final class LoneNode {
    let cryptography: OpenSSLCryptography
    var core: NodeCore
    private(set) var now: Instant
    private(set) var disk: MemoryDisk
    private(set) var store: [StateEntry]
    private(set) var sent: [(link: LinkID, message: Message)] = []
    private(set) var closed: [LinkID: CloseReason] = [:]
    private(set) var opened: Set<LinkID> = []
    private(set) var events: [MeshEvent] = []
    private(set) var answers: [CommandID: Answer] = [:]
    private(set) var dials: [(link: LinkID, endpoint: Endpoint, expected: NodeID?)] = []
    private(set) var datagrams: [[UInt8]] = []
    private var commands: UInt64 = 0
    private var connections: UInt64 = 0
    /// What the peers do every half second while time runs: their heartbeats.
    var beats: [() -> Void] = []
    /// The disk takes its time: answers wait until it is set again.
    var answersStore = true {
        didSet { if answersStore { slow.forEach { feed($0) }; slow = [] } }
    }
    private var slow: [Input] = []
    /// The disk refuses messages.
    var diskIsFull = false
    private(set) var failed: [PersistID] = []

    static let endpoint = Endpoint(host: "10.1.0.1", port: 9_000)
    /// A seed peer for nodes that dial.
    static let seed = Endpoint(host: "10.9.9.9", port: 9_000)

    init(
        identity: UInt8 = 200, store: [StateEntry] = [], disk: MemoryDisk = MemoryDisk(),
        now: Instant = Instant(uptime: 1_000_000_000, wall: 1_800_000_000_000),
        _ change: (inout NodeConfiguration) -> Void = { _ in }
    ) {
        var configuration = NodeConfiguration()
        configuration.requireInvitation = true
        configuration.discovers = false
        configuration.nick = "lone"
        change(&configuration)
        cryptography = WireValues.identity(identity)
        (self.now, self.store, self.disk) = (now, store, disk)
        core = NodeCore(
            configuration: configuration, cryptography: cryptography, restored: store, randomSeed: 7, now: now)
        if configuration.isDurable {
            core.restore(self.disk.restore(at: now.wall, newest: configuration.limits.history))
        }
        feed(.started(listening: Self.endpoint, reachable: [Self.endpoint]))
    }

    /// A node that has founded a network.
    static func founder(_ change: (inout NodeConfiguration) -> Void = { _ in }) -> LoneNode {
        let node = LoneNode(change)
        #expect(node.perform(.foundNetwork(name: "home")) == .done)
        return node
    }

    /// A founder that keeps messages on its disk.
    static func durableFounder(_ change: (inout NodeConfiguration) -> Void = { _ in }) -> LoneNode {
        founder { configuration in
            configuration.isDurable = true
            change(&configuration)
        }
    }

    /// The next run of a node that keeps messages on its disk.
    func again(
        after pause: Duration = .seconds(1), _ change: (inout NodeConfiguration) -> Void = { _ in }
    ) -> LoneNode {
        LoneNode(store: store, disk: disk, now: now + pause) { configuration in
            configuration.isDurable = true
            change(&configuration)
        }
    }

    var id: NodeID { cryptography.publicKey }
    var network: Hash { core.status.network ?? .zero }
    var root: Hash { core.root }
    var stateHash: Hash { core.status.stateHash }
    var texts: [String] { core.history(since: 0, limit: .max).map(\.string) }

    func counter(_ name: String) -> UInt64 { core.status.counters.first { $0.name == name }?.count ?? 0 }

    var shown: [ChatMessage] {
        events.compactMap { if case .chatMessageReceived(let message) = $0 { message } else { nil } }
    }

    func warnings(_ code: String) -> Int {
        events.count { if case .warning(code, _) = $0 { true } else { false } }
    }

    func sent(over link: LinkID) -> [Message] { sent.filter { $0.link == link }.map(\.message) }
    func forgetSent() { sent = [] }

    /// The next accepted connection.
    func accept() -> LinkID {
        connections += 1
        return .accepted(connections)
    }

    @discardableResult
    func perform(_ command: Command) -> Answer? {
        commands += 1
        let id = CommandID(commands)
        feed(.command(id, command))
        return answers[id]
    }

    func feed(_ input: Input) {
        var inputs = [input]
        while !inputs.isEmpty {
            var effects: [Effect] = []
            core.handle(inputs.removeFirst(), now: now, into: &effects)
            inputs += effects.compactMap(keep)
        }
    }

    /// Keeps an effect; some are answered.
    private func keep(_ effect: Effect) -> Input? {
        switch effect {
        case .dial(let link, let endpoint, let expected): dials.append((link, endpoint, expected))
        case .send(let link, let message):
            if closed[link] == nil { sent.append((link, message)) }
        case .open(let link): opened.insert(link)
        case .close(let link, let reason):
            closed[link] = reason
            return .linkDown(link, .closedByUs)
        case .datagram(let bytes, _): datagrams.append(bytes)
        case .emit(let event): events.append(event)
        case .answer(let id, let answer): answers[id] = answer
        case .persist(let id, let entries):
            if diskIsFull { return .persistFailed(id, "no space left") }
            store += entries
            return storeAnswers(id)
        case .store(let id, let entries):
            if diskIsFull {
                failed.append(id)
                return .persistFailed(id, "no space left")
            }
            disk.append(entries)
            return storeAnswers(id)
        case .find(let id, let query): return .found(id, disk.find(query))
        case .stopped: break
        }
        return nil
    }

    private func storeAnswers(_ id: PersistID) -> Input? {
        if answersStore { return .persisted(id) }
        slow.append(.persisted(id))
        return nil
    }

    // MARK: Time

    /// Lets time pass and serves every deadline; peers beat every half second.
    func run(for duration: Duration) {
        let end = now + duration
        while now < end {
            let slice = beats.isEmpty ? end : min(end, now + .milliseconds(500))
            serve(until: slice)
            for beat in beats { beat() }
        }
    }

    private func serve(until end: Instant) {
        var stuck = 0
        while let due = core.nextDeadline, due <= end {
            stuck = due <= now ? stuck + 1 : 0
            guard stuck < 1_000 else {
                Issue.record("the node asks for the same moment again and again")
                break
            }
            if due > now { now = now + (due - now) }
            feed(.deadline)
        }
        now = now + (end - now)
    }

    /// Time passes and the node is not run: as by SIGSTOP.
    func sleep(for duration: Duration) { now = now + duration }

    /// The calendar moves, the monotonic clock does not.
    func setClock(by milliseconds: Int64) {
        now.wall = milliseconds < 0 ? now.wall - milliseconds.magnitude : now.wall + milliseconds.magnitude
    }
}
