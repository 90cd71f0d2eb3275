import MeshCore

// What many stories have in common.
extension Stage {
    /// Those who have met start and link; until all of them are linked, agree and are quiet.
    func form(_ founding: Founding = Founding(), within limit: Duration = .seconds(120)) {
        begin("forming")
        found(options.nodes, founding)
        world.startAcquainted()
        run(for: .seconds(3))
        let formed = run(until: { $0.isSettled }, within: limit, lookingEvery: .seconds(1))
        report.details.append(("formedSeconds", Double(world.time) / 1e9))
        require(formed != nil, "the mesh did not form and agree within \(limit)")
    }

    /// Messages from each of these sources, one after the other, `gap` apart; then all arrive.
    @discardableResult
    func speak(_ sources: [Int], rounds: Int = 1, gap: Duration = .milliseconds(100), rest: Duration = .seconds(3))
        -> Range<Int>
    {
        let first = world.ledger.messages.count
        for _ in 0..<rounds {
            for source in sources where !isStopped {
                world.say(from: world.nodes[source])
                run(for: gap)
            }
        }
        run(for: rest)
        return first..<world.ledger.messages.count
    }

    /// `count` different nodes, drawn by the seed from those that run and are honest.
    func draw(_ count: Int, from candidates: [Int]? = nil) -> [Int] {
        let pool = candidates ?? world.runningNodes.filter(\.isHonest).map(\.index)
        return Array(pool.shuffled(using: &generator).prefix(count))
    }

    /// Into the report: how these messages arrived at everybody who runs and is honest.
    @discardableResult
    func judgeDelivery(of messages: some Sequence<Int>) -> Delivery {
        let nodes = world.peersInAgreement.map(\.index)
        let delivery = Delivery(of: messages, at: nodes, in: world.ledger)
        report.delivered = delivery.fraction
        report.duplicates = delivery.duplicates
        let lacking = delivery.missing.prefix(5).map { "message \($0.message) at node\($0.node)" }
        require(
            delivery.once == delivery.expected,
            "\(delivery.expected - delivery.once) of \(delivery.expected) deliveries are not exactly once, first: "
                + lacking.joined(separator: ", "))
        return delivery
    }

    /// Into the report: is everybody linked to everybody else, and do all hold the same state?
    func judgeState() {
        let overlay = world.overlayOfMembers
        report.connected = overlay.isConnected
        report.converged = world.agrees
        report.maxDegree = overlay.degrees.max()
        require(report.connected == true, "the mesh is in \(overlay.parts) parts")
        require(report.converged == true, "nodes do not agree: \(world.disagreement)")
    }
}

extension World {
    /// All linked, all of one mind.
    var isSettled: Bool {
        let graph = overlayOfMembers
        return graph.isConnected && graph.degrees.allSatisfy { $0 >= min(2, graph.nodes.count - 1) } && agrees
    }

    /// Nodes that should hold the same state: honest ones that run and belong to the network.
    var peersInAgreement: [SimulatedNode] {
        runningNodes.filter { node in node.isHonest && node.ask { $0.isMember } }
    }

    /// Links between them.
    var overlayOfMembers: OverlayGraph {
        OverlayGraph(count: nodes.count, nodes: peersInAgreement.map(\.index), edges: edges)
    }

    /// Do all hold the same operations, addresses, nicks and prekeys?
    var agrees: Bool {
        let peers = peersInAgreement
        guard let first = peers.first else { return true }
        let hash = first.ask { $0.stateHash }
        return peers.dropFirst().allSatisfy { peer in peer.ask { $0.stateHash } == hash }
    }

    var disagreement: String {
        let groups = Dictionary(grouping: peersInAgreement) { "\($0.core.stateHash)" }
        return groups.sorted { ($0.value.count, $0.key) > ($1.value.count, $1.key) }.prefix(4)
            .map { "\($0.key) at \($0.value.count), first node\($0.value[0].index)" }.joined(separator: "; ")
    }
}

extension OverlayGraph {
    /// How many parts without a link between them.
    var parts: Int {
        var seen = Array(repeating: false, count: neighbours.count)
        var count = 0
        for node in nodes where !seen[node] {
            count += 1
            for (other, distance) in distances(from: node).enumerated() where distance >= 0 { seen[other] = true }
        }
        return count
    }
}
