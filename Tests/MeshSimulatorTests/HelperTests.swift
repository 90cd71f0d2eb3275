import MeshCore
import Testing

@testable import MeshSimulator

/// A second thread computes what the next moments hold; it must change nothing but the time that a run takes.
@Suite struct HelperTests {
    @Test(arguments: ["kill50", "churn", "change", "hostile-storm"])
    func `a helper changes no history`(_ name: String) throws {
        let scenario = try #require(Scenario.named(name))
        var options = Scenario.Options(nodes: 12, seed: 3)
        options.cryptography = .fast
        let alone = scenario.run(options)
        options.usesHelper = true
        let helped = scenario.run(options)
        #expect(helped.report.failures == [])
        #expect(alone.report.traceHash == helped.report.traceHash)
        #expect(helped.world.batchStart > 1_000, "steps that the helper was given")
    }

    @Test func `what was shown of the queue stays in it, in order, with what comes in between`() {
        var queue = EventQueue<String>()
        for (event, time) in [("b", 20), ("d", 40), ("a", 10), ("e", 50)] { queue.push(event, at: Int64(time)) }
        var seen: [String] = []
        queue.look(through: 40) { _, event in
            seen.append(event)
            return true
        }
        #expect(seen == ["a", "b", "d"])
        queue.push("c", at: 30)
        var popped: [String] = []
        while let next = queue.pop() { popped.append(next.event) }
        #expect(popped == ["a", "b", "c", "d", "e"] && queue.isWindowOver && queue.nextTime == nil)
    }

    @Test func `a step is taken once, and by nobody who is late`() {
        let step = StepAhead()
        let world = World(World.Options(), count: 1)
        step.offer(.deadline, of: world.nodes[0], now: world.now, in: 7)
        #expect(!step.take(in: 6))
        #expect(step.take(in: 7))
        #expect(!step.take(in: 7))
    }
}
