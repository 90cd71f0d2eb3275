import MeshCore

/// N topology machines under virtual time, joined by a model of links: one delay is 25 ms, a dial takes three, a dead
/// dial 2 s, and the silence of a dead peer is noticed after 1.0 to 1.3 s. Records flood over links; the ends of a
/// new link exchange what they have. Everything follows from the seed.
struct TopologyWorld {
    struct Node {
        let id: NodeID
        var machine: TopologyMachine
        var starts: Int
        var isAlive = true
        /// Open links, as the sockets know it.
        var peers: Set<Int> = []
        /// The newest version of each member's record, by index; 0 for none.
        var versions: [Int]
        /// Whose address is known.
        var knows: Set<Int>
        var isRosterDirty = true
        var reachable: Set<NodeID>
        var firstLink: Int?
    }

    enum Event {
        case dialed(Int, Int, Hello.Features)
        case dialFailed(Int, Int)
        case rejected(Int, by: Int, others: [NodeID])
        case sync(Int, Int)
        case record(to: Int, from: Int, owner: Int, version: Int)
        case silence(Int, of: Int)
        case drain(from: Int, at: Int)
        case drainRefused(Int, by: Int)
        case drained(Int, Int)
        case dialBack(Int, by: Int)
    }

    static let tick = 25
    static let dialTimeout = 2_000

    private(set) var nodes: [Node] = []
    private var generators: [SeededGenerator] = []
    private(set) var time = 0
    private var events: [Int: [Event]] = [:]
    private var published: [[LinksValue]]
    private let index: [NodeID: Int]
    private var generator: SeededGenerator
    var isDiallable: [Bool]
    /// Two nodes can talk when they are on the same side, or when one is on side 0.
    var sides: [Int]
    /// Node 0 is dialled by whoever has no link.
    var hasSeedPeer = false
    private(set) var largestDegree = 0
    private(set) var dials = 0
    /// Everything that happened, in one number.
    private(set) var trace: UInt64 = 14_695_981_039_346_656_037

    /// `undiallable` nodes come last. `knowsInbound`: they know of it from the start.
    init(
        _ count: Int, undiallable: Int = 0, knowsInbound: Bool = true, seed: UInt64, maxDegree: Int = 3,
        starts: (Int) -> Int = { _ in 0 }, knows: (Int) -> Set<Int>
    ) {
        var generator = SeededGenerator(seed: seed)
        let ids = (0..<count).map { _ in
            NodeID((0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) })!
        }
        isDiallable = (0..<count).map { $0 < count - undiallable }
        sides = Array(repeating: 0, count: count)
        published = Array(repeating: [], count: count)
        index = Dictionary(uniqueKeysWithValues: ids.enumerated().map { ($1, $0) })
        for number in 0..<count {
            let machine = TopologyMachine(
                id: ids[number], configuration: .init(minDegree: 2, maxDegree: maxDegree),
                weight: ChordWeight(network: .zero, hash: testHash),
                hasEndpoint: isDiallable[number] || !knowsInbound, now: Instant(uptime: 0, wall: 0))
            nodes.append(
                Node(
                    id: ids[number], machine: machine, starts: starts(number),
                    versions: Array(repeating: 0, count: count), knows: knows(number),
                    reachable: [ids[number]]))
            generators.append(SeededGenerator(seed: generator.next()))
        }
        self.generator = generator
    }

    /// A mesh in which everybody knows everybody's address, not yet linked.
    static func acquainted(
        _ count: Int, undiallable: Int = 0, knowsInbound: Bool = true, seed: UInt64, maxDegree: Int = 3
    ) -> TopologyWorld {
        TopologyWorld(
            count, undiallable: undiallable, knowsInbound: knowsInbound, seed: seed, maxDegree: maxDegree,
            starts: { $0 * 977 % 1_000 }, knows: { _ in Set(0..<count) })
    }

    private var now: Instant { Instant(uptime: Int64(time) * 1_000_000, wall: UInt64(time)) }

    mutating func run(milliseconds: Int) {
        let end = time + milliseconds
        while time < end { step() }
    }

    /// Runs until `condition` holds, looking every 100 ms; nil when it does not within the limit.
    mutating func run(until condition: (TopologyWorld) -> Bool, limit: Int) -> Int? {
        let start = time
        while time - start < limit {
            run(milliseconds: 100)
            if condition(self) { return time - start }
        }
        return nil
    }

    private mutating func step() {
        time += Self.tick
        for event in events.removeValue(forKey: time) ?? [] { happen(event) }
        for number in nodes.indices where nodes[number].isAlive && nodes[number].starts <= time {
            if nodes[number].isRosterDirty { giveRoster(number) }
            if nodes[number].machine.nextEvaluation <= now { evaluate(number) }
            if hasSeedPeer, number != 0, nodes[number].machine.wantsSeedPeers, time % 1_000 == 0 { dialSeed(number) }
        }
    }

    private mutating func giveRoster(_ number: Int) {
        nodes[number].isRosterDirty = false
        let known = nodes[number].knows
        let members = known.sorted().map { TopologyMachine.Member(id: nodes[$0].id, hasEndpoint: true) }
        nodes[number].machine.setRoster(members)
        // A record that came before its owner was known.
        for owner in known.sorted() where nodes[number].versions[owner] > 0 {
            let (name, version) = (nodes[owner].id, nodes[number].versions[owner])
            nodes[number].machine.recordReceived(published[owner][version - 1], of: name)
        }
    }

    private mutating func schedule(_ event: Event, after delay: Int) {
        events[time + max(delay / Self.tick, 1) * Self.tick, default: []].append(event)
    }

    private mutating func evaluate(_ number: Int) {
        let actions = nodes[number].machine.evaluate(now: now, using: &generators[number])
        for action in actions { perform(action, by: number) }
    }

    private mutating func perform(_ action: TopologyAction, by number: Int) {
        note("\(time) \(number) \(action)")
        switch action {
        case .becameReachable(let id): nodes[number].reachable.insert(id)
        case .becameUnreachable(let id): nodes[number].reachable.remove(id)
        case .dial(let id): dial(index[id]!, by: number)
        case .askDrain(let id): schedule(.drain(from: number, at: index[id]!), after: Self.tick)
        case .askDialBack(let id): schedule(.dialBack(number, by: index[id]!), after: 6 * Self.tick)
        case .publish(let value):
            published[number].append(value)
            nodes[number].versions[number] = published[number].count
            spread(owner: number, version: published[number].count, by: number, except: nil)
        }
    }

    private mutating func note(_ text: String) {
        for byte in text.utf8 { trace = (trace ^ UInt64(byte)) &* 1_099_511_628_211 }
    }

    private mutating func dial(_ target: Int, by number: Int) {
        dials += 1
        if canTalk(number, target), isDiallable[target], nodes[target].isAlive, nodes[target].starts <= time {
            schedule(.dialed(number, target, nodes[number].machine.features), after: 3 * Self.tick)
        } else {
            schedule(.dialFailed(number, target), after: Self.dialTimeout)
        }
    }

    private func canTalk(_ first: Int, _ second: Int) -> Bool {
        sides[first] == sides[second] || sides[first] == 0 || sides[second] == 0
    }

    private mutating func spread(owner: Int, version: Int, by number: Int, except: Int?) {
        for peer in nodes[number].peers.sorted() where peer != except {
            schedule(.record(to: peer, from: number, owner: owner, version: version), after: Self.tick)
        }
    }

    private mutating func happen(_ event: Event) {
        switch event {
        case .dialed(let dialler, let target, let features): connect(dialler, target, features)
        case .dialFailed(let dialler, let target): fail(dialler, target)
        case .rejected(let dialler, let target, let others):
            guard nodes[dialler].isAlive else { return }
            for other in others { learnAddress(dialler, of: index[other]!) }
            let rejecter = nodes[target].id
            nodes[dialler].machine.dialRejected(
                by: rejecter, others: others, now: now, using: &generators[dialler])
        case .sync(let first, let second): synchronise(first, second)
        case .record(let to, let from, let owner, let version): learn(to, from: from, owner: owner, version: version)
        case .silence(let number, let peer): if nodes[number].isAlive { close(number, peer) }
        case .drain(let from, let at): drain(from, at)
        case .drainRefused(let number, let peer):
            let refuser = nodes[peer].id
            nodes[number].machine.drainRefused(by: refuser)
        case .drained(let first, let second):
            close(first, second)
            close(second, first)
        case .dialBack(let asker, let peer):
            let reached = isDiallable[asker] && canTalk(asker, peer)
            let helper = nodes[peer].id
            nodes[asker].machine.dialBackAnswered(by: helper, reached: reached)
        }
    }

    private mutating func dialSeed(_ number: Int) {
        let seed = nodes[0].id
        nodes[number].machine.dialStarted(seed)
        dial(0, by: number)
    }

    private mutating func fail(_ dialler: Int, _ target: Int) {
        guard nodes[dialler].isAlive else { return }
        let there = nodes[target].id
        nodes[dialler].machine.dialFailed(
            there, byNetwork: true, now: now, using: &generators[dialler])
    }

    private mutating func connect(_ dialler: Int, _ target: Int, _ features: Hello.Features) {
        guard nodes[dialler].isAlive else { return }
        guard nodes[target].isAlive, canTalk(dialler, target) else { return fail(dialler, target) }
        let (here, there) = (nodes[dialler].id, nodes[target].id)
        nodes[target].machine.inboundSeen()
        if nodes[dialler].peers.contains(target) { return nodes[dialler].machine.dialGivenUp(there, now: now) }
        guard nodes[target].machine.accepts(here, features: features, asDialler: false) else {
            let others = nodes[target].machine.alternatives(
                for: here, isUndiallable: features.contains(.undiallable), using: &generators[target])
            return schedule(.rejected(dialler, by: target, others: others), after: Self.tick)
        }
        let answer = nodes[target].machine.features
        guard nodes[dialler].machine.accepts(there, features: answer, asDialler: true) else {
            return nodes[dialler].machine.dialGivenUp(there, now: now)
        }
        open(dialler, target, features: answer)
        open(target, dialler, features: features)
        schedule(.sync(dialler, target), after: 2 * Self.tick)
    }

    private mutating func open(_ number: Int, _ peer: Int, features: Hello.Features) {
        nodes[number].peers.insert(peer)
        nodes[number].firstLink = nodes[number].firstLink ?? time
        let there = nodes[peer].id
        nodes[number].machine.linkOpened(there, features: features, now: now)
        learnAddress(number, of: peer)
        if isDiallable[number] { largestDegree = max(largestDegree, nodes[number].peers.count) }
    }

    private mutating func close(_ number: Int, _ peer: Int) {
        guard nodes[number].peers.remove(peer) != nil else { return }
        let there = nodes[peer].id
        nodes[number].machine.linkClosed(there, now: now)
    }

    private mutating func drain(_ from: Int, _ at: Int) {
        guard nodes[at].isAlive, nodes[at].peers.contains(from) else { return }
        let asker = nodes[from].id
        if nodes[at].machine.agreesToDrain(asker, now: now) {
            schedule(.drained(from, at), after: Self.tick)
        } else {
            schedule(.drainRefused(from, by: at), after: Self.tick)
        }
    }

    private mutating func learnAddress(_ number: Int, of other: Int) {
        if nodes[number].knows.insert(other).inserted { nodes[number].isRosterDirty = true }
    }

    private mutating func learn(_ number: Int, from: Int, owner: Int, version: Int) {
        guard nodes[number].isAlive, nodes[number].peers.contains(from), nodes[number].versions[owner] < version
        else { return }
        nodes[number].versions[owner] = version
        learnAddress(number, of: owner)
        let name = nodes[owner].id
        nodes[number].machine.recordReceived(published[owner][version - 1], of: name)
        spread(owner: owner, version: version, by: number, except: from)
    }

    private mutating func synchronise(_ first: Int, _ second: Int) {
        guard nodes[first].peers.contains(second), nodes[second].peers.contains(first) else { return }
        for owner in nodes[first].knows.symmetricDifference(nodes[second].knows).sorted() {
            learnAddress(first, of: owner)
            learnAddress(second, of: owner)
        }
        for owner in nodes.indices {
            let (mine, yours) = (nodes[first].versions[owner], nodes[second].versions[owner])
            if mine > yours {
                schedule(.record(to: second, from: first, owner: owner, version: mine), after: Self.tick)
            } else if yours > mine {
                schedule(.record(to: first, from: second, owner: owner, version: yours), after: Self.tick)
            }
        }
    }
}

// MARK: - What may happen to the world

extension TopologyWorld {
    /// Dies without a word.
    mutating func kill(_ victims: [Int]) {
        for victim in victims { nodes[victim].isAlive = false }
        for victim in victims { for peer in nodes[victim].peers.sorted() { fallSilent(peer, to: victim) } }
    }

    /// Numbers with different sides cannot talk any more.
    mutating func split(_ side: (Int) -> Int) {
        sides = nodes.indices.map(side)
        for number in nodes.indices {
            for peer in nodes[number].peers.sorted() where !canTalk(number, peer) { fallSilent(number, to: peer) }
        }
    }

    mutating func heal() { sides = sides.map { _ in 0 } }

    private mutating func fallSilent(_ number: Int, to peer: Int) {
        schedule(.silence(number, of: peer), after: Int.random(in: 1_000..<1_300, using: &generator))
    }

    mutating func choose(_ count: Int) -> [Int] { Array(nodes.indices.shuffled(using: &generator).prefix(count)) }
}

// MARK: - What can be seen of it

extension TopologyWorld {
    private var present: [Int] { nodes.indices.filter { nodes[$0].isAlive && nodes[$0].starts <= time } }

    var degrees: [Int] { present.map { nodes[$0].peers.count } }

    /// Of the graph of sockets that both ends hold.
    var components: Int {
        var seen: Set<Int> = []
        var count = 0
        for start in present where seen.insert(start).inserted {
            count += 1
            var queue = [start]
            while let number = queue.popLast() {
                for peer in nodes[number].peers
                where nodes[peer].isAlive && nodes[peer].peers.contains(number) && seen.insert(peer).inserted {
                    queue.append(peer)
                }
            }
        }
        return count
    }

    /// Pairs of ring neighbours, among those who can be dialled, that are not linked.
    var ringGaps: Int {
        let ring = present.filter { isDiallable[$0] }.sorted { nodes[$0].id < nodes[$1].id }
        guard ring.count > 1 else { return 0 }
        return ring.indices.count { !nodes[ring[$0]].peers.contains(ring[($0 + 1) % ring.count]) }
    }

    /// Everybody sees as reachable exactly those who are alive.
    var hasRightViews: Bool {
        let alive = Set(present.map { nodes[$0].id })
        return present.allSatisfy { nodes[$0].reachable == alive && nodes[$0].machine.reachable == alive.sorted() }
    }

    /// One component, ring closed, views right and nobody repairing any more.
    func isSettled(maxDegree: Int = 3) -> Bool {
        components == 1 && ringGaps == 0 && hasRightViews
            && present.allSatisfy { !isDiallable[$0] || nodes[$0].peers.count <= maxDegree }
    }
}

/// FNV-1a spread over 32 bytes: enough to rank chords.
@Sendable func testHash(_ bytes: [UInt8]) -> Hash {
    var state: UInt64 = 14_695_981_039_346_656_037
    for byte in bytes { state = (state ^ UInt64(byte)) &* 1_099_511_628_211 }
    var generator = SeededGenerator(seed: state)
    return Hash((0..<32).map { _ in UInt8(truncatingIfNeeded: generator.next()) })!
}
