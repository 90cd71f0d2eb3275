/// A step that did not come true.
package struct StepFailure: Error, Equatable, Sendable {
    /// What should have been.
    package let expected: String
    /// What was there, a line for each node.
    package let found: [String]

    package init(expected: String, found: [String]) { (self.expected, self.found) = (expected, found) }
}
