import MeshCore

extension Scenario {
    /// Nothing goes wrong: what the trees cost and how far they are from the shortest paths.
    static let steady = Scenario(
        "steady", "nothing goes wrong: redundancy, last hop, signature checks", overlay: overlaySteady
    ) { stage in
        stage.form()
        stage.run(for: .seconds(5))
        let sources = stage.draw(min(20, stage.options.nodes))
        stage.begin("growing trees")
        // An author's first message floods; the next ones find shorter paths.
        stage.speak(sources, rounds: 5)
        stage.begin("measuring")
        stage.measureTrees(sources, rounds: 5)
        stage.judgeState()
    }
}

extension Stage {
    /// Into the report: redundancy, last hops and signature checks of `rounds` messages from each source.
    func measureTrees(_ sources: [Int], rounds: Int) {
        let payloads = world.traffic.payloads
        let verified = world.verifiedMessages
        let messages = speak(sources, rounds: rounds)
        let delivery = judgeDelivery(of: messages)
        let receptions = delivery.expected - messages.count
        report.rmr = receptions > 0 ? Double(world.traffic.payloads - payloads) / Double(receptions) - 1 : nil
        report.verifiesPerDelivered =
            receptions > 0 ? Double(world.verifiedMessages - verified) / Double(receptions) : nil
        let graph = world.overlay
        var ratios: [Int: [Double]] = [:]
        for message in messages {
            let source = world.ledger.messages[message].author
            let floor = Double(max(1, graph.eccentricity(of: source)))
            ratios[source, default: []].append(Double(world.ledger.lastHop(of: message)) / floor)
        }
        let means = ratios.mapValues { $0.reduce(0, +) / Double($0.count) }
        report.lastHopRatioAnySource = means.values.max()
        if let first = sources.first, let ratio = means[first] {
            report.lastHopFloor = Double(graph.eccentricity(of: first))
            report.lastHop = ratio * Double(graph.eccentricity(of: first))
        }
        pictures.append(("steady", graph))
    }
}

extension World {
    /// Signatures of chat messages that were checked, at all nodes in their present lives.
    var verifiedMessages: Int { nodes.reduce(0) { $0 + Int($1.core.counter("verified.message")) } }
}
