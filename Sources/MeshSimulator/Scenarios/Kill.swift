import MeshCore

extension Scenario {
    static let kill30 = kill(30)
    static let kill50 = kill(50)
    static let kill80 = kill(80)
    static let kill90 = kill(90)

    /// A share of the hosts vanishes at once and silently: nothing tells the others but silence.
    private static func kill(_ percent: Int) -> Scenario {
        Scenario(
            "kill\(percent)", "\(percent) % of the hosts vanish at once, silently, under traffic",
            overlay: overlayKill(percent)
        ) { stage in
            stage.form()
            stage.speak(stage.draw(min(5, stage.options.nodes)), rounds: 2)
            stage.pictures.append(("before", stage.world.overlay))
            let count = min(stage.options.nodes * percent / 100, stage.options.nodes - 2)
            let victims = stage.draw(count)
            stage.begin("\(count) of \(stage.options.nodes) vanish")
            stage.measureRepair(for: .seconds(45)) { $0.perform(.massCrash(victims, silently: true)) }
            stage.pictures.append(("after", stage.world.overlay))
            stage.run(for: .seconds(15))
            stage.judgeState()
        }
    }
}

extension Stage {
    /// Into the report: how long from a blow until the overlay is connected for good and every survivor gets every
    /// message. A survivor speaks every second, from two seconds before the blow on.
    func measureRepair(for duration: Duration, after blow: (World) -> Void) {
        let first = world.ledger.messages.count
        speak(draw(2), gap: .seconds(1), rest: .zero)
        blow(world)
        let start = world.time
        let survivors = world.runningNodes.filter(\.isHonest).map(\.index)
        var connectedSince: Int64?
        var partsAtOnce = 0
        while world.time - start < duration.nanoseconds, !isStopped {
            let elapsed = (world.time - start) / 1_000_000
            if elapsed % 1_000 == 0 {
                speak(draw(1, from: survivors), gap: .zero, rest: .zero)
                if elapsed == 0 { partsAtOnce = world.overlay.parts }
            }
            if world.overlay.isConnected {
                connectedSince = connectedSince ?? world.time
            } else {
                connectedSince = nil
            }
            run(for: .milliseconds(100))
        }
        report.details.append(("partsAtOnce", Double(partsAtOnce)))
        conclude(repairSince: start, first: first, survivors: survivors, connectedSince: connectedSince)
    }

    private func conclude(repairSince start: Int64, first: Int, survivors: [Int], connectedSince: Int64?) {
        let messages = first..<world.ledger.messages.count
        judgeDelivery(of: messages)
        report.connected = connectedSince != nil
        require(connectedSince != nil, "the survivors are in \(world.overlay.parts) parts")
        guard let connectedSince else { return }
        var repaired = connectedSince
        for message in messages {
            // What came within a second came along whole trees.
            guard let completion = world.ledger.completion(of: message, at: survivors),
                completion - world.ledger.messages[message].sentAt > 1_000_000_000
            else { continue }
            if completion > repaired {
                repaired = completion
                report.details.removeAll { $0.name == "lastLateMessage" }
                report.details.append(("lastLateMessage", Double(message)))
            }
        }
        let seconds = Double(max(0, repaired - start)) / 1e9
        report.repairSeconds = seconds
        report.repairCycles = Int((seconds / 5).rounded(.up))
        report.details.append(("connectedSeconds", Double(max(0, connectedSince - start)) / 1e9))
    }
}
