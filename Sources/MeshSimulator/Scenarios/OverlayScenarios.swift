import MeshCore

// The same stories for more nodes than can hold each other's records: overlay and broadcast alone, membership given.
extension Scenario {
    /// More are played by ``OverlayWorld``: every node would hold four records of each.
    package static let fullNodes = 1_024

    static func overlaySteady(_ stage: Stage) {
        let world = stage.overlayWorld()
        let sources = Array(world.choose(20))
        stage.begin("growing trees")
        stage.speak(sources, rounds: 5, in: world)
        stage.begin("measuring")
        let messages = stage.speak(sources, rounds: 5, in: world)
        let report = world.report(on: messages)
        stage.take(report, of: world)
        stage.report.rmr = report.rmr
        stage.report.lastHop = Double(report.lastHop)
        stage.report.lastHopFloor = Double(report.lastHopFloor)
        stage.report.lastHopRatioAnySource = report.largestHopRatio
    }

    static func overlayKill(_ percent: Int) -> @Sendable (Stage) -> Void {
        { stage in
            let world = stage.overlayWorld()
            stage.speak(world.choose(5), rounds: 2, in: world)
            let first = world.messages.count
            stage.begin("\(percent) % vanish")
            world.kill(world.choose(stage.options.nodes * percent / 100))
            for _ in 0..<40 where !stage.isStopped {
                if let speaker = world.chooseSurvivor() { world.send(by: speaker) }
                stage.run(world, milliseconds: 1_000)
            }
            stage.run(world, milliseconds: 5_000)
            let report = world.report(on: first..<world.messages.count)
            stage.take(report, of: world)
            stage.report.repairSeconds = report.repairSeconds
            stage.report.repairCycles = report.repairSeconds.map { Int(($0 / 5).rounded(.up)) }
            stage.require(report.repairSeconds != nil, "not every survivor got every message of the time of repair")
            stage.report.details.append(("connectedSeconds", report.connectedSeconds ?? -1))
        }
    }
}

extension Stage {
    fileprivate func overlayWorld() -> OverlayWorld {
        begin("settling")
        var overlay = OverlayOptions()
        // As the product's default has it; the model in the research took 2 s.
        overlay.dialTimeout = Int(NodeConfiguration().connectTimeout.milliseconds)
        let world = OverlayWorld.settled(options.nodes, seed: options.seed, options: overlay)
        run(world, milliseconds: 2_000)
        return world
    }

    fileprivate func run(_ world: OverlayWorld, milliseconds: Int) {
        var left = milliseconds
        while left > 0, !isStopped {
            world.run(milliseconds: min(left, 500))
            left -= 500
            simulatedMilliseconds = world.time
            look()
        }
    }

    @discardableResult
    fileprivate func speak(_ sources: [Int], rounds: Int, in world: OverlayWorld) -> Range<Int> {
        let first = world.messages.count
        for _ in 0..<rounds {
            for source in sources where !isStopped {
                world.send(by: source)
                run(world, milliseconds: 100)
            }
        }
        run(world, milliseconds: 3_000)
        return first..<world.messages.count
    }

    fileprivate func take(_ overlay: OverlayReport, of world: OverlayWorld) {
        report.delivered = overlay.delivered
        report.duplicates = 0
        report.connected = overlay.connected
        report.maxDegree = overlay.largestDegree
        report.traceHash = overlay.traceHash
        report.details += [("redundantPayloads", Double(overlay.duplicates)), ("dials", Double(overlay.dials))]
        require(overlay.delivered == 1, "only \(overlay.delivered) of all deliveries are exactly once")
        require(overlay.connected, "the survivors are in \(world.components) parts")
    }
}
