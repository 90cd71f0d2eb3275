import ChatKit
import Testing

@testable import ClusterKit

/// What each node of a cluster is told of the faults.
@Suite struct FaultPlanTests {
    private let all = (1...3).map { ($0, "127.0.0.1:900\($0)") }

    private func table(_ plan: FaultPlan, of node: Int) -> String { plan.table(of: node, others: all).line }

    @Test func aCutIsToldToBothEnds() {
        var plan = FaultPlan()
        plan.cut([1], [2, 3], .bothWays)
        #expect(
            table(plan, of: 1)
                == #"[{"to":"127.0.0.1:9002","cutOut":true,"cutIn":true},{"to":"127.0.0.1:9003","cutOut":true,"cutIn":true}]"#
        )
        #expect(table(plan, of: 2) == #"[{"to":"127.0.0.1:9001","cutOut":true,"cutIn":true}]"#)
    }

    @Test func oneWayIsTheOtherWayRoundAtTheOtherEnd() {
        var plan = FaultPlan()
        plan.cut([1], [2], .oneWay)
        #expect(table(plan, of: 1) == #"[{"to":"127.0.0.1:9002","cutOut":true}]"#)
        #expect(table(plan, of: 2) == #"[{"to":"127.0.0.1:9001","cutIn":true}]"#)
        #expect(table(plan, of: 3) == "[]")
    }

    @Test func healingLeavesTheNATAlone() {
        var plan = FaultPlan()
        plan.hidden = [3]
        plan.cut([1, 2], [1, 2, 3], .reset)
        var quality = LineQuality()
        quality.delay = .milliseconds(50)
        plan.set(quality, between: nil)
        #expect(table(plan, of: 1).contains("\"delayMs\":50"))
        plan.heal()
        #expect(table(plan, of: 1) == #"[{"to":"127.0.0.1:9003","hidden":true}]"#)
        #expect(table(plan, of: 3) == "[]")
    }

    @Test func aLineBetweenSomeGoesBeforeThatOfAll() {
        var plan = FaultPlan()
        var (slow, lossy) = (LineQuality(), LineQuality())
        (slow.delay, lossy.loss) = (.milliseconds(10), 0.5)
        plan.set(slow, between: nil)
        plan.set(lossy, between: [1, 2])
        #expect(table(plan, of: 1).contains(#"{"to":"127.0.0.1:9002","delayMs":0,"jitterMs":0,"loss":0.5}"#))
        #expect(table(plan, of: 3).contains(#"{"to":"127.0.0.1:9002","delayMs":10,"jitterMs":0,"loss":0.0}"#))
    }
}
