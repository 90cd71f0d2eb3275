// Start, restart, timers, stop.
extension NodeCore {
    /// Applies what an earlier run left. Entries that make no sense any more are passed over and counted.
    mutating func restore(_ entries: [StateEntry]) {
        var operationEntries: [Operation] = []
        for entry in entries {
            switch entry {
            case .genesis(let signed):
                // The last network counts: a group that was founded again leaves the one before behind.
                operationEntries = []
                restoreGenesis(signed)
            case .openNetwork(let name): network = Network(open: name, with: cryptography)
            case .operation(let operation): operationEntries.append(operation)
            case .endpoint(let member, let endpoint):
                remember(endpoint, of: member)
                keptEndpoints[member] = endpoint
            case .seedKey(let endpoint, let key):
                for index in seeds.indices where seeds[index].peer.endpoint == endpoint && seeds[index].peer.key == nil
                {
                    seeds[index].pinned = key
                }
            case .life(let past): life = min(max(life, past.addingClamped(1)), WireLimits.sequence - 1)
            case .nick(let chosen): if configuration.nick == nil { nick = chosen }
            case .seen(let member): seen.insert(member)
            case .memberNick(let member, let nick): knownNicks[member] = nick
            case .forgotten:
                (network, operationEntries, endpoints, seen, knownNicks) = (nil, [], [:], [], [:])
                keptEndpoints = [:]
                for index in seeds.indices { seeds[index].pinned = nil }
            }
        }
        if network == nil, !configuration.requireInvitation {
            network = Network(open: configuration.networkName, with: cryptography)
        }
        guard let network else { return }
        enter(network)
        for operation in operationEntries {
            if let verified = try? VerifiedOperation.verify(operation, in: network.id, with: cryptography) {
                operations.insert(verified)
            } else {
                count("refused.restoredOperation")
            }
        }
        membership = operations.evaluate()
        for member in membership.members { memberSince[member] = 0 }
    }

    private mutating func restoreGenesis(_ signed: Signed) {
        guard let genesis = try? Genesis.verified(signed, in: .zero, with: cryptography) else {
            return count("refused.restoredGenesis")
        }
        network = Network(genesis: signed, genesis, with: cryptography)
    }

    /// Makes the machines anew for a network.
    mutating func enter(_ network: Network) {
        self.network = network
        let origin: MembershipSet.Origin
        if let signed = network.genesis, let genesis = try? Genesis(body: signed.body) {
            origin = .genesis(genesis)
        } else {
            origin = .everybody
        }
        operations = MembershipSet(
            origin: origin, network: network.id, pendingLimit: configuration.limits.pendingOperations)
        membership = operations.evaluate()
        records = RecordStore(recordsPerOwner: configuration.limits.recordsPerOwner)
        chat = ChatMachine(
            network: network.id, cryptography: cryptography, limits: configuration.limits,
            isDurable: configuration.isDurable)
        plumtree = PlumtreeMachine(ihaveTimeout: configuration.ihaveTimeout, limits: configuration.limits)
        topology = Self.makeTopology(
            configuration, id: id, network: network.id, cryptography: cryptography,
            hasEndpoint: !reachableAt.isEmpty, now: now)
        (cachedRoot, cachedVector) = (nil, nil)
        (ownAcks, toldDeliveries) = (OwnAcks(), ToldDeliveries())
        isRosterStale = false
        memberSince = [:]
        signedHead = nil
    }

    mutating func start(listening: Endpoint, reachable: [Endpoint]) {
        self.listening = listening
        reachableAt = reachable
        topology.setOwnEndpoint(isKnown: !reachable.isEmpty)
        // The life leads every record version: it is on disk before the first record is signed.
        var entries: [StateEntry] = [.life(life)]
        if let network, network.genesis == nil { entries.append(.openNetwork(name: network.name)) }
        persist(entries, then: .begin)
    }

    mutating func begin() {
        hasStarted = true
        // Nodes that start together, as after a power cut, do not all speak at the same moment ever after.
        timers.heartbeat = now + configuration.heartbeatInterval * Double.random(in: 0.1..<1, using: &generator)
        timers.gossip = now + configuration.gossipInterval * Double.random(in: 0.1..<1, using: &generator)
        timers.repair = now + Self.repairInterval * Double.random(in: 0.1..<1, using: &generator)
        if configuration.discovers { discovery.nextRequest = now }
        emit(.stateChanged(.joining, reason: network == nil ? "waiting to be admitted" : "looking for members"))
        if let problem = configuration.historyProblem { noteNoHistory(problem) }
        if network != nil { beginInNetwork() }
    }

    /// Publishes this node's records; called once per run and network.
    mutating func beginInNetwork() {
        forgetOldMessages()
        _ = chat.turnPrekeys(at: now)
        publishAddress()
        publishNick()
        keepPrekeys()
        refreshRoster()
        settleRoster()
        scheduleAcks()
    }

    // MARK: Timers

    /// Anti-entropy of messages, whatever else happened (topology, 4; protocol, 3.4).
    static let repairInterval: Duration = .seconds(30)
    /// A suspect link keeps its socket this long (topology, 4.8).
    static let suspectGrace: Duration = .seconds(15)
    /// From TCP up to open, in all.
    static let handshakeTime: Duration = .seconds(5)
    /// Lateness of the own loop beyond which verdicts about others are frozen (topology, 5.6).
    static let pauseTolerance: Duration = .milliseconds(250)

    /// A node that was stopped or starved must not condemn its peers for its own silence.
    mutating func noticeOwnPause(at now: Instant) {
        guard hasStarted, let due = nextDeadline, now - due > Self.pauseTolerance else { return }
        count("pauses")
        for link in links.ids {
            links[link]?.detector?.restart(at: now)
            rearmSuspicion(link)
            if links[link]?.suspectSince != nil { links[link]?.suspectSince = now }
        }
    }

    func findNextDeadline() -> Instant? {
        guard hasStarted, !isStopping else { return nil }
        var next = followsTopology ? min(timers.next, topology.nextEvaluation) : timers.next
        if let deadline = plumtree.nextDeadline { next = min(next, deadline) }
        next = min(next, discovery.nextRequest)
        next = min(next, links.nextDeadline)
        if wantsSeeds { for seed in seeds where !seed.isDialling { next = min(next, seed.nextAttempt) } }
        if let ranges = rangesInFlight { next = min(next, ranges.until) }
        return next == .distantFuture ? nil : next
    }

    mutating func runDueTimers() {
        if timers.heartbeat <= now { beat() }
        if timers.records <= now { passRecords() }
        if timers.gossip <= now { gossip() }
        if timers.repair <= now { repair() }
        if timers.prekeys <= now { turnPrekeys() }
        if timers.retention <= now { forgetOldMessages() }
        if timers.acks <= now { publishAcks() }
        if timers.delivered <= now { tellDeliveries() }
        checkLinks()
        if let due = plumtree.nextDeadline, due <= now { perform(plumtree.deadline(now: now)) }
        checkProbes()
        retryMissed()
        passOverSilentProvider()
        dialSeeds()
        if discovery.nextRequest <= now { requestDiscovery() }
        if followsTopology, topology.nextEvaluation <= now { evaluateTopology() }
    }

    private mutating func checkLinks() {
        for line in links.lines where line.deadline <= now {
            guard let state = links[line.id] else { continue }
            let link = line.id
            switch state.phase {
            case .awaitHello, .greeting, .awaitStore:
                count("handshakeTimeout")
                close(link, .handshakeTimeout)
            case .open where state.suspectSince != nil: close(link, .silent)
            case .open: suspect(link)
            case .closing: break
            }
        }
    }

    private mutating func suspect(_ link: LinkID) {
        links[link]?.suspectSince = now
        count("suspected")
        if let peer = links.line(of: link)?.peer, primaryLink(to: peer) == link { topology.suspect(peer, now: now) }
    }

    // MARK: The store

    /// What nothing waits for goes to the disk with what something waits for, or at the end of the step: a node that
    /// comes into the reach of a thousand members writes once, not a thousand times.
    mutating func persist(_ entries: [StateEntry], then continuation: Continuation) {
        unhurried += entries
        if case .nothing = continuation { return }
        write(then: continuation)
    }

    mutating func persistUnhurried() { if !unhurried.isEmpty { write(then: .nothing) } }

    private mutating func write(then continuation: Continuation) {
        outbox.append(.persist(register(continuation), unhurried))
        unhurried = []
    }

    mutating func persisted(_ id: PersistID) {
        guard let continuation = waiting.removeValue(forKey: id) else { return madeUp() }
        noteStored(continuation.place)
        proceed(continuation)
    }

    /// The store has told of something that failed before: all changes that it owed are on the disk.
    private mutating func madeUp() {
        noteStored(.messages)
        ownAcks.allIsStored()
        scheduleAcks()
    }

    mutating func proceed(_ continuation: Continuation) {
        switch continuation {
        case .begin: begin()
        case .operations(let verified, let link, let command):
            insert(verified, from: link)
            answer(command, .done)
        case .adopt(let network, let verified, let command, let link):
            adopted(network, verified, over: link)
            answer(command, .done)
        case .admit(let verified, let link): admitted(verified, over: link)
        case .forget(let command): forgotten(command)
        case .answer(let command): answer(command, .done)
        case .sent(let message, let envelope, let command): publish(message, envelope, command)
        case .received(let message, let header): show(message, header)
        case .publishPrekeys:
            arePrekeysStored = true
            publishPrekeys()
        case .serve, .kept, .nothing: break
        }
    }

    mutating func persistFailed(_ id: PersistID, _ reason: String) {
        signedHead = nil
        let continuation = waiting.removeValue(forKey: id) ?? .kept
        noteNotStored(continuation.place, reason)
        switch continuation {
        // Nothing was announced yet, so nothing is lost: the node goes on in memory and says so.
        case .begin: begin()
        case .operations(_, _, let command?), .adopt(_, _, let command?, _), .forget(let command), .answer(let command):
            answer(command, .refused(.storage(reason)))
        case .operations(let verified, let link, nil): insert(verified, from: link)
        case .adopt(let network, let verified, nil, let link): adopted(network, verified, over: link)
        case .admit(let verified, let link): admitted(verified, over: link)
        case .received(_, let header):
            ownAcks.wasNotStored(header)
            proceed(continuation)
        case .sent, .publishPrekeys: proceed(continuation)
        case .serve, .kept, .nothing: break
        }
    }

    private mutating func admitted(_ verified: [VerifiedOperation], over link: LinkID) {
        insert(verified, from: nil)
        guard links[link]?.phase == .awaitStore, let peer = links.line(of: link)?.peer else { return }
        accept(peer, over: link)
    }

    // MARK: Stop

    mutating func quit(_ command: CommandID) {
        if isMember { publishLinks(LinksValue(inbound: topology.inbound, wanted: 0, links: [])) }
        passRecords()
        for link in links.ids {
            if links[link]?.phase == .open { send(.leave(LeaveNotice(reason: .quit)), over: link) }
            close(link, .quit)
        }
        isStopping = true
        answer(command, .done)
        persistUnhurried()
        rememberPassed()
        keep(then: .kept)
        outbox.append(.stopped)
    }

    func stateAfterChange() -> NodeState {
        if membership.isRevoked(id) { return .offline }
        if links.open.contains(where: { links[$0]?.isEstablished == true }) { return .connected }
        if failedDialsInARow >= configuration.maxDiscoveryRetries { return .offline }
        return state == .joining ? .joining : .recovering
    }

    mutating func setState(_ new: NodeState, reason: String) {
        guard new != state else { return }
        state = new
        emit(.stateChanged(new, reason: reason))
    }

    mutating func refreshState(reason: String) {
        setState(stateAfterChange(), reason: reason)
    }
}
