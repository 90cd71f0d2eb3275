package import MeshCore

/// A link that is closed for what the peer did leaves a number behind by which an operator finds out why.
package final class MisconductChecker: Checker, StepObserver {
    package static let rule = "no honest node is cut off for misconduct, and nobody without a counter"

    /// Such ends are expected: somebody misbehaves, or the network damages frames.
    private let isTolerant: Bool
    /// Of each node: its life, and what its counters of refusals said at the last such end.
    private var told: [Int: (life: Int, count: UInt64)] = [:]

    init(isTolerant: Bool) { self.isTolerant = isTolerant }

    package func didDeliver(_ input: Input, to node: SimulatedNode, effects: [Effect], in world: World) {
        guard node.isHonest else { return }
        for case .close(let link, let reason) in effects {
            guard reason == .malformedFrame || reason == .protocolViolation || reason == .badIdentity else { continue }
            let count = refusals(of: node)
            if let last = told[node.index], last.life == node.life, count <= last.count {
                violate("\(link) closed for \(reason.rawValue) without a count", at: node, in: world)
            } else if count == 0 {
                violate("\(link) closed for \(reason.rawValue) without a count", at: node, in: world)
            }
            told[node.index] = (node.life, count)
            if !isTolerant { violate("\(link) closed for \(reason.rawValue)", at: node, in: world) }
        }
    }

    private func refusals(of node: SimulatedNode) -> UInt64 {
        node.core.status.counters
            .filter { $0.name.hasPrefix("refused.") || $0.name.hasPrefix("malformed.") }
            .reduce(0) { $0 + $1.count }
    }
}
