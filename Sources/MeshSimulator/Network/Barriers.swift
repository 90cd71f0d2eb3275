/// Who cannot reach whom at the moment: partitions of groups, in both directions or one, cut pairs, clogged pairs.
struct Barriers: Sendable {
    struct Pair: Hashable, Sendable {
        let from: Int
        let to: Int
    }

    /// The group of each node; nil when there is no partition. Members of ``bridge`` reach everybody.
    private var groups: [Int]?
    /// With a one-way partition what goes from a group to one with a greater number still arrives.
    private var isOneWay = false
    private var pairs: Set<Pair> = []

    static let bridge = -1

    var isPartitioned: Bool { groups != nil }

    func blocks(from: Int, to: Int) -> Bool {
        if let groups {
            let (source, target) = (group(of: from, in: groups), group(of: to, in: groups))
            let isApart = source != target && source != Self.bridge && target != Self.bridge
            if isApart, !(isOneWay && source < target) { return true }
        }
        return !pairs.isEmpty && pairs.contains(Pair(from: from, to: to))
    }

    /// Who was added after the partition began stands on the side of group 0.
    private func group(of node: Int, in groups: [Int]) -> Int { node < groups.count ? groups[node] : 0 }

    mutating func partition(_ groups: [Int], isOneWay: Bool = false) {
        self.groups = groups
        self.isOneWay = isOneWay
    }

    mutating func heal() { groups = nil }

    /// What `from` sends to `to` no longer arrives; the other direction is its own pair.
    mutating func cut(from: Int, to: Int) { pairs.insert(Pair(from: from, to: to)) }
    mutating func mend(from: Int, to: Int) { pairs.remove(Pair(from: from, to: to)) }
    mutating func mendAll() { (groups, pairs) = (nil, []) }
}
