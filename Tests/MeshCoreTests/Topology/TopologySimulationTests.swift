import MeshCore
import MeshSimulator
import Testing

/// The rules at work in whole meshes. The limits are those of the research (worst seed), rounded up.
@Suite struct TopologySimulationTests {
    /// The network of the research: one way takes 25 ms.
    private func options(
        maxDegree: Int = 3, undiallable: Int = 0, knowsInbound: Bool = true, hasSeedPeer: Bool = false
    ) -> OverlayOptions {
        var options = OverlayOptions()
        options.latency = 25...25
        (options.maxDegree, options.undiallable) = (maxDegree, undiallable)
        (options.knowsInbound, options.hasSeedPeer) = (knowsInbound, hasSeedPeer)
        return options
    }

    @Test(arguments: 2...16)
    func smallMeshesSettleWithTwoOrThreeLinksEach(size: Int) {
        for seed in 1...3 as ClosedRange<UInt64> {
            let world = OverlayWorld.acquainted(size, seed: seed, options: options())
            #expect(world.run(until: { $0.isSettled() }, limit: 15_000) != nil, "seed \(seed)")
            world.run(milliseconds: 10_000)
            #expect(world.isSettled(), "seed \(seed)")
            #expect(world.degrees.min()! >= min(size - 1, 2) && world.degrees.max()! <= 3, "seed \(seed)")
            #expect(world.largestDegree <= 4, "seed \(seed)")
        }
    }

    @Test(arguments: [(4, 3), (8, 7), (5, 4)])
    func meshesNoLargerThanTheDegreeAreFull(size: Int, maxDegree: Int) {
        let world = OverlayWorld.acquainted(size, seed: 7, options: options(maxDegree: maxDegree))
        world.run(milliseconds: 20_000)
        #expect(world.degrees.allSatisfy { $0 == size - 1 })
    }

    @Test(arguments: [3, 7, 15])
    func joinersThroughOneSeedFindTheirPlaces(joiners: Int) {
        for seed in 1...3 as ClosedRange<UInt64> {
            let world = joinWorld(joiners, seed: seed)
            let settled = world.run(until: { $0.components == 1 && $0.ringGaps == 0 }, limit: 10_000)
            #expect(settled.map { $0 <= 3_000 } == true, "seed \(seed): \(settled ?? -1) ms")
            #expect(world.largestDegree <= 4)
        }
    }

    @Test func ninetyNineJoinersAtOnceThroughOneSeed() {
        let world = joinWorld(99, seed: 1)
        let settled = world.run(until: { $0.components == 1 && $0.ringGaps == 0 }, limit: 15_000)
        #expect(settled.map { $0 <= 5_000 } == true, "\(settled ?? -1) ms")
        #expect(world.largestDegree <= 4)
    }

    private func joinWorld(_ joiners: Int, seed: UInt64) -> OverlayWorld {
        let world = OverlayWorld(
            joiners + 1, seed: seed, options: options(), starts: { $0 == 0 ? 0 : 500 }, knows: { [0, $0] })
        world.run(milliseconds: 500)
        return world
    }

    @Test(arguments: [(16, 30), (16, 50), (100, 30), (100, 50)])
    func survivorsOfAMassDeathBecomeOneMeshAgain(size: Int, percent: Int) {
        let world = OverlayWorld.acquainted(size, seed: 11, options: options())
        #expect(world.run(until: { $0.isSettled() }, limit: 30_000) != nil)
        let victims = world.choose(size * percent / 100)
        world.kill(victims)
        let settled = world.run(until: { $0.components == 1 && $0.ringGaps == 0 }, limit: 30_000)
        #expect(settled.map { $0 <= 6_000 } == true, "\(settled ?? -1) ms")
        #expect(world.run(until: { $0.isSettled() }, limit: 10_000) != nil)
        #expect(world.largestDegree <= 4)
    }

    @Test(arguments: [4, 8, 16])
    func halvesOfASplitMeshHealIntoOne(size: Int) {
        let world = OverlayWorld.acquainted(size, seed: 5, options: options())
        #expect(world.run(until: { $0.isSettled() }, limit: 30_000) != nil)
        world.split { 1 + $0 % 2 }
        world.run(milliseconds: 60_000)
        #expect(world.components == 2)
        world.heal()
        let settled = world.run(until: { $0.isSettled() }, limit: 60_000)
        #expect(settled.map { $0 <= 12_000 } == true, "\(settled ?? -1) ms")
        #expect(world.largestDegree <= 4)
    }

    @Test(arguments: [true, false])
    func oneHubThatAloneCanBeDialledServesSixOthers(knowsInbound: Bool) {
        let world = OverlayWorld.acquainted(
            7, seed: 3, options: options(undiallable: 6, knowsInbound: knowsInbound, hasSeedPeer: true))
        let settled = world.run(until: { $0.components == 1 && $0.hasRightViews }, limit: 60_000)
        #expect(settled.map { $0 <= 15_000 } == true, "\(settled ?? -1) ms")
        world.run(milliseconds: 60_000)
        #expect(world.components == 1 && world.hasRightViews)
        #expect(world.nodes[0].machine.cutVertices == [world.nodes[0].id])
    }

    @Test(arguments: [16, 40])
    func halfOfTheMembersMayBeUndiallable(size: Int) {
        let world = OverlayWorld.acquainted(size, seed: 9, options: options(undiallable: size / 2))
        #expect(world.run(until: { $0.components == 1 && $0.hasRightViews }, limit: 20_000) != nil)
        world.run(milliseconds: 60_000)
        #expect(world.components == 1 && world.hasRightViews && world.ringGaps == 0)
        #expect(world.degrees.max()! <= 10)
        #expect(world.degrees.min()! >= 2)
        #expect(world.nodes[0].machine.cutVertices.isEmpty)
    }

    @Test func aQuietMeshDialsNobody() {
        let world = OverlayWorld.acquainted(12, seed: 21, options: options())
        world.run(milliseconds: 30_000)
        let dials = world.dials
        world.run(milliseconds: 60_000)
        #expect(world.dials == dials)
    }

    @Test func theSameSeedGivesTheSameRun() {
        func trace(_ seed: UInt64) -> UInt64 {
            let world = OverlayWorld.acquainted(10, seed: seed, options: options())
            world.run(milliseconds: 8_000)
            world.kill(world.choose(4))
            world.run(milliseconds: 8_000)
            return world.trace
        }
        #expect(trace(1) == trace(1))
        #expect(trace(1) != trace(2))
    }
}
