internal import ChatKit
internal import MeshCore

/// All that is wrong between the nodes of a cluster, and what of it each node must be told.
struct FaultPlan: Equatable, Sendable {
    struct Way: Hashable, Sendable {
        let from: Int
        let to: Int
    }

    struct Pair: Hashable, Sendable {
        let low: Int
        let high: Int

        init(_ first: Int, _ second: Int) { (low, high) = (min(first, second), max(first, second)) }
    }

    /// What is sent this way gets lost.
    var cuts: Set<Way> = []
    var resets: Set<Pair> = []
    /// Behind a NAT.
    var hidden: Set<Int> = []
    var quality = LineQuality()
    var qualities: [Pair: LineQuality] = [:]

    mutating func cut(_ left: [Int], _ right: [Int], _ kind: Step.Cut) {
        for one in left {
            for other in right where other != one {
                switch kind {
                case .bothWays: cuts.formUnion([Way(from: one, to: other), Way(from: other, to: one)])
                case .oneWay: cuts.insert(Way(from: one, to: other))
                case .reset: resets.insert(Pair(one, other))
                }
            }
        }
    }

    /// Who is behind a NAT stays there.
    mutating func heal() {
        (cuts, resets) = ([], [])
        (quality, qualities) = (LineQuality(), [:])
    }

    mutating func set(_ quality: LineQuality, between nodes: [Int]?) {
        guard let nodes else {
            (self.quality, qualities) = (quality, [:])
            return
        }
        for one in nodes {
            for other in nodes where one < other { qualities[Pair(one, other)] = quality }
        }
    }

    /// The list for the command `faults` of one node.
    func table(of node: Int, others: [(number: Int, address: String)]) -> JSON {
        .array(others.filter { $0.number != node }.compactMap { entry(from: node, to: $0.number, $0.address) })
    }

    private func entry(from node: Int, to other: Int, _ address: String) -> JSON? {
        var fields: [JSON.Member] = []
        if cuts.contains(Way(from: node, to: other)) { fields.append(.init("cutOut", .bool(true))) }
        if cuts.contains(Way(from: other, to: node)) { fields.append(.init("cutIn", .bool(true))) }
        if resets.contains(Pair(node, other)) { fields.append(.init("resets", .bool(true))) }
        if hidden.contains(other) { fields.append(.init("hidden", .bool(true))) }
        let quality = qualities[Pair(node, other)] ?? quality
        if !quality.isPerfect {
            fields.append(.init("delayMs", .integer(quality.delay.milliseconds)))
            fields.append(.init("jitterMs", .integer(quality.jitter.milliseconds)))
            fields.append(.init("loss", .number(quality.loss)))
        }
        return fields.isEmpty ? nil : .object([.init("to", .string(address))] + fields)
    }
}

extension Duration {
    var secondsText: String { milliseconds.secondsText }
}

extension Int64 {
    /// Milliseconds as seconds with two digits.
    var secondsText: String {
        let hundredths = (self + 5) / 10
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) s"
    }
}
