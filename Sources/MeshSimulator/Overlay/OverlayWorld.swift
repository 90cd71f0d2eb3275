import MeshCore

/// Thousands of nodes, each a real `TopologyMachine` and a real `PlumtreeMachine` and nothing else, under virtual time.
///
/// Membership is given, handshakes are a delay, a record is its version and a message its id: what is left is the
/// overlay and the trees on it, of which ten thousand fit into memory. One list of events by the millisecond;
/// everything follows from the seed.
package final class OverlayWorld {
    package let options: OverlayOptions
    package internal(set) var nodes: [OverlayNode] = []
    package internal(set) var messages: [OverlayMessage] = []
    /// Milliseconds.
    package var time: Int { wheel.time }

    let seed: UInt64
    var wheel = TimeWheel<OverlayEvent>()
    var generator: SeededGenerator
    /// Every links record by its owner, oldest first.
    var published: [[LinksValue]] = []
    /// By owner, then by node: the newest version of the owner's record that the node has, 0 for none. In this order
    /// because a record reaches all nodes at about the same time: what is touched then lies together.
    var versions: [[UInt16]] = []
    /// Every connection there ever was.
    var connections: [OverlayConnection] = []
    /// Two nodes can talk when they are on the same side, or when one is on side 0.
    var sides: [Int]
    var isDiallable: [Bool]
    /// The dead whose hosts answer.
    var answersWithReset: [Bool]
    var lastFault: Int?
    var connectedAt: Int?

    package internal(set) var largestDegree = 0
    package internal(set) var dials = 0
    package internal(set) var events = 0
    /// Everything that happened, in one number.
    package private(set) var trace: UInt64 = 14_695_981_039_346_656_037

    /// Without nodes; see `init(count:…)` and `settled`.
    init(empty count: Int, seed: UInt64, options: OverlayOptions) {
        precondition(count > 0 && options.undiallable <= count, "\(count) nodes, \(options.undiallable) undiallable")
        precondition(options.latency.lowerBound > 0, "a link without delay")
        (self.seed, self.options, generator) = (seed, options, SeededGenerator(seed: seed))
        sides = Array(repeating: 0, count: count)
        answersWithReset = Array(repeating: false, count: count)
        isDiallable = (0..<count).map { $0 < count - options.undiallable }
        nodes.reserveCapacity(count)
    }

    var now: Instant { Instant(uptime: Int64(time) * 1_000_000, wall: UInt64(time)) }

    /// A node's number stands in its id, so that nobody has to look it up.
    func number(of id: NodeID) -> Int { Int(truncatingIfNeeded: id.bytes.words.3) }

    func makeID(_ number: Int) -> NodeID {
        NodeID(Bytes32(words: generator.next(), generator.next(), generator.next(), UInt64(number)))
    }

    /// One way between two nodes; the same both ways and for ever.
    func latency(_ first: Int, _ second: Int) -> Int {
        var pair = SeededGenerator(seed: seed ^ UInt64(min(first, second)) << 32 ^ UInt64(max(first, second)))
        return Int.random(in: options.latency, using: &pair)
    }

    // MARK: Time

    package func run(milliseconds: Int) {
        let end = time + milliseconds
        while time < end {
            for event in wheel.advance() {
                events += 1
                happen(event)
            }
        }
    }

    /// Runs until `condition` holds, looking every 100 ms; nil when it does not within the limit.
    package func run(until condition: (OverlayWorld) -> Bool, limit: Int) -> Int? {
        let start = time
        while time - start < limit {
            run(milliseconds: 100)
            if condition(self) { return time - start }
        }
        return nil
    }

    func schedule(_ event: OverlayEvent, after delay: Int) { wheel.add(event, at: time + max(delay, 1)) }

    /// Words into the trace: FNV-1a, 64 bits at a time, with what multiplying leaves at the top brought down.
    func note(_ kind: UInt64, _ first: Int, _ second: Int = 0, _ third: Int = 0) {
        let word = kind << 56 ^ UInt64(truncatingIfNeeded: time) << 24 ^ UInt64(truncatingIfNeeded: first)
        trace = (trace ^ word) &* 1_099_511_628_211
        trace ^= trace >> 29
        trace = (trace ^ UInt64(truncatingIfNeeded: second) << 32 ^ UInt64(truncatingIfNeeded: third))
        trace = trace &* 1_099_511_628_211
        trace ^= trace >> 31
    }

    private func happen(_ event: OverlayEvent) {
        switch event {
        case .start(let number): start(number)
        case .wake(let number): wake(number)
        case .dialed(let dialler, let target, let features): connect(dialler, target, features)
        case .dialFailed(let dialler, let target): fail(dialler, target)
        case .rejected(let dialler, let target, let others): rejected(dialler, by: target, others)
        case .dialSeed(let number): dialSeed(number)
        case .dialBack(let asker, let peer): answerDialBack(asker, by: peer)
        case .compare(let connection, let isNew): compare(over: connection, isNew: isNew)
        case .record(let to, let connection, let owner, let version):
            learn(to, over: connection, owner: owner, version: version)
        case .lost(let number, let connection): close(number, connection)
        case .drain(let number, let connection): drain(number, over: connection)
        case .drainRefused(let number, let connection): drainRefused(number, over: connection)
        case .drained(let connection):
            close(connections[connection].first, connection)
            close(connections[connection].second, connection)
        case .send(let author): send(by: author)
        case .payload(let payload): receive(payload)
        case .ihave(let to, let connection, let message): receive(message, to, over: connection)
        case .graft(let to, let connection, let message): receive(message, to, over: connection)
        case .prune(let to, let connection, let message): receive(message, to, over: connection)
        case .notFound(let to, let connection, let message): receive(message, to, over: connection)
        case .fetch(let to, let connection, let message): serve(message, to, over: connection)
        case .antiEntropy(let number): compareWithOne(number)
        case .lookAtGraph: lookAtGraph()
        }
    }

    // MARK: A node's turn

    private func start(_ number: Int) {
        let offset = number * 977 % options.antiEntropy
        schedule(.antiEntropy(number), after: options.antiEntropy + offset)
        if options.hasSeedPeer, number != 0 { schedule(.dialSeed(number), after: 1_000) }
        if nodes[number].isRosterDirty { giveRoster(number) }
        plan(number)
    }

    private func wake(_ number: Int) {
        let node = nodes[number]
        guard node.isAlive, node.wakeAt == time else { return }
        (node.wakeAt, node.isPlannedForRecords) = (.max, false)
        if node.isRosterDirty { giveRoster(number) }
        if node.machine.nextEvaluation <= now {
            let actions = node.machine.evaluate(now: now, using: &node.generator)
            for action in actions { perform(action, by: number) }
        }
        if let due = node.plumtree.nextDeadline, due <= now {
            perform(node.plumtree.deadline(now: now), by: number)
        }
        plan(number)
    }

    /// Sees to it that the node is woken when one of its machines wants to be; to be called after each input.
    func plan(_ number: Int) {
        let node = nodes[number]
        let due = min(node.machine.nextEvaluation, node.plumtree.nextDeadline ?? .distantFuture)
        let moment = node.isRosterDirty ? time : Int(due.uptime / 1_000_000 + (due.uptime % 1_000_000 > 0 ? 1 : 0))
        let wakeAt = max(moment, time + 1)
        guard wakeAt < node.wakeAt else { return }
        node.wakeAt = wakeAt
        wheel.add(.wake(number), at: wakeAt)
    }
}
