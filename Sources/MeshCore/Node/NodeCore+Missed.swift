// Messages that are known to exist and cannot be read here: asked for one by one, by their ids.
extension NodeCore {
    /// A message that exists and that this node cannot read: ask its author, then others.
    mutating func miss(_ id: Hash, author: NodeID, direct: ChainRange?) {
        guard missed[id] == nil, !chat.history.contains(id) else { return }
        missed[id] = Missed(author: author, direct: direct, nextTry: now + .seconds(2))
        timers.missed = min(timers.missed, now + .seconds(2))
    }

    mutating func retryMissed() {
        guard timers.missed <= now else { return }
        timers.missed = .distantFuture
        settleRoster()
        var wanted: [NodeID: [Hash]] = [:]
        for id in Array(missed.keys) {
            guard var entry = missed[id] else { continue }
            if entry.nextTry <= now {
                if let provider = provider(for: entry) {
                    wanted[provider, default: []].append(id)
                    entry.attempts += 1
                }
                entry.nextTry = now + .seconds(min(60, 5 << min(entry.attempts, 4)))
                missed[id] = entry.attempts > 12 ? nil : entry
            }
            timers.missed = min(timers.missed, missed[id]?.nextTry ?? .distantFuture)
        }
        for (provider, ids) in wanted.sorted(by: { $0.key < $1.key }) {
            request(.ids(Array(ids.prefix(WireLimits.ranges))), from: provider)
        }
    }

    private mutating func provider(for entry: Missed) -> NodeID? {
        if entry.attempts % 2 == 0 || entry.direct != nil, topology.isReachable(entry.author) { return entry.author }
        if entry.direct != nil { return nil }
        return topology.reachable.filter { $0 != id }.randomElement(using: &generator)
    }
}
