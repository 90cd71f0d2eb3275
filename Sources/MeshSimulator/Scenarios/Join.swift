import MeshCore

extension Scenario {
    /// Up to a hundred newcomers at once, who know one address.
    static let join = Scenario("join", "up to 100 newcomers at once, all through one seed peer") { stage in
        let joiners = min(100, stage.options.nodes - 1)
        let members = stage.options.nodes - joiners
        var founding = Founding()
        founding.acquainted = members
        let seed = Endpoint(host: "10.0.0.1", port: 9_000)
        founding.change = { index, configuration in
            if index >= members { configuration.seedPeers = [SeedPeer(key: nil, endpoint: seed)] }
        }
        stage.form(founding)
        stage.pictures.append(("before", stage.world.overlay))
        stage.begin("\(joiners) newcomers")
        stage.world.startAll(members..<stage.options.nodes, over: .seconds(1))
        let start = stage.world.time
        var largest = 0
        var linked: Double?
        let joined = stage.run(
            until: { world in
                let graph = world.overlay
                largest = max(largest, graph.degrees.max() ?? 0)
                guard graph.nodes.count == stage.options.nodes else { return false }
                if linked == nil, graph.degrees.allSatisfy({ $0 > 0 }) { linked = Double(world.time - start) / 1e9 }
                return world.isSettled
            }, within: .seconds(120))
        stage.require(joined != nil, "not all were in, linked and of one mind after 120 s")
        stage.require(largest <= 4, "a node had \(largest) links")
        stage.report.details += [("linkedSeconds", linked ?? -1), ("joinedSeconds", joined ?? -1)]
        stage.run(for: .seconds(5))
        stage.pictures.append(("after", stage.world.overlay))
        stage.judgeDelivery(of: stage.speak(stage.draw(min(5, stage.options.nodes))))
        stage.judgeState()
        stage.report.maxDegree = largest
    }
}
