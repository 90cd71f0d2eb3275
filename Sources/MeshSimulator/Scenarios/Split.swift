import MeshCore

extension Scenario {
    /// Ten minutes apart, talking on both sides, then together again.
    static let split = Scenario("split", "halves apart for 10 minutes with traffic on both sides, then healed") {
        stage in
        stage.form()
        stage.speak(stage.draw(min(4, stage.options.nodes)))
        stage.pictures.append(("before", stage.world.overlay))
        stage.begin("apart")
        let shuffled = stage.draw(stage.options.nodes)
        var groups = Array(repeating: 0, count: stage.options.nodes)
        for node in shuffled.prefix(stage.options.nodes / 2) { groups[node] = 1 }
        stage.world.perform(.split(groups, isOneWay: false))
        for _ in 0..<60 where !stage.isStopped {
            for side in 0...1 {
                stage.speak(stage.draw(1, from: groups.indices.filter { groups[$0] == side }), gap: .zero, rest: .zero)
            }
            stage.run(for: .seconds(10))
        }
        stage.pictures.append(("apart", stage.world.overlay))
        stage.begin("healing")
        stage.measureRepair(for: .seconds(stage.isLarge ? 30 : 60)) { $0.perform(.heal) }
        stage.pictures.append(("after", stage.world.overlay))
        stage.judgeDelivery(of: 0..<stage.world.ledger.messages.count)
        stage.judgeState()
    }
}
