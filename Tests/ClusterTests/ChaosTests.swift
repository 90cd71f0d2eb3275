import Testing

@testable import ClusterKit

/// The plan of a run of chaos, and how it judges what the nodes have.
@Suite struct ChaosTests {
    @Test func aPlanFollowsFromItsSeedAndHasAsManyFaultsAsAskedFor() {
        let plan = ChaosPlan(nodes: 12, faults: 200, seed: 7)
        #expect(plan == ChaosPlan(nodes: 12, faults: 200, seed: 7))
        #expect(plan != ChaosPlan(nodes: 12, faults: 200, seed: 8))
        #expect(plan.faultCount == 200)
    }

    @Test(arguments: 1...20) func everyFaultIsAboutNodesThatThereAre(seed: UInt64) {
        for round in ChaosPlan(nodes: 2 + Int(seed) % 5, faults: 50, seed: seed).rounds {
            for fault in round.faults {
                switch fault {
                case .cut(let left, let right, _):
                    #expect(!left.isEmpty && !right.isEmpty && Set(left).isDisjoint(with: right))
                case .kill(let nodes), .stop(let nodes), .restart(let nodes): #expect(!nodes.isEmpty)
                case .net(let quality, _): #expect(!quality.isPerfect && quality.loss < 1)
                }
            }
        }
    }

    @Test func allKindsOfFaultsOccur() {
        let faults = ChaosPlan(nodes: 12, faults: 300, seed: 1).rounds.flatMap(\.faults).map(\.description)
        for word in ["kill -9", "stop", "restart", "--one-way", "--reset", "net", "--between"] {
            #expect(faults.contains { $0.contains(word) }, "\(word)")
        }
    }

    @Test func whatWasAcknowledgedMustBeThereOnce() {
        var ledger = ChaosLedger()
        let texts = (0..<3).map { _ in ledger.next() }
        ledger.acknowledge(texts[0])
        ledger.acknowledge(texts[2])
        // Whether the one without an answer is there is nobody's business, but for twice.
        #expect(ledger.problems(with: [texts[0], texts[2]]) == nil)
        #expect(ledger.problems(with: texts) == nil)
        #expect(ledger.problems(with: [texts[0]]) == "lost: message 3")
        #expect(ledger.problems(with: texts + [texts[1]]) == "twice: message 2")
        #expect(ledger.problems(with: [texts[0], texts[0]]) == "lost: message 3; twice: message 1")
    }
}
