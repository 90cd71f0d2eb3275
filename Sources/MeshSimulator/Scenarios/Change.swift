import MeshCore

extension Scenario {
    /// One revocation; when does everybody know?
    static let change = Scenario("change", "one member is revoked: rounds of a second until all know") { stage in
        stage.form()
        stage.run(for: .seconds(5))
        stage.begin("revoking")
        let drawn = stage.draw(2)
        let (signer, subject) = (stage.world.nodes[drawn[0]], stage.world.nodes[drawn[1]])
        let start = stage.world.time
        stage.world.command(.revoke(subject.id, frontier: nil), at: signer)
        let others = stage.world.runningNodes.map(\.index).filter { $0 != subject.index }
        stage.run(
            until: { world in
                let knowledge = world.chronicle.knowledge[subject.id] ?? [:]
                return others.allSatisfy { knowledge[$0] != nil }
            }, within: .seconds(60))
        let times = others.compactMap { stage.world.chronicle.knowledge[subject.id]?[$0] }
        stage.require(times.count == others.count, "\(others.count - times.count) nodes never learned of it")
        if times.count == others.count, let last = times.max() {
            let seconds = Double(last - start) / 1e9
            stage.report.changeRounds = max(1, Int(seconds.rounded(.up)))
            stage.report.details.append(("changeSeconds", seconds))
        }
        stage.begin("talking without the revoked one")
        let messages = stage.speak(stage.draw(3, from: others), rounds: 2)
        stage.world.kill(subject)
        stage.judgeDelivery(of: messages)
        stage.run(for: .seconds(10))
        stage.judgeState()
    }
}
