package import MeshCore
import MeshCrypto

/// Some to thousands of real ``NodeCore``s under virtual time, joined by a seeded, hostile network.
///
/// One queue holds everything that will happen; whatever a core wants done becomes something that happens to another
/// one later. Nothing is left to chance but what follows from the seed: equal options and seeds give equal histories,
/// told by ``traceHash``.
package final class World {
    package struct Options: Sendable {
        package var seed: UInt64 = 1
        package var network = NetworkModel()
        package var cryptography = CryptographyKind.automatic
        /// Frames travel as bytes, through the wire format; else as values, which is faster.
        package var encodesFrames = false
        /// A second thread computes what the next moments hold: the same history in less time, for worlds that are alone.
        package var usesHelper = false
        /// Lines of the trace that are kept for people; 0 for none.
        package var traceCapacity = 0
        package init() {}
    }

    /// Real OpenSSL costs 100 us for each signature that is made or checked, even once for all: for a hundred nodes, not for
    /// a thousand.
    package enum CryptographyKind: String, Sendable, CaseIterable {
        case automatic, openssl, fast
        package static let openSSLNodes = 100
    }

    package let options: Options
    package internal(set) var nodes: [SimulatedNode] = []
    var network: NetworkModel { didSet { leastLatency = min(leastLatency, network.latency.lowerBound.nanoseconds) } }
    /// Of all networks so far, in ns: connections keep the latency that they began with.
    private(set) var leastLatency: Int64
    var barriers = Barriers()
    var generator: SeededGenerator
    /// ns since the world began.
    package internal(set) var time: Int64 = 0
    var queue = EventQueue<WorldEvent>()
    var connections: [Connection?] = []
    /// Connections made so far: what makes each channel value unique.
    var connectionCount: UInt64 = 0
    var nodesByEndpoint: [Endpoint: Int] = [:]
    /// A core that has restored what all acquainted nodes have in their stores.
    var likeness: NodeCore?
    /// Records reach everybody by ``startAcquainted(within:)``; what gossip would say of them is not carried.
    var isIntroducing = false
    /// Grows when what is planned is void.
    var planNumber = 0
    private var effects: [Effect] = []
    private let verdicts = Verdicts()
    let helper: Helper?
    /// The number of the batch that a helper is offered next, where it begins, and where its next step is put.
    var (batch, batchStart, nextStep) = (1, 0, 0)
    /// All that is due up to here was looked at, in ns.
    var outlook: Int64 = 0
    /// What happens there may concern everybody.
    var isOutlookBlocked = false
    var isInStep = false
    var flights: [Flight] = []
    /// Links crossed by the chat message that is being delivered.
    var hopsInHand: UInt16?

    package internal(set) var trace: Trace
    private(set) var hash = TraceHash()
    package internal(set) var traffic = TrafficMeter()
    package internal(set) var ledger = MessageLedger()
    package internal(set) var chronicle = Chronicle()
    package internal(set) var violations: [Violation] = []
    /// Inputs delivered so far, to all nodes.
    package private(set) var steps = 0
    package var stepObservers: [any StepObserver] = []
    package var eventObservers: [any EventObserver] = []
    /// Makes all nodes wrong, to see whether that is noticed.
    package var defect: (any Defect)?

    package init(_ options: Options) {
        self.options = options
        network = options.network
        leastLatency = options.network.latency.lowerBound.nanoseconds
        helper = options.usesHelper ? Helper() : nil
        trace = Trace(capacity: options.traceCapacity)
        generator = SeededGenerator(seed: options.seed)
    }

    deinit { helper?.stop() }

    /// The clocks of a host without skew. Both start well above zero, as real ones do.
    package var now: Instant { Self.instant(at: time) }
    /// Since the world began.
    package var elapsed: Duration { .nanoseconds(time) }
    package var traceHash: UInt64 { hash.value }

    static func instant(at time: Int64, skew: Int64 = 0) -> Instant {
        let wall = 1_800_000_000_000 + time / 1_000_000 + skew
        return Instant(uptime: 1_000_000_000 + time, wall: UInt64(max(0, wall)))
    }

    /// Number of nodes decides between OpenSSL and the fast double if nothing else does.
    package func cryptography(of index: Int, among count: Int) -> any Cryptography {
        let isFast =
            switch options.cryptography {
            case .automatic: count > CryptographyKind.openSSLNodes
            case .openssl: false
            case .fast: true
            }
        if isFast { return FastCryptography(index: index, seed: options.seed) }
        let secrets = secrets(of: index)
        guard let seed = IdentitySeed(bytes: secrets.identity) else { preconditionFailure("32 bytes were given") }
        return SeededCryptography(base: OpenSSLCryptography(seed: seed), seed: secrets.seed, verdicts: verdicts)
    }

    /// What real cryptography of a node begins with: its private identity key, and the seed of all fresh secrets.
    package func secrets(of index: Int) -> (identity: [UInt8], seed: UInt64) {
        var generator = SeededGenerator(seed: options.seed &* 1_000_003 &+ UInt64(index))
        let identity = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return (identity, generator.next())
    }

    /// Adds a node that is not yet running. `count`: how many the world will have in the end.
    @discardableResult
    package func add(
        _ configuration: NodeConfiguration, cryptography: any Cryptography, isDiallable: Bool = true
    ) -> SimulatedNode {
        let node = SimulatedNode(
            index: nodes.count, cryptography: cryptography, configuration: configuration, now: now)
        node.isDiallable = isDiallable
        nodes.append(node)
        nodesByEndpoint[node.endpoint] = node.index
        ledger.grow(to: nodes.count)
        return node
    }

    // MARK: Time

    package func run(for duration: Duration) { run(to: time + duration.nanoseconds) }

    func run(to end: Int64) {
        while let next = queue.nextTime, next <= end {
            if let helper { lookAhead(from: next, to: end, with: helper) }
            guard let (at, event) = queue.pop() else { break }
            time = max(time, at)
            happen(event)
        }
        time = end
    }

    /// All machines sleep for so long: both clocks go on, and whatever was due meanwhile comes late.
    package func sleep(for duration: Duration) { time += duration.nanoseconds }

    /// Runs until the condition holds, looking every `interval`; nil when it does not within the limit.
    @discardableResult
    package func run(
        until condition: (World) -> Bool, within limit: Duration, lookingEvery interval: Duration = .milliseconds(100)
    ) -> Duration? {
        let start = time
        while !condition(self) {
            guard time - start < limit.nanoseconds else { return nil }
            run(for: interval)
        }
        return .nanoseconds(time - start)
    }

    func schedule(_ event: WorldEvent, after delay: Int64 = 0) { queue.push(event, at: time + delay) }

    private func happen(_ event: WorldEvent) {
        switch event {
        case .wake(let index): wake(nodes[index])
        case .input(let index, let life, let input):
            if nodes[index].life == life { deliver(input, to: nodes[index]) }
        case .stored(let index, let life, let entries, let id):
            if nodes[index].life == life { stored(entries, as: id, at: nodes[index]) }
        case .kept(let index, let life, let entries, let id):
            if nodes[index].life == life { keep(entries, as: id, at: nodes[index]) }
        case .arrival(let connection, let side, let item): arrive(item, at: side, of: connection)
        case .knock(let dialling): knock(dialling)
        case .established(let connection, let side): establish(side, of: connection)
        case .expired(let connection): expire(connection)
        case .datagram(let index, let bytes, let source): deliver(.datagram(bytes, from: source), to: nodes[index])
        case .fault(let fault): perform(fault)
        case .planned(let fault, let plan): if plan == planNumber { perform(fault) }
        case .mischief(let index, let life): mischief(of: nodes[index], life: life)
        case .send(let index, let target): say(from: nodes[index], to: target.map { nodes[$0] })
        case .resume(let index, let life): if nodes[index].life == life { resume(nodes[index]) }
        case .mendClog(let from, let to): mend(from: from, to: to)
        }
    }

    private func wake(_ node: SimulatedNode) {
        // Late after a sleep, else to the nanosecond.
        guard node.wakeAt <= time else { return }
        node.wakeAt = .max
        // A helper found it due, and may have its core in hand.
        if node.stepAhead != nil { return deliver(.deadline, to: node) }
        guard node.isRunning, let deadline = node.ask({ $0.nextDeadline }) else { return }
        if Self.instant(at: time) < deadline { return rearm(node) }
        deliver(.deadline, to: node)
    }

    private func rearm(_ node: SimulatedNode) {
        guard node.isRunning, let deadline = node.ask({ $0.nextDeadline }) else { return }
        let time = time
        // Real timers take a moment even when they are due: a core that never rests must not stop the world.
        let at = max(time + Self.timerGranularity, deadline.uptime - Self.instant(at: 0).uptime)
        guard at < node.wakeAt else { return }
        node.wakeAt = at
        queue.push(.wake(node.index), at: at)
    }

    private static let timerGranularity: Int64 = 100_000

    // MARK: One step

    func deliver(_ original: Input, to node: SimulatedNode) {
        guard node.isUp else { return }
        guard !node.isPaused else { return node.held.append(original) }
        var input = original
        if defect != nil {
            guard let altered = defect?.altered(original, for: node, in: self) else { return }
            input = altered
        }
        steps += 1
        note(input, at: node)
        for observer in stepObservers { observer.willDeliver(input, to: node, in: self) }
        if case .message(_, .gossip(let gossip)) = input { hopsInHand = gossip.hops }
        // The buffer is handed round instead of allocated; a step never begins within another.
        var effects = self.effects
        self.effects = []
        compute(input, at: node, into: &effects)
        defect?.alter(&effects, of: node, after: input, in: self)
        node.misbehaviour?.tamper(with: &effects, of: node, in: self)
        isInStep = true
        for effect in effects { perform(effect, of: node) }
        takeOff()
        isInStep = false
        for observer in stepObservers { observer.didDeliver(input, to: node, effects: effects, in: self) }
        effects.removeAll(keepingCapacity: true)
        self.effects = effects
        hopsInHand = nil
        rearm(node)
    }

    private func compute(_ input: Input, at node: SimulatedNode, into effects: inout [Effect]) {
        let now = Self.instant(at: time, skew: node.skew)
        if let step = node.stepAhead {
            node.stepAhead = nil
            guard step.takeBack() else { return finish(step, now: now, into: &effects) }
        }
        node.core.handle(input, now: now, into: &effects)
    }

    private func perform(_ effect: Effect, of node: SimulatedNode) {
        note(effect, of: node)
        switch effect {
        case .dial(let link, let endpoint, let expected): dial(link, endpoint, expected: expected, from: node)
        case .send(let link, let message): send(message, over: link, from: node)
        case .open(let link): opened(link, at: node)
        case .close(let link, let reason): close(link, reason, at: node)
        case .emit(let event): tell(event, of: node)
        case .answer(let command, let answer): answered(command, answer, at: node)
        case .persist(let id, let entries): persist(entries, as: id, at: node)
        case .store(let id, let entries):
            schedule(.kept(node.index, life: node.life, entries, id), after: network.storeDelay.nanoseconds)
        case .find(let id, let query):
            let found = Input.found(id, find(query, at: node))
            schedule(.input(node.index, life: node.life, found), after: network.storeDelay.nanoseconds)
        case .stopped: stopped(node)
        case .datagram(let bytes, let destination): send(bytes, to: destination, from: node)
        }
    }

    /// On disk after a moment: a crash in between loses it, as it would for real.
    private func persist(_ entries: [StateEntry], as id: PersistID, at node: SimulatedNode) {
        schedule(.stored(node.index, life: node.life, entries, id), after: network.storeDelay.nanoseconds)
    }

    func stored(_ entries: [StateEntry], as id: PersistID, at node: SimulatedNode) {
        node.store += entries.compactMap { try? StateEntry(decoding: $0.encoded()) }
        deliver(.persisted(id), to: node)
    }

    // MARK: The trace

    private func note(_ input: Input, at node: SimulatedNode) {
        // Here and below a copy: each use of a property of an object is checked for overlapping ones.
        var hash = hash
        defer { self.hash = hash }
        hash.add(time)
        hash.add(node.index)
        switch input {
        case .message(let link, let message):
            hash.add(link.value)
            hash.add(message.fingerprint)
        case .deadline: hash.add(1)
        case .persisted: hash.add(2)
        case .linkUp(let link, _): hash.add(link.value &+ 3)
        case .linkDown(let link, let failure):
            hash.add(link.value &+ 4)
            hash.add(failure.name)
        case .command: hash.add(5)
        case .datagram(let bytes, _): for byte in bytes { hash.add(UInt64(byte)) }
        case .malformed(let link, _): hash.add(link.value &+ 6)
        case .started, .persistFailed: hash.add(7)
        case .found: hash.add(9)
        }
        if trace.isOn { describe(input, at: node) }
    }

    private func note(_ effect: Effect, of node: SimulatedNode) {
        var hash = hash
        defer { self.hash = hash }
        switch effect {
        case .send(let link, let message):
            hash.add(link.value)
            hash.add(message.fingerprint)
        case .dial(let link, let endpoint, _):
            hash.add(link.value)
            hash.add(Int(endpoint.port))
        case .open(let link): hash.add(link.value)
        case .close(let link, let reason):
            hash.add(link.value)
            hash.add(reason.rawValue)
        case .emit, .answer, .persist, .store, .find, .stopped, .datagram: hash.add(8)
        }
        if trace.isOn { describe(effect, of: node) }
    }
}
