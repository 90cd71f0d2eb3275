/// Can this node be dialled? Found out by being dialled, and by asking neighbours to try (rule 4.7).
struct InboundState: Sendable {
    private(set) var value: LinksValue.Inbound
    private var hasEndpoint: Bool
    private var asked: Set<NodeID> = []
    private var failures: Set<NodeID> = []

    init(hasEndpoint: Bool) {
        self.hasEndpoint = hasEndpoint
        value = hasEndpoint ? .unknown : .no
    }

    /// The next of these neighbours to ask for a test dial; each is asked once, and only while it is not known.
    mutating func nextToAsk(_ neighbours: [NodeID]) -> NodeID? {
        guard hasEndpoint, value == .unknown else { return nil }
        return neighbours.first { asked.insert($0).inserted }
    }

    // Each returns true when `value` has changed.

    mutating func dialled() -> Bool { set(.yes) }

    mutating func answered(by peer: NodeID, reached: Bool) -> Bool {
        guard asked.contains(peer) else { return false }
        if reached { return set(.yes) }
        failures.insert(peer)
        return value == .unknown && failures.count >= TopologyRules.failedDialBacks ? set(.no) : false
    }

    mutating func setEndpoint(isKnown: Bool) -> Bool {
        guard isKnown != hasEndpoint else { return false }
        (hasEndpoint, asked, failures) = (isKnown, [], [])
        return set(isKnown ? .unknown : .no)
    }

    private mutating func set(_ newValue: LinksValue.Inbound) -> Bool {
        defer { value = newValue }
        return value != newValue
    }
}
