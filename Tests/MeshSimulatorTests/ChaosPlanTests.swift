import MeshCore
import MeshSimulator
import Testing

@Suite struct ChaosPlanTests {
    private static func plan(_ seed: UInt64, members: Int = 10) -> FaultPlan {
        FaultPlan(seed: seed, members: members, duration: .seconds(480))
    }

    @Test func equalSeedsGiveEqualPlans() {
        #expect(Self.plan(3) == Self.plan(3))
        #expect(Self.plan(3).description == Self.plan(3).description)
        #expect(Self.plan(3) != Self.plan(4))
        #expect(Self.plan(3) != Self.plan(3, members: 11))
    }

    @Test(arguments: [4, 5, 10, 20]) func anchorsCanBeDialledAndStay(members: Int) {
        for seed in 1...200 as ClosedRange<UInt64> {
            let plan = Self.plan(seed, members: members)
            #expect(plan.undiallable.allSatisfy { (FaultPlan.anchors..<members).contains($0) })
            for case .revoke(let signer, let member) in plan.faults.map(\.fault) {
                #expect(member >= FaultPlan.anchors && member < members && signer != member)
            }
        }
    }

    @Test func faultsComeInOrderOfTimeAndMostKindsComeOften() {
        var plansWithKind: [FaultPlan.Kind: Int] = [:]
        for seed in 1...100 as ClosedRange<UInt64> {
            let plan = Self.plan(seed)
            let times = plan.faults.map(\.at)
            #expect(times == times.sorted())
            #expect(plan.network.problem == nil)
            for frequency in plan.kinds { plansWithKind[frequency.kind, default: 0] += 1 }
        }
        for kind in FaultPlan.Kind.allCases { #expect((20...60).contains(plansWithKind[kind] ?? 0), "\(kind)") }
    }
}
