extension Scenario {
    /// In the order in which `--list` shows them.
    package static let all: [Scenario] =
        [
            .steady, .idle, .join, .change, .kill30, .kill50, .kill80, .kill90, .split, .churn, .slow, .chaos,
        ] + hostile()

    package static func named(_ name: String) -> Scenario? { all.first { $0.name == name } }
}
