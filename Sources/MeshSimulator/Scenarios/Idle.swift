extension Scenario {
    /// What it costs to be there.
    static let idle = Scenario("idle", "nobody says anything: bytes per node and second") { stage in
        stage.form()
        stage.begin("settling")
        stage.run(for: .seconds(30))
        stage.begin("measuring")
        let bytes = stage.world.traffic.bytes
        stage.run(for: .seconds(60))
        let sent = Double(stage.world.traffic.bytes - bytes)
        stage.report.idleBytesPerNodeSecond = sent / 60 / Double(stage.world.runningNodes.count)
        stage.judgeState()
    }
}
