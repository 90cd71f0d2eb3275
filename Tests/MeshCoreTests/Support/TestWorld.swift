import MeshCore
import MeshCrypto
import MeshSimulator
import Testing

/// A few real cores under virtual time: connections with a delay, frames through the wire format, one store each.
/// One seed, one history, but for nonces and message keys.
final class TestWorld {
    final class Node {
        let name: String
        let seed: IdentitySeed
        let cryptography: OpenSSLCryptography
        /// What the core is given: the same, or one whose fresh secrets follow from a seed.
        let secrets: any Cryptography
        var configuration: NodeConfiguration
        var core: NodeCore
        var endpoint: Endpoint
        var isDialable = true
        var isUp = false
        /// Time stands still for this node, as by SIGSTOP.
        var isPaused = false
        var held: [Input] = []
        var disk = MemoryDisk()
        /// Passes on nothing that is carried to one member.
        var isMute = false
        /// Never says what it holds, so that nobody is sure to hold the same.
        var isSecretive = false
        var store: [StateEntry] = []
        var events: [MeshEvent] = []
        var answers: [CommandID: Answer] = [:]
        var accepted: UInt64 = 0
        var commands: UInt64 = 0
        var frameBytes = 0

        init(
            name: String, index: Int, worldSeed: UInt64, configuration: NodeConfiguration, random: UInt64?, now: Instant
        ) {
            self.name = name
            var generator = SeededGenerator(seed: worldSeed &* 1_000 &+ UInt64(index))
            guard let seed = IdentitySeed(bytes: (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) })
            else { preconditionFailure("32 bytes were given") }
            self.seed = seed
            let cryptography = OpenSSLCryptography(seed: seed)
            self.cryptography = cryptography
            self.configuration = configuration
            endpoint = Endpoint(host: "10.0.\(index / 200).\(index % 200 + 1)", port: 9000)
            secrets = random.map { SeededCryptography(base: cryptography, seed: $0 &+ UInt64(index)) } ?? cryptography
            core = NodeCore(
                configuration: configuration, cryptography: secrets, restored: [], randomSeed: UInt64(index),
                now: now)
        }

        var id: NodeID { cryptography.publicKey }
        var texts: [String] { core.history(since: 0, limit: .max).map(\.string) }
        func status() -> NodeStatus { core.status }
    }

    private struct End: Hashable {
        let node: Int
        let link: LinkID
    }

    private enum Event {
        case input(Int, Input)
        case frame(to: End, [UInt8])
        case connect(from: End, to: Endpoint, expected: NodeID?)
    }

    private(set) var now = Instant(uptime: 1_000_000_000, wall: 1_800_000_000_000)
    private var queue: [(at: Instant, order: Int, event: Event)] = []
    private var order = 0
    private var steps = 0
    private var peers: [End: End] = [:]
    private(set) var nodes: [Node] = []
    /// Which pairs cannot talk.
    var isCut: (Int, Int) -> Bool = { _, _ in false }
    let delay: Duration
    /// Keep every frame, as somebody would who listens behind TLS everywhere.
    var records = false
    private(set) var recorded: [[UInt8]] = []

    /// Identities and choices follow from the seed.
    let seed: UInt64
    /// With it also nonces, prekeys and message keys follow from a seed.
    private let random: UInt64?
    /// How far a node's calendar is off, in ms.
    var skews: [Int: Int64] = [:]
    /// Keep one line of (time, node, input, effects) for each input.
    var traces = false
    private(set) var trace: [String] = []

    /// Each connection is slower than `delay` by an amount of its own, up to this.
    let spread: Duration
    private var slowness: [End: Duration] = [:]
    private var generator: SeededGenerator

    init(
        seed: UInt64 = 1, delay: Duration = .milliseconds(10), spread: Duration = .zero, random: UInt64? = nil
    ) {
        (self.seed, self.delay, self.spread, self.random) = (seed, delay, spread, random)
        generator = SeededGenerator(seed: seed)
    }

    private func somewhatSlower() -> Duration { spread * Double.random(in: 0..<1, using: &generator) }

    @discardableResult
    func add(_ name: String, _ change: (inout NodeConfiguration) -> Void = { _ in }) -> Node {
        var configuration = NodeConfiguration()
        configuration.requireInvitation = true
        configuration.discovers = false
        configuration.nick = name
        change(&configuration)
        let node = Node(
            name: name, index: nodes.count, worldSeed: seed, configuration: configuration, random: random, now: now)
        nodes.append(node)
        return node
    }

    func index(_ node: Node) -> Int { nodes.firstIndex { $0 === node } ?? -1 }

    func start(_ node: Node) {
        node.isUp = true
        node.core = NodeCore(
            configuration: node.configuration, cryptography: node.secrets, restored: node.store,
            randomSeed: UInt64(index(node)) &* 77 &+ node.commands, now: time(of: index(node)))
        if node.configuration.isDurable {
            let wall = time(of: index(node)).wall
            node.core.restore(node.disk.restore(at: wall, newest: node.configuration.limits.history))
        }
        deliver(
            .started(listening: node.endpoint, reachable: node.isDialable ? [node.endpoint] : []), to: index(node))
    }

    /// As by kill -9: the sockets close, nothing is said. With `silently` not even that.
    func kill(_ node: Node, silently: Bool = false) {
        node.isUp = false
        node.held = []
        for (end, other) in peers.sorted(by: { $0.key.link < $1.key.link }) where end.node == index(node) {
            (peers[end], peers[other]) = (nil, nil)
            if !silently { schedule(.input(other.node, .linkDown(other.link, .closed))) }
        }
    }

    func perform(_ command: Command, at node: Node) -> CommandID {
        node.commands += 1
        let id = CommandID(node.commands)
        deliver(.command(id, command), to: index(node))
        return id
    }

    /// The answer, which in this world comes at once.
    @discardableResult
    func ask(_ command: Command, at node: Node) -> Answer? {
        let id = perform(command, at: node)
        run(for: .zero)
        return node.answers[id]
    }

    /// Cuts every connection between separated nodes: from here on dials fail after the dial time-out.
    func cutConnections() {
        for (end, other) in peers where isCut(end.node, other.node) { (peers[end], peers[other]) = (nil, nil) }
    }

    /// Every connection breaks, and both ends notice at the same moment.
    func dropConnections() {
        let ends = peers.keys.sorted { ($0.node, $0.link) < ($1.node, $1.link) }
        peers = [:]
        for end in ends { deliver(.linkDown(end.link, .broken("reset")), to: end.node) }
    }

    /// Is the one link of each the link of the other?
    func areLinkedToEachOther(_ left: Node, _ right: Node) -> Bool {
        peers.contains { $0.key.node == index(left) && $0.value.node == index(right) && peers[$0.value] == $0.key }
    }

    func run(for duration: Duration) {
        let end = now + duration
        while step(until: end) {}
        now = end
    }

    /// Runs until the condition holds; false when it does not within the limit.
    func run(until condition: () -> Bool, limit: Duration) -> Bool {
        let end = now + limit
        while !condition() {
            guard now < end else { return false }
            // Looking costs more than stepping.
            run(for: min(.milliseconds(50), end - now))
        }
        return true
    }

    /// All machines sleep and wake together, then run for two seconds.
    func jump(by duration: Duration) {
        now = now + duration
        for index in queue.indices { queue[index].at = queue[index].at + duration }
        for index in nodes.indices { deliver(.deadline, to: index) }
        run(for: .seconds(2))
    }

    private func step(until end: Instant) -> Bool {
        let next = queue.indices.min { (queue[$0].at, queue[$0].order) < (queue[$1].at, queue[$1].order) }
        var due: (at: Instant, node: Int?) = (next.map { queue[$0].at } ?? .distantFuture, nil)
        for (index, node) in nodes.enumerated() where node.isUp && !node.isPaused {
            if let deadline = node.core.nextDeadline, deadline < due.at { due = (deadline, index) }
        }
        guard due.at <= end else { return false }
        steps += 1
        precondition(steps < 5_000_000, "the world does not come to rest")
        now = max(now, due.at)
        if let node = due.node {
            deliver(.deadline, to: node)
        } else if let next {
            perform(queue.remove(at: next).event)
        }
        return true
    }

    /// One line a node, for a failure that must be understood.
    var description: String {
        nodes.map { node in
            let status = node.core.status
            let peers = node.core.linkStatuses.map { "\($0.nick ?? $0.id.short)" }.joined(separator: " ")
            return "\(node.name) \(node.id.short) \(status.state) members \(status.members) online \(status.online)"
                + " converged \(status.isConverged) state \(status.stateHash.hex.prefix(8)) links [\(peers)]"
                + " texts \(node.texts.count) "
                + status.counters.filter { !$0.name.hasPrefix("sent.") && !$0.name.hasPrefix("received.") }
                .map { "\($0.name)=\($0.count)" }.joined(separator: " ")
        }.joined(separator: "\n")
    }

    private func schedule(_ event: Event, after wait: Duration? = nil) {
        order += 1
        queue.append((now + (wait ?? delay), order, event))
    }

    private func perform(_ event: Event) {
        switch event {
        case .input(let node, let input): deliver(input, to: node)
        case .frame(let end, let bytes):
            guard peers[end] != nil else { return }
            do { deliver(.message(end.link, try Message(decoding: bytes)), to: end.node) } catch {
                deliver(.malformed(end.link, error), to: end.node)
            }
        case .connect(let end, let endpoint, let expected): connect(end, endpoint, expected)
        }
    }

    private func connect(_ end: End, _ endpoint: Endpoint, _ expected: NodeID?) {
        guard let target = nodes.firstIndex(where: { $0.endpoint == endpoint && $0.isUp }),
            nodes[target].isDialable, !isCut(end.node, target)
        else {
            return schedule(.input(end.node, .linkDown(end.link, .unreachable("refused"))), after: .seconds(1))
        }
        if let expected, expected != nodes[target].id {
            return deliver(.linkDown(end.link, .unexpectedKey(nodes[target].id)), to: end.node)
        }
        nodes[target].accepted += 1
        let other = End(node: target, link: .accepted(nodes[target].accepted))
        (peers[end], peers[other]) = (other, end)
        (slowness[end], slowness[other]) = (somewhatSlower(), somewhatSlower())
        let channel = nodes[target].cryptography.hash(nodes[target].secrets.randomBytes(32))
        let tls = nodes[target].configuration.usesTLS ? "TLSv1.3" : nil
        func info(_ role: LinkInfo.Role, _ remote: Endpoint, _ key: NodeID) -> LinkInfo {
            LinkInfo(
                role: role, remote: remote, tls: tls, certificateKey: tls == nil ? nil : key, channel: channel,
                since: now)
        }
        let source = Endpoint(host: nodes[end.node].endpoint.host, port: 50_000)
        deliver(.linkUp(other.link, info(.acceptor, source, nodes[end.node].id)), to: target)
        deliver(.linkUp(end.link, info(.dialler, endpoint, nodes[target].id)), to: end.node)
    }

    private func time(of index: Int) -> Instant {
        let skew = skews[index] ?? 0
        return Instant(
            uptime: now.uptime, wall: skew < 0 ? now.wall - skew.magnitude : now.wall + skew.magnitude)
    }

    private func deliver(_ input: Input, to index: Int) {
        let node = nodes[index]
        guard node.isUp else { return }
        guard !node.isPaused else { return node.held.append(input) }
        var effects: [Effect] = []
        node.core.handle(input, now: time(of: index), into: &effects)
        if traces { trace.append("\(now.uptime) \(node.name) \(input) -> \(effects)") }
        for effect in effects { perform(effect, of: index) }
    }

    private func send(_ bytes: [UInt8], to destination: DatagramDestination, from index: Int) {
        let source = Endpoint(host: nodes[index].endpoint.host, port: 4_000)
        for other in nodes.indices where other != index && nodes[other].isUp && !isCut(index, other) {
            if case .endpoint(let endpoint) = destination, nodes[other].endpoint.host != endpoint.host { continue }
            schedule(.input(other, .datagram(bytes, from: source)))
        }
    }

    func takeOver(_ endpoint: Endpoint, by node: Node) {
        for other in nodes where other.endpoint == endpoint { other.isDialable = false }
        node.endpoint = endpoint
    }

    func resume(_ node: Node) {
        node.isPaused = false
        let held = node.held
        node.held = []
        for input in held { deliver(input, to: index(node)) }
    }

    private static func isOwn(_ routed: Routed, of node: Node) -> Bool {
        switch routed.item {
        case .request(let signed): (try? SyncRequest(body: signed.body))?.signer == node.id
        case .response(let signed): (try? SyncResponse(body: signed.body))?.signer == node.id
        case .raw, .ack: false
        }
    }

    private func perform(_ effect: Effect, of index: Int) {
        let node = nodes[index]
        switch effect {
        case .dial(let link, let endpoint, let expected):
            schedule(
                .connect(from: End(node: index, link: link), to: endpoint, expected: expected),
                after: delay * 2 + somewhatSlower())
        case .send(_, .routed(let routed)) where node.isMute && !Self.isOwn(routed, of: node): break
        case .send(_, .digest) where node.isSecretive: break
        case .send(let link, let message):
            guard let other = peers[End(node: index, link: link)] else { return }
            let bytes = message.encoded()
            node.frameBytes += bytes.count + 4
            if records { recorded.append(bytes) }
            if !isCut(index, other.node) {
                schedule(.frame(to: other, bytes), after: delay + (slowness[other] ?? .zero))
            }
        case .close(let link, _):
            let end = End(node: index, link: link)
            if let other = peers[end] {
                peers[end] = nil
                let gone = other
                // Frames on their way arrive first.
                order += 1
                let arrival = now + delay + (slowness[gone] ?? .zero) + .milliseconds(1)
                queue.append((arrival, order, .input(gone.node, .linkDown(gone.link, .closed))))
                let half = peers[gone]
                if half == nil { queue.removeLast() }
            }
            schedule(.input(index, .linkDown(link, .closedByUs)), after: .zero)
        case .emit(let event): node.events.append(event)
        case .answer(let id, let answer): node.answers[id] = answer
        case .persist(let id, let entries):
            // What survives goes through its byte form.
            node.store += entries.compactMap { try? StateEntry(decoding: $0.encoded()) }
            schedule(.input(index, .persisted(id)), after: .zero)
        case .store(let id, let entries):
            node.disk.append(entries)
            schedule(.input(index, .persisted(id)), after: .zero)
        case .find(let id, let query): schedule(.input(index, .found(id, node.disk.find(query))), after: .zero)
        case .stopped: node.isUp = false
        case .datagram(let bytes, let destination): send(bytes, to: destination, from: index)
        case .open: break
        }
    }
}
