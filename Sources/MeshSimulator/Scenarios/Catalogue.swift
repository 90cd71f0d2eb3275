extension Scenario {
    /// In the order in which `--list` shows them.
    package static let all: [Scenario] = [.steady]

    package static func named(_ name: String) -> Scenario? { all.first { $0.name == name } }
}
