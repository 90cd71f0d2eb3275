import MeshCore

// Dials, links and records, as the topology machines want them.
extension OverlayWorld {
    func perform(_ action: TopologyAction, by number: Int) {
        let node = nodes[number]
        switch action {
        case .becameReachable(let id):
            note(1, number, self.number(of: id))
            node.reachable[self.number(of: id)] = true
        case .becameUnreachable(let id):
            note(2, number, self.number(of: id))
            node.reachable[self.number(of: id)] = false
        case .dial(let id):
            note(3, number, self.number(of: id))
            dial(self.number(of: id), by: number)
        case .askDrain(let id):
            note(4, number, self.number(of: id))
            guard let socket = node.socket(to: self.number(of: id)) else { return }
            schedule(.drain(socket.peer, over: socket.connection), after: connections[socket.connection].latency)
        case .askDialBack(let id):
            let peer = self.number(of: id)
            note(5, number, peer)
            schedule(.dialBack(number, by: peer), after: 6 * latency(number, peer))
        case .publish(let value):
            published[number].append(value)
            let version = UInt16(clamping: published[number].count)
            note(6, number, Int(version), value.links.count)
            versions[number][number] = version
            spread(owner: number, version: version, by: number, except: nil)
        }
    }

    func giveRoster(_ number: Int) {
        let node = nodes[number]
        node.isRosterDirty = false
        let known = nodes.indices.filter { node.knows[$0] }
        node.machine.setRoster(known.map { TopologyMachine.Member(id: nodes[$0].id, hasEndpoint: true) })
        // A record that came before its owner was known.
        for owner in known where versions[owner][number] > 0 {
            node.machine.recordReceived(record(versions[owner][number], of: owner), of: nodes[owner].id)
        }
    }

    private func record(_ version: UInt16, of owner: Int) -> LinksValue { published[owner][Int(version) - 1] }

    // MARK: Dials

    private func isUp(_ number: Int) -> Bool { nodes[number].isAlive && nodes[number].starts <= time }

    func canTalk(_ first: Int, _ second: Int) -> Bool {
        sides[first] == sides[second] || sides[first] == 0 || sides[second] == 0
    }

    private func dial(_ target: Int, by number: Int) {
        dials += 1
        let delay = latency(number, target)
        if canTalk(number, target), isDiallable[target], isUp(target) {
            schedule(.dialed(number, target, nodes[number].machine.features), after: 3 * delay)
        } else {
            let isReset = canTalk(number, target) && answersWithReset[target]
            schedule(.dialFailed(number, target), after: isReset ? 2 * delay : options.dialTimeout)
        }
    }

    func fail(_ dialler: Int, _ target: Int) {
        let node = nodes[dialler]
        guard node.isAlive else { return }
        note(7, dialler, target)
        node.machine.dialFailed(nodes[target].id, byNetwork: true, now: now, using: &node.generator)
        plan(dialler)
    }

    func rejected(_ dialler: Int, by target: Int, _ others: [NodeID]) {
        let node = nodes[dialler]
        guard node.isAlive else { return }
        note(8, dialler, target)
        for other in others { learnAddress(dialler, of: number(of: other)) }
        node.machine.dialRejected(by: nodes[target].id, others: others, now: now, using: &node.generator)
        plan(dialler)
    }

    func dialSeed(_ number: Int) {
        let node = nodes[number]
        guard node.isAlive else { return }
        schedule(.dialSeed(number), after: 1_000)
        guard node.machine.wantsSeedPeers else { return }
        node.machine.dialStarted(nodes[0].id)
        dial(0, by: number)
        plan(number)
    }

    func answerDialBack(_ asker: Int, by peer: Int) {
        guard nodes[asker].isAlive else { return }
        let reached = isDiallable[asker] && canTalk(asker, peer)
        nodes[asker].machine.dialBackAnswered(by: nodes[peer].id, reached: reached)
        plan(asker)
    }

    func connect(_ dialler: Int, _ target: Int, _ features: Hello.Features) {
        let (here, there) = (nodes[dialler], nodes[target])
        guard here.isAlive else { return }
        guard there.isAlive, canTalk(dialler, target) else { return fail(dialler, target) }
        defer {
            plan(dialler)
            plan(target)
        }
        there.machine.inboundSeen()
        if here.socket(to: target) != nil { return here.machine.dialGivenUp(there.id, now: now) }
        guard there.machine.accepts(here.id, features: features, asDialler: false) else {
            let others = there.machine.alternatives(
                for: here.id, isUndiallable: features.contains(.undiallable), using: &there.generator)
            return schedule(.rejected(dialler, by: target, others: others), after: latency(dialler, target))
        }
        let answer = there.machine.features
        guard here.machine.accepts(there.id, features: answer, asDialler: true) else {
            return here.machine.dialGivenUp(there.id, now: now)
        }
        let connection = open(dialler, target)
        note(9, dialler, target, connection)
        here.machine.linkOpened(there.id, features: answer, now: now)
        there.machine.linkOpened(here.id, features: features, now: now)
        learnAddress(dialler, of: target)
        learnAddress(target, of: dialler)
        schedule(.compare(over: connection, isNew: true), after: 2 * connections[connection].latency)
    }

    /// The sockets and the trees of both ends; the topology machines know already, or are told by the caller.
    @discardableResult
    func open(_ first: Int, _ second: Int) -> Int {
        let connection = connections.count
        connections.append(OverlayConnection(first, second, latency: latency(first, second)))
        for (number, peer) in [(first, second), (second, first)] {
            let node = nodes[number]
            node.sockets.append(.init(peer: peer, connection: connection))
            node.plumtree.linkUp(LinkID(UInt64(connection)))
            node.firstLink = node.firstLink ?? time
            if isDiallable[number] { largestDegree = max(largestDegree, node.sockets.count) }
        }
        return connection
    }

    // MARK: The end of a link

    func close(_ number: Int, _ connection: Int) {
        let node = nodes[number]
        guard node.isAlive, let place = node.sockets.firstIndex(where: { $0.connection == connection }) else { return }
        let socket = node.sockets.remove(at: place)
        connections[connection].close(at: number)
        note(10, number, connection)
        node.machine.linkClosed(nodes[socket.peer].id, now: now)
        node.plumtree.linkDown(socket.link, now: now)
        plan(number)
    }

    func drain(_ number: Int, over connection: Int) {
        let node = nodes[number]
        guard node.isAlive, let socket = node.socket(of: connection) else { return }
        let isAgreed = node.machine.agreesToDrain(nodes[socket.peer].id, now: now)
        schedule(
            isAgreed ? .drained(over: connection) : .drainRefused(socket.peer, over: connection),
            after: connections[connection].latency)
        plan(number)
    }

    func drainRefused(_ number: Int, over connection: Int) {
        let node = nodes[number]
        guard node.isAlive, let socket = node.socket(of: connection) else { return }
        node.machine.drainRefused(by: nodes[socket.peer].id)
        plan(number)
    }

    // MARK: Records

    private func learnAddress(_ number: Int, of other: Int) {
        guard !nodes[number].knows[other] else { return }
        nodes[number].knows[other] = true
        nodes[number].isRosterDirty = true
    }

    private func spread(owner: Int, version: UInt16, by number: Int, except: Int?) {
        for socket in nodes[number].sockets where socket.connection != except {
            schedule(
                .record(to: socket.peer, over: socket.connection, owner: owner, version: version),
                after: connections[socket.connection].latency)
        }
    }

    func learn(_ number: Int, over connection: Int, owner: Int, version: UInt16) {
        guard versions[owner][number] < version, connections[connection].isOpen(at: number) else { return }
        note(11, number, owner, Int(version))
        versions[owner][number] = version
        learnAddress(number, of: owner)
        let node = nodes[number]
        let isNews = node.machine.recordReceived(record(version, of: owner), of: nodes[owner].id)
        spread(owner: owner, version: version, by: number, except: connection)
        // Only the first record since an evaluation brings the next one nearer.
        guard isNews && !node.isPlannedForRecords || node.isRosterDirty else { return }
        if isNews { node.isPlannedForRecords = true }
        plan(number)
    }

    /// What the digests of two ends of a new link lead to.
    func compareRecords(_ first: Int, _ second: Int, over connection: Int) {
        let (here, there, delay) = (nodes[first], nodes[second], connections[connection].latency)
        for owner in nodes.indices {
            if here.knows[owner] != there.knows[owner] {
                learnAddress(first, of: owner)
                learnAddress(second, of: owner)
            }
            let (mine, yours) = (versions[owner][first], versions[owner][second])
            guard mine != yours else { continue }
            let behind = mine > yours ? second : first
            schedule(
                .record(to: behind, over: connection, owner: owner, version: max(mine, yours)), after: delay)
        }
    }
}
