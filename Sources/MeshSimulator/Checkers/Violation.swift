/// A rule that did not hold.
package struct Violation: Sendable, Equatable {
    /// ns since the world began.
    package let at: Int64
    package let node: Int?
    package let rule: String
    package let detail: String

    package var sentence: String {
        let place = node.map { " at node\($0)" } ?? ""
        return "\(Text.seconds(at)) s\(place): \(rule): \(detail)"
    }
}
