import MeshCore

extension Scenario {
    /// One per cent a minute, at least one node: killed, and back half a minute later.
    static let churn = Scenario("churn", "1 % of the nodes a minute are killed and come back, under traffic") { stage in
        stage.form()
        stage.begin("churning")
        let perMinute = max(1, stage.options.nodes / 100)
        var apart = 0
        for second in 0..<(stage.isLarge ? 120 : 240) where !stage.isStopped {
            if second * perMinute % 60 < perMinute, let victim = stage.draw(1).first {
                stage.world.perform(.crash(victim, silently: second % 2 == 0))
                stage.world.plan([TimedFault(at: .seconds(30), .restart(victim))])
            }
            if second % 5 == 0 { stage.speak(stage.draw(1), gap: .zero, rest: .zero) }
            stage.run(for: .seconds(1))
            if !stage.world.overlay.isConnected { apart += 1 }
        }
        stage.report.details.append(("secondsApart", Double(apart)))
        stage.begin("coming to rest")
        stage.run(for: .seconds(stage.isLarge ? 40 : 60))
        stage.judgeDelivery(of: 0..<stage.world.ledger.messages.count)
        stage.judgeState()
    }
}
