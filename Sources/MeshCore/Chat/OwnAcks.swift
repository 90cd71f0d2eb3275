/// What this node has to tell the authors of messages: whose chains it holds, what of them is not on disk, and which
/// shards of its acknowledgements may be out of date.
struct OwnAcks: Sendable {
    /// Of each author the newest chain, and the one before: an author that keeps its chains on disk has one for ever.
    private static let chainsPerAuthor = 2
    /// Authors whose chains are acknowledged; the first to write go first.
    static let authorLimit = 1_024

    /// The newest chain last.
    private var chains = BoundedMap<NodeID, [ChainID]>(capacity: Self.authorLimit)
    private var stale: Set<Int> = []
    /// Where the next round goes on, so that in a busy group no shard waits for ever.
    private var nextShard = 0
    /// To be published whatever they say, because peers hold one that this run does not know.
    private var returned: Set<Int> = []
    /// On their way to the disk.
    private var unstored: [ChatHistory.ChainKey: RangeSet<UInt64>] = [:]
    /// The first of a chain that the disk refused: it is held in memory only, and that is no promise.
    private var refused: [ChatHistory.ChainKey: UInt64] = [:]

    var isStale: Bool { !stale.isEmpty }
    var authorCount: Int { chains.count }

    // MARK: The disk

    mutating func isBeingStored(_ header: ChatHeader) {
        unstored[ChatHistory.ChainKey(header), default: RangeSet()].insert(contentsOf: header.seq..<header.seq + 1)
    }

    mutating func wasNotStored(_ header: ChatHeader) {
        refused[ChatHistory.ChainKey(header)] = min(refused[ChatHistory.ChainKey(header)] ?? .max, header.seq)
    }

    /// What the disk refused is on it now, all of it.
    mutating func allIsStored() {
        for key in refused.keys where chains[key.author]?.contains(key.chain) == true {
            stale.insert(RecordKey.acksShard(of: key.author))
        }
        refused = [:]
    }

    mutating func isStored(_ header: ChatHeader) {
        let key = ChatHistory.ChainKey(header)
        unstored[key]?.remove(contentsOf: header.seq..<header.seq + 1)
        if unstored[key]?.isEmpty == true { unstored[key] = nil }
        if header.to == nil { note(key) }
    }

    /// How much of a chain that is held without a gap below `next` is also on disk.
    func limited(_ next: UInt64, of key: ChatHistory.ChainKey) -> UInt64 {
        min(next, unstored[key]?.ranges.first?.lowerBound ?? .max, refused[key] ?? .max)
    }

    // MARK: Shards

    /// More of this chain is held than before; it is its author's newest.
    mutating func note(_ key: ChatHistory.ChainKey) {
        stale.insert(RecordKey.acksShard(of: key.author))
        var known = chains[key.author] ?? []
        guard known.last != key.chain else { return }
        known.removeAll { $0 == key.chain }
        chains[key.author] = (known + [key.chain]).suffix(Self.chainsPerAuthor)
    }

    mutating func mustPublish(_ shard: Int) {
        stale.insert(shard)
        returned.insert(shard)
    }

    /// Shards to look at, at most `limit` of them and in turn, each with whether it must be published even if it says
    /// nothing new.
    mutating func take(_ limit: Int) -> [(shard: Int, isReturned: Bool)] {
        let waiting = stale.sorted()
        let turn = waiting.filter { $0 >= nextShard } + waiting.filter { $0 < nextShard }
        let taken = turn.prefix(limit).map { (shard: $0, isReturned: returned.contains($0)) }
        if let last = taken.last { nextShard = last.shard + 1 }
        stale.subtract(taken.map(\.shard))
        returned.subtract(taken.map(\.shard))
        return taken
    }

    /// Chains of this shard's authors: every author's newest before any other.
    func chains(in shard: Int) -> [ChatHistory.ChainKey] {
        let authors = chains.keys.filter { RecordKey.acksShard(of: $0) == shard }.map { ($0, chains[$0] ?? []) }
        let newest = authors.compactMap { author, chains in
            chains.last.map { ChatHistory.ChainKey(author: author, chain: $0) }
        }
        let older = authors.flatMap { author, chains in
            chains.dropLast().map { ChatHistory.ChainKey(author: author, chain: $0) }
        }
        return newest + older
    }
}
