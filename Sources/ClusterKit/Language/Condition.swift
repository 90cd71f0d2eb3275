/// What is asked of each of some nodes, or of all of them together.
package enum Condition: Equatable, Sendable, CustomStringConvertible {
    /// A count of `status`.
    case count(Count, Comparison, Int)
    case converged
    case state(String)
    /// This text stands in the history at least, or exactly, so often.
    case has(String)
    case lacks(String)
    case once(String)
    /// How the others stand in this node's list of members; `unknown` when they do not.
    case sees(NodeSelection, String)
    /// A line of the node's log holds this text.
    case log(String)
    case running
    case ended
    /// All together: the same members, nicks, addresses and prekeys, and nothing under way.
    case agree
    /// All together: the same group messages, each once.
    case sameHistory

    package enum Count: String, Equatable, Sendable, CaseIterable { case members, online, links, messages }

    package enum Comparison: String, Equatable, Sendable, CaseIterable {
        case equal = "="
        case notEqual = "!="
        case atLeast = ">="
        case atMost = "<="
        case above = ">"
        case below = "<"

        package func holds(_ left: Int, _ right: Int) -> Bool {
            switch self {
            case .equal: left == right
            case .notEqual: left != right
            case .atLeast: left >= right
            case .atMost: left <= right
            case .above: left > right
            case .below: left < right
            }
        }
    }

    static let memberStates = ["online", "offline", "invited", "void", "revoked", "unknown"]
    static let words =
        Count.allCases.map(\.rawValue) + [
            "converged", "state", "has", "lacks", "once", "sees", "log", "running", "ended", "agree", "same-history",
        ]

    /// About the nodes together, not about each.
    var isCollective: Bool { self == .agree || self == .sameHistory }

    package var description: String {
        switch self {
        case .count(let count, let comparison, let number): "\(count.rawValue) \(comparison.rawValue) \(number)"
        case .converged: "converged"
        case .state(let state): "state \(state)"
        case .has(let text): "has \"\(text)\""
        case .lacks(let text): "lacks \"\(text)\""
        case .once(let text): "once \"\(text)\""
        case .sees(let nodes, let state): "sees \(nodes) \(state)"
        case .log(let text): "log \"\(text)\""
        case .running: "running"
        case .ended: "ended"
        case .agree: "agree"
        case .sameHistory: "same-history"
        }
    }
}
