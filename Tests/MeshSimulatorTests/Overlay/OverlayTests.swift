import MeshSimulator
import Testing

/// Topology and trees together, without the rest of the core.
@Suite struct OverlayTests {
    /// Ten authors: two messages each, so that every tree has been pruned, and then two that count.
    private func broadcast(in world: OverlayWorld) -> Range<Int> {
        let authors = world.choose(10)
        for round in 0..<4 {
            for (place, author) in authors.enumerated() {
                world.send(by: author, after: 1 + round * 4_000 + place * 100)
            }
        }
        world.run(milliseconds: 20_000)
        #expect(world.messages.count == 40)
        return 20..<40
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func aSettledMeshSpreadsEachMessageOnceAlongShortPaths(seed: UInt64) {
        let world = OverlayWorld.settled(100, seed: seed)
        let report = world.report(on: broadcast(in: world))
        #expect(report.delivered == 1)
        #expect(report.rmr == 0)
        #expect(report.duplicates == 0)
        #expect(Double(report.lastHop) <= 1.4 * Double(report.lastHopFloor))
        #expect(report.lastHopFloor >= 7)
        #expect(report.meanHopRatio >= 1 && report.meanHopRatio <= 1.25)
        #expect(report.largestHopRatio <= 1.8)
    }

    @Test func theFirstMessageOfAnAuthorFloodsAndCostsOneCopyMoreOnEachLink() {
        let world = OverlayWorld.settled(100, seed: 4)
        world.send(by: 5, after: 1)
        world.run(milliseconds: 3_000)
        let report = world.report()
        #expect(report.delivered == 1)
        // 150 links: every node sends over all but the one it came by.
        #expect(world.messages[0].payloads >= 150 && world.messages[0].payloads <= 3 * 100 - 99)
        #expect(report.rmr > 0.5 && report.rmr < 1.1)
        #expect(report.lastHop >= report.lastHopFloor)
    }

    @Test func aSettledMeshStaysAsItIs() {
        let world = OverlayWorld.settled(101, seed: 6)
        #expect(world.isSettled())
        world.run(milliseconds: 30_000)
        #expect(world.isSettled())
        #expect(world.dials == 0)
        // One of an odd number has no chord.
        #expect(world.report().degrees == [0, 0, 1, 100])
    }

    @Test(arguments: [(30, false), (50, false), (50, true), (80, false)])
    func afterAMassDeathEverySurvivorGetsEveryMessage(percent: Int, withReset: Bool) throws {
        let world = OverlayWorld.settled(200, seed: 8)
        world.run(milliseconds: 1_000)
        world.kill(world.choose(200 * percent / 100), withReset: withReset)
        for moment in [1, 500, 1_500, 4_000] {
            let author = try #require(world.chooseSurvivor())
            world.send(by: author, after: moment)
        }
        world.run(milliseconds: 30_000)
        let report = world.report()
        #expect(report.delivered == 1)
        #expect(report.connected)
        #expect(report.connectedSeconds.map { $0 <= 6 } == true, "\(report)")
        #expect(report.repairSeconds.map { $0 <= 10 } == true, "\(report)")
        #expect(report.largestDegree <= 4)
        #expect(world.isSettled())
    }

    @Test func halvesThatMeetAgainExchangeWhatTheOtherLacks() {
        let world = OverlayWorld.settled(40, seed: 9)
        world.split { 1 + $0 % 2 }
        world.run(milliseconds: 20_000)
        #expect(world.components == 2)
        for author in 0..<4 { world.send(by: author) }
        world.run(milliseconds: 5_000)
        #expect(world.report().delivered == 0.5)
        world.heal()
        world.run(milliseconds: 60_000)
        let report = world.report()
        #expect(report.delivered == 1)
        #expect(report.repaired > 0)
        #expect(report.connected)
    }

    @Test func theSameSeedGivesTheSameRun() {
        func report(_ seed: UInt64) -> OverlayReport {
            let world = OverlayWorld.settled(60, seed: seed)
            world.kill(world.choose(20))
            world.send(by: world.chooseSurvivor()!, after: 10)
            world.run(milliseconds: 12_000)
            return world.report()
        }
        #expect(report(1) == report(1))
        #expect(report(1).traceHash != report(2).traceHash)
    }
}
