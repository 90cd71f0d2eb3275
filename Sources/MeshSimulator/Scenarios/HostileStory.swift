import MeshCore

extension Scenario {
    /// Every behaviour of hostile members, for so long.
    package static func hostile(attack: Duration = .seconds(120)) -> [Scenario] {
        [
            hostileForger(attack: attack), hostileReplayer(attack: attack), hostileStorm(attack: attack),
            hostileSilent(attack: attack), hostileHoarder(attack: attack),
        ]
    }
}

/// One node in ten breaks the rules while the others talk; these must notice nothing but refused inputs.
struct HostileStory {
    /// How long the attack lasts, and the pause between two messages of honest nodes meanwhile.
    var attack: Duration
    var gap: Duration = .seconds(1)
    /// Every message is everywhere so long after the last one was sent.
    var deliveryLimit: Duration = .seconds(60)
    /// Honest nodes agree so long after the attack.
    var agreementLimit: Duration = .seconds(60)
    /// Bytes that honest nodes send during the attack, relative to the same talk in peace.
    var trafficLimit = 10.0
    /// Does the attack leave the state alone, so that honest nodes agree also while it goes on?
    var agreesUnderAttack = true
    /// Happens before the attack; may revoke somebody.
    var prepare: (Stage, [Int]) -> Void = { _, _ in }
    var recruit: (Stage, SimulatedNode) -> any Misbehaviour

    func play(on stage: Stage) {
        stage.form()
        let traffic = HonestTraffic()
        stage.world.stepObservers.append(traffic)
        let hostile = stage.draw(max(1, stage.options.nodes / 10))
        for index in hostile { stage.world.enlist(Repentant(), at: index) }
        prepare(stage, hostile)
        stage.begin("peace")
        let peace = talk(on: stage, for: stage.isLarge ? .seconds(5) : .seconds(30), traffic)
        stage.begin("attack")
        for index in hostile { stage.world.enlist(recruit(stage, stage.world.nodes[index]), at: index) }
        let war = talk(on: stage, for: stage.isLarge ? min(attack, .seconds(8)) : attack, traffic)
        let messages = 0..<stage.world.ledger.messages.count
        judgeAttack(on: stage, peace: peace, war: war)
        stage.judgeHostileDelivery(within: deliveryLimit)
        stage.begin("afterwards")
        for index in hostile { stage.world.enlist(Repentant(), at: index) }
        let agreement = stage.run(until: { $0.agrees }, within: agreementLimit, lookingEvery: .seconds(1))
        stage.report.details.append(("agreementSeconds", agreement ?? -1))
        // Of links that were made while hostile nodes withheld records, some hear only now.
        stage.run(until: { $0.honestSeeEachOther }, within: agreementLimit, lookingEvery: .seconds(1))
        stage.judgeDelivery(of: stage.honestMessages(messages))
        stage.judgeHonesty()
    }

    /// Honest nodes talk in turn. Returns bytes a second that honest nodes sent.
    private func talk(on stage: Stage, for duration: Duration, _ traffic: HonestTraffic) -> Double {
        let start = (traffic.bytes, stage.world.time)
        let speakers = stage.draw(stage.options.nodes)
        var turn = 0
        while stage.world.time - start.1 < duration.nanoseconds, !stage.isStopped {
            stage.world.say(from: stage.world.nodes[speakers[turn % speakers.count]])
            stage.run(for: gap)
            stage.inspect()
            turn += 1
        }
        return Double(traffic.bytes - start.0) * 1e9 / Double(max(1, stage.world.time - start.1))
    }

    private func judgeAttack(on stage: Stage, peace: Double, war: Double) {
        let honest = stage.options.nodes - max(1, stage.options.nodes / 10)
        stage.report.details.append(("peaceBytesPerNodeSecond", peace / Double(honest)))
        stage.report.details.append(("attackBytesPerNodeSecond", war / Double(honest)))
        stage.report.details.append(("trafficMultiple", war / peace))
        stage.require(
            war <= trafficLimit * peace,
            "honest nodes send \(war / peace) times as much as in peace, more than \(trafficLimit)")
        if agreesUnderAttack {
            stage.require(stage.world.agrees, "honest nodes do not agree under attack: \(stage.world.disagreement)")
        }
    }
}

extension World {
    /// From here on the node misbehaves.
    func enlist(_ misbehaviour: any Misbehaviour, at index: Int) {
        let isNew = nodes[index].misbehaviour == nil
        nodes[index].misbehaviour = misbehaviour
        if isNew { schedule(.mischief(index, life: nodes[index].life), after: 1_000_000_000) }
    }

    var honestNodes: [SimulatedNode] { runningNodes.filter(\.isHonest) }

    var honestSeeEachOther: Bool {
        let everybody = Set(honestNodes.map(\.id))
        return honestNodes.allSatisfy { everybody.isSubset(of: Set($0.core.onlineMembers).union([$0.id])) }
    }

    /// Is there a way from each honest node to each other, perhaps by way of hostile members?
    var areHonestLinked: Bool {
        guard let first = honestNodes.first else { return true }
        let out = first.core.revokedMembers
        let members = runningNodes.filter { !out.contains($0.id) }.map(\.index)
        let distances = OverlayGraph(count: nodes.count, nodes: members, edges: edges).distances(from: first.index)
        return honestNodes.allSatisfy { distances[$0.index] >= 0 }
    }

    /// Honest nodes and the links between them.
    var honestOverlay: OverlayGraph {
        OverlayGraph(
            count: nodes.count, nodes: honestNodes.map(\.index),
            edges: edges.filter { nodes[$0.0].isHonest && nodes[$0.1].isHonest })
    }
}

extension Stage {
    func honestMessages(_ messages: Range<Int>) -> [Int] {
        messages.filter { world.nodes[world.ledger.messages[$0].author].isHonest }
    }

    /// What must hold at every moment: degree, and no collection beyond its limit.
    func inspect() {
        let overlay = world.overlay
        for node in world.honestNodes {
            let degree = overlay.neighbours[node.index].count
            report.maxDegree = max(report.maxDegree ?? 0, degree)
            if degree > node.configuration.maxDegree + 1 {
                world.violate("too many links", "\(degree)", at: node)
            }
        }
        inspections += 1
        // Collections of a thousand nodes are not counted each second.
        if inspections % 10 == 0 { inspectLimits() }
        partedSeconds += world.honestOverlay.isConnected ? 0 : 1
    }

    private func inspectLimits() {
        for node in world.honestNodes {
            for one in node.core.occupancy where one.isExceeded {
                world.violate("limit exceeded", "\(one.name): \(one.count) of \(one.limit)", at: node)
            }
        }
    }

    /// Waits until the honest have all messages of the honest.
    func judgeHostileDelivery(within limit: Duration) {
        let messages = honestMessages(0..<world.ledger.messages.count)
        let nodes = world.honestNodes.map(\.index)
        let waited = run(
            until: { world in messages.allSatisfy { world.ledger.completion(of: $0, at: nodes) != nil } },
            within: limit)
        report.details.append(("lastDeliverySeconds", waited ?? -1))
        let slowest = messages.compactMap { message in
            world.ledger.completion(of: message, at: nodes).map { $0 - world.ledger.messages[message].sentAt }
        }.max()
        report.details.append(("slowestDeliverySeconds", Double(slowest ?? -1) / 1e9))
        require(waited != nil, "messages under attack were not everywhere \(limit) after the last")
    }

    /// Nobody honest is lost, forgotten or put out by anybody honest; what was refused was counted.
    func judgeHonesty() {
        // How often, and how badly, honest nodes would have been parted had the hostile ones gone.
        report.details.append(("partedSeconds", Double(partedSeconds)))
        report.details.append(("honestParts", Double(world.honestOverlay.parts)))
        report.connected = world.areHonestLinked
        report.converged = world.agrees
        require(report.connected == true, "honest members are not linked, not even by way of hostile ones")
        require(report.converged == true, "honest nodes do not agree: \(world.disagreement)")
        let everybody = Set(world.honestNodes.map(\.id))
        var refused: [String: UInt64] = [:]
        for node in world.honestNodes {
            let known = node.core.members
            let lost = everybody.subtracting(known.filter { $0.state == .online }.map(\.id)).count
            require(lost == 0, "node\(node.index) misses \(lost) honest members")
            let out = known.filter { !$0.isMember }
            require(
                everybody.isDisjoint(with: out.map(\.id)), "node\(node.index) holds an honest member for revoked")
            for counter in node.core.status.counters
            where ["refused", "malformed", "dropped"].contains(where: counter.name.hasPrefix) {
                refused[counter.name, default: 0] += counter.count
            }
        }
        for (name, count) in refused.sorted(by: { $0.key < $1.key }) { report.details.append((name, Double(count))) }
        report.details.append(("violationsSeen", Double(world.chronicle.violationsSeen)))
        require(!refused.isEmpty || isQuiet, "nothing was refused")
    }

    /// Silence breaks no rule that a peer could see.
    private var isQuiet: Bool { report.scenario == "hostile-silent" }
}
