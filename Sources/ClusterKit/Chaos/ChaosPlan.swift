internal import MeshCore

/// All rounds of a run, drawn from a seed before anything is started: the same seed gives the same plan.
package struct ChaosPlan: Equatable, Sendable {
    package let nodes: Int
    package let seed: UInt64
    let rounds: [ChaosRound]

    package var faultCount: Int { rounds.reduce(0) { $0 + $1.faults.count } }

    package init(nodes: Int, faults: Int, seed: UInt64) {
        (self.nodes, self.seed) = (nodes, seed)
        var random = SeededGenerator(seed: seed)
        var rounds: [ChaosRound] = []
        var left = faults
        while left > 0 {
            let count = min(left, Int.random(in: 1...5, using: &random))
            rounds.append(Self.round(of: count, nodes: nodes, &random))
            left -= count
        }
        self.rounds = rounds
    }

    private static func round(of count: Int, nodes: Int, _ random: inout SeededGenerator) -> ChaosRound {
        let faults = (0..<count).map { _ in fault(nodes, &random) }
        let talk = (0..<Int.random(in: 1...5, using: &random)).map { _ in
            ChaosRound.Talk(
                from: Int.random(in: 1...nodes, using: &random), after: Int.random(in: 0...count, using: &random))
        }
        // Below and above the second or so in which a silent link is given up.
        let hold = Duration.milliseconds(Int.random(in: 0...3_000, using: &random))
        return ChaosRound(faults: faults, hold: hold, talk: talk)
    }

    private static func fault(_ nodes: Int, _ random: inout SeededGenerator) -> ChaosFault {
        let all = Array(1...nodes)
        switch Int.random(in: 0..<10, using: &random) {
        case 0, 1, 2: return .kill(some(of: all, upTo: nodes / 2, &random))
        case 3, 4: return .stop(some(of: all, upTo: nodes / 3, &random))
        case 5: return .restart(some(of: all, upTo: 3, &random))
        case 6, 7: return cut(all, .bothWays, &random)
        case 8: return cut(all, Bool.random(using: &random) ? .oneWay : .reset, &random)
        default:
            var quality = LineQuality()
            quality.delay = .milliseconds(Int.random(in: 5...200, using: &random))
            quality.jitter = .milliseconds(Int.random(in: 0...50, using: &random))
            quality.loss = Double(Int.random(in: 0...10, using: &random)) / 100
            return .net(quality, between: Bool.random(using: &random) ? nil : some(of: all, upTo: nodes, &random))
        }
    }

    private static func cut(_ all: [Int], _ kind: Step.Cut, _ random: inout SeededGenerator) -> ChaosFault {
        let left = some(of: all, upTo: all.count - 1, &random)
        return .cut(left, all.filter { !left.contains($0) }, kind)
    }

    private static func some(of all: [Int], upTo limit: Int, _ random: inout SeededGenerator) -> [Int] {
        let count = Int.random(in: 1...max(1, limit), using: &random)
        return all.shuffled(using: &random).prefix(count).sorted()
    }
}
