import MeshCore

extension Scenario {
    /// A tenth stand still for 0.5 to 5 s, every 20 s on average: what does that make others believe of the healthy?
    static let slow = Scenario("slow", "10 % slow nodes: false verdicts about the healthy, against a fixed time-out") {
        stage in
        stage.form()
        stage.run(for: .seconds(stage.isLarge ? 10 : 60))
        stage.begin("a tenth is slow")
        let slow = stage.draw(max(1, stage.options.nodes / 10))
        let watch = DetectionWatch(slow: Set(slow))
        stage.world.stepObservers.append(watch)
        let seconds = stage.options.nodes > 100 ? 15 : 180
        let start = stage.world.time
        for node in slow {
            var at = Double.random(in: 0..<20, using: &stage.generator)
            while at < Double(seconds) {
                let length = Double.random(in: 0.5..<5, using: &stage.generator)
                stage.world.plan([TimedFault(at: .seconds(at), .pause(node, .seconds(length)))])
                at += length + Double.random(in: 0..<40, using: &stage.generator)
            }
        }
        stage.run(for: .seconds(seconds + 10))
        stage.world.stepObservers.removeAll { $0 === watch }
        let fixed = watch.verdictsOfFixedTimeout
        stage.report.falseDown = fixed > 0 ? Double(watch.falseVerdicts) / Double(fixed) : nil
        let slowKeys = Set(slow.map { stage.world.nodes[$0].id })
        let unreachable = stage.world.chronicle.verdicts.count { $0.at >= start && !slowKeys.contains($0.subject) }
        stage.report.details += [
            ("falseVerdicts", Double(watch.falseVerdicts)), ("verdictsOfFixedTimeout", Double(fixed)),
            ("trueVerdicts", Double(watch.trueVerdicts)), ("detectionSeconds", watch.meanDetection),
            ("healthyToldUnreachable", Double(unreachable)),
        ]
        stage.begin("coming to rest")
        stage.run(for: .seconds(30))
        stage.judgeDelivery(of: stage.speak(stage.draw(3)))
        stage.judgeState()
    }
}
