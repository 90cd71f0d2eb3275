import MeshCore

extension Scenario {
    /// Two phases: eight minutes of random faults under traffic, then all faults end and convergence is demanded.
    static let chaos = Scenario(
        "chaos", "random faults under traffic, then convergence is demanded", nodes: 10, smallest: 4
    ) { stage in
        let plan = FaultPlan(
            seed: stage.options.seed, members: stage.options.nodes, duration: Chaos.faultTime(of: stage.options.nodes))
        stage.suffer(plan)
        stage.recover()
    }
}

/// The clock of ``Scenario/chaos``.
package enum Chaos {
    private static let faultTime: Duration = .seconds(480)
    /// Of the whole story up to a hundred nodes; what is left after convergence must stay quiet.
    static let length: Duration = .seconds(600)
    /// Large worlds suffer for as many seconds times nodes as a hundred.
    static func faultTime(of nodes: Int) -> Duration { nodes > 100 ? faultTime * 100 / nodes : faultTime }
    /// After the last fault: until all agree and have everything.
    static let patience: Duration = .seconds(90)
    /// One seed of so many has real signatures. The double cannot show a mistake in how the protocol uses them, and is 15
    /// times as fast: with one of fifty they took a sixth of the time of 2,000 runs.
    package static let seedsPerRealOne: UInt64 = 100

    /// Follows from the seed alone, so that it can be played again by itself. Above 100 nodes OpenSSL is too slow.
    package static func cryptography(of seed: UInt64, nodes: Int) -> World.CryptographyKind {
        seed % seedsPerRealOne == 0 && nodes <= World.CryptographyKind.openSSLNodes ? .openssl : .fast
    }
}

extension Stage {
    /// Phase one.
    func suffer(_ plan: FaultPlan) {
        begin("suffering")
        found(
            plan.count, Founding(plan),
            cryptography: options.cryptography == .automatic
                ? Chaos.cryptography(of: plan.seed, nodes: plan.count) : nil)
        world.network = plan.network
        inspection = Inspection(of: world, attacked: !plan.network.keepsFrames)
        world.startAll(0..<plan.members, over: .seconds(2))
        if !plan.beginsAtOnce { inspectedRun(for: .seconds(10)) }
        world.plan(plan.faults)
        for message in plan.messages { world.planMessage(from: message.from, to: message.to, after: message.at) }
        inspectedRun(for: plan.duration)
    }

    /// Phase two.
    func recover() {
        begin("recovering")
        world.endFaults()
        let demand = DeliveryDemand(of: world)
        let start = world.elapsed
        var (agreed, delivered): (Duration?, Duration?)
        while agreed == nil || delivered == nil, world.elapsed - start < Chaos.patience, !isStopped {
            inspectedRun(for: .seconds(1))
            if agreed == nil, world.isSettled { agreed = world.elapsed - start }
            if delivered == nil, demand.missing(in: world).isEmpty { delivered = world.elapsed - start }
        }
        report.details.append(("agreedSeconds", agreed?.seconds ?? -1))
        report.details.append(("deliveredSeconds", delivered?.seconds ?? -1))
        require(agreed != nil, "no agreement within \(Chaos.patience) after the last fault: \(world.disagreement)")
        inspectedRun(for: isLarge ? .seconds(20) : max(.seconds(20), Chaos.length - world.elapsed))
        speakAfterwards()
        judge(demand)
    }

    /// The mesh works as if nothing had been: what anybody says now is everywhere soon. Links that were made while the
    /// network was slow are as slow as then, and last.
    private func speakAfterwards() {
        let members = world.peersInAgreement
        let messages = speak(members.map(\.index), gap: .milliseconds(50), rest: .seconds(10))
        judgeDelivery(of: messages)
    }

    private func judge(_ demand: DeliveryDemand) {
        // A record of this very second, a prekey that turns, is on its way: nodes say so for a round.
        run(until: { $0.peersInAgreement.allSatisfy(\.saysConverged) }, within: .seconds(5))
        let missing = demand.missing(in: world)
        let expected = demand.expected(in: world)
        let lacking = missing.reduce(0) { $0 + $1.lacking.count }
        report.delivered = expected == 0 ? 1 : 1 - Double(lacking) / Double(expected)
        let first = missing.prefix(5).map { "message \($0.message) at \($0.lacking.map { "node\($0)" })" }
        require(missing.isEmpty, "\(lacking) of \(expected) deliveries are missing: \(first.joined(separator: ", "))")
        judgeState()
        inspection?.conclude(world)
        if world.trace.isOn { describeMaps() }
    }

    /// For the trace: who sees what in the end.
    private func describeMaps() {
        for node in world.peersInAgreement.sorted(by: { $0.id < $1.id }) {
            for line in node.core.topologyWords(naming: world.name(of:)) { world.describe("map", line, of: node) }
        }
    }

    private func inspectedRun(for duration: Duration) {
        var left = duration
        while left > .zero, !isStopped {
            run(for: min(left, .seconds(1)))
            inspection?.inspect(world)
            left -= .seconds(1)
        }
    }
}

extension Founding {
    /// Newcomers know two members' addresses and wait to be invited.
    fileprivate init(_ plan: FaultPlan) {
        self.init()
        (acquainted, invited) = (plan.members, plan.members)
        isDiallable = { !plan.undiallable.contains($0) }
        change = { index, configuration in
            configuration.usesTLS = plan.usesTLS
            configuration.isDurable = plan.isDurable
            guard index >= plan.members else { return }
            configuration.seedPeers = (0..<FaultPlan.anchors).map {
                SeedPeer(key: nil, endpoint: SimulatedNode.endpoint(of: $0))
            }
        }
    }
}
