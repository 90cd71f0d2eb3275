/// Each signer's own log: what a new operation continues, and what a revocation can honestly name.
extension MembershipSet {
    /// Heads of that part of the key's log which is held back to its first operation without a gap; ascending. More
    /// than one: two histories under one key, from a restored backup or from malice.
    ///
    /// Above a gap nothing is named: the key may have withheld an invitation on purpose and could release it, inside
    /// the frontier, after its revocation.
    package func heads(of key: NodeID) -> [Hash] {
        let lengths = gapFreeLengths(of: key)
        let continued = Set(lengths.keys.compactMap { self[$0]?.prev })
        return lengths.keys.filter { !continued.contains($0) }.sorted()
    }

    /// What a revocation of `key` names to honour all that can be: its heads, at most ``WireLimits/frontier`` of them.
    /// Of more, which only a forger makes, those with the longest histories; ascending.
    package func frontier(of key: NodeID) -> [Hash] {
        Array(headsByLength(of: key).prefix(WireLimits.frontier)).sorted()
    }

    /// What the key's next operation names as `prev`: of its heads that with the longest history, zero for none.
    package func newestOperation(of key: NodeID) -> Hash { headsByLength(of: key).first ?? .zero }

    private func headsByLength(of key: NodeID) -> [Hash] {
        let lengths = gapFreeLengths(of: key)
        return heads(of: key).sorted { (-(lengths[$0] ?? 0), $0) < (-(lengths[$1] ?? 0), $1) }
    }

    /// The gap-free part of the key's log, with the number of operations from the first to each.
    private func gapFreeLengths(of key: NodeID) -> [Hash: Int] {
        let byPrev = Dictionary(grouping: (idsBySigner[key] ?? []).compactMap { self[$0] }) { $0.prev }
        var lengths: [Hash: Int] = [:]
        var work: [(prev: Hash, length: Int)] = [(.zero, 0)]
        while let (prev, length) = work.popLast() {
            for operation in byPrev[prev] ?? [] where lengths[operation.id] == nil {
                lengths[operation.id] = length + 1
                work.append((operation.id, length + 1))
            }
        }
        return lengths
    }
}
