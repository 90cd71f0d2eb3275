internal import DequeModule

/// The messages this node can read, in memory: bounded, indexed by arrival, shown in causal order.
///
/// Per author and chain it knows which sequence numbers it holds, so that every gap can be named and repaired. What
/// was evicted or cleared counts as held: repair must not bring it back.
package struct ChatHistory: Sendable {
    package struct Item: Sendable {
        package var message: ChatMessage
        package let signed: Signed
        package let header: ChatHeader
        package let ciphertext: [UInt8]
        /// Kept so that the message can be re-sealed to members who missed it.
        package let messageKey: any Secret
        /// When this node stored it, ms since 1970; decides what `since_join` hands to newcomers.
        package let storedAt: UInt64
    }

    package struct ChainKey: Hashable, Comparable, Sendable {
        package let author: NodeID
        package let chain: ChainID

        package init(author: NodeID, chain: ChainID) { (self.author, self.chain) = (author, chain) }
        init(_ header: ChatHeader) { self.init(author: header.sender, chain: header.chain) }

        package static func < (left: ChainKey, right: ChainKey) -> Bool {
            left.author == right.author ? left.chain < right.chain : left.author < right.author
        }
    }

    private let limit: Int
    private var items: [Hash: Item] = [:]
    private var arrival: Deque<Hash> = []
    private var nextIndex = 0
    private var group = ChainTable()
    private var direct = ChainTable()

    package init(limit: Int) { self.limit = limit }

    package var count: Int { items.count }
    /// How many messages were ever stored.
    var arrivals: Int { nextIndex }
    package func contains(_ id: Hash) -> Bool { items[id] != nil }
    package func item(_ id: Hash) -> Item? { items[id] }

    /// Is this number of the chain held (or was it, before it was evicted)?
    package func holds(_ header: ChatHeader) -> Bool {
        chain(of: header)?.holds(header.seq) ?? false
    }

    /// In memory, or held once and then evicted or cleared: it must not be shown again.
    package func isKnown(_ id: Hash, _ header: ChatHeader) -> Bool {
        contains(id) || (holds(header) && self.id(at: header) == nil)
    }

    /// The message at this place of the chain, if it is in memory: a different one is a fork.
    package func id(at header: ChatHeader) -> Hash? {
        chain(of: header)?.ids[header.seq]
    }

    private func chain(of header: ChatHeader) -> HeldChain? {
        header.to == nil ? group[ChainKey(header)] : direct[ChainKey(header)]
    }

    /// The group message at this place, if it is in memory.
    func item(of author: NodeID, chain: ChainID, seq: UInt64) -> Item? {
        group[ChainKey(author: author, chain: chain)]?.ids[seq].flatMap { items[$0] }
    }

    /// All messages of this group chain below this number are held.
    func next(of key: ChainKey) -> UInt64 { group[key]?.next ?? 0 }

    /// The authors and chains of what is in memory of the group's messages, by arrival.
    var arrivedChains: [ChainKey] {
        arrival.compactMap { items[$0]?.header }.filter { $0.to == nil }
            .map { ChainKey($0) }
    }

    /// Takes up what an earlier run held. Its messages follow by ``restore(_:)``, ascending by index.
    package mutating func restore(_ chains: [StoredChain], nextIndex: Int) {
        self.nextIndex = max(self.nextIndex, nextIndex)
        for stored in chains {
            change(ChainKey(author: stored.author, chain: stored.chain), isGroup: stored.to == nil) { chain in
                chain = HeldChain()
                if stored.next > 0 { chain.hold(0..<stored.next) }
                for range in stored.beyond where !range.isEmpty { chain.hold(range) }
            }
        }
    }

    /// A message of an earlier run, with its index.
    package mutating func restore(_ item: Item) {
        nextIndex = max(nextIndex, item.message.index + 1)
        place(item)
    }

    /// Returns the message with its index.
    package mutating func insert(_ item: Item) -> ChatMessage {
        var item = item
        item.message.index = nextIndex
        nextIndex += 1
        place(item)
        return item.message
    }

    private mutating func place(_ item: Item) {
        change(ChainKey(item.header), isGroup: item.header.to == nil) { $0.insert(item.header.seq, item.message.id) }
        items[item.message.id] = item
        arrival.append(item.message.id)
        while arrival.count > limit, let oldest = arrival.popFirst() { evict(oldest) }
    }

    private mutating func change(_ key: ChainKey, isGroup: Bool, _ body: (inout HeldChain) -> Void) {
        if isGroup { group.change(key, body) } else { direct.change(key, body) }
    }

    /// The chain of this message as a store keeps it.
    func storedChain(of header: ChatHeader) -> StoredChain {
        let chain = chain(of: header) ?? HeldChain()
        let next = chain.next
        return StoredChain(
            author: header.sender, chain: header.chain, to: header.to, next: next,
            beyond: chain.held.ranges.filter { $0.lowerBound >= next && $0.lowerBound > 0 })
    }

    /// The places of a range that are held and not in memory, ascending; at most `limit`.
    func placesOutOfMemory(in range: ChainRange, to recipient: NodeID?, limit: Int) -> [ChainPlace] {
        let key = ChainKey(author: range.author, chain: range.chain)
        guard range.from < range.to, let chain = recipient == nil ? group[key] : direct[key] else { return [] }
        var places: [ChainPlace] = []
        for held in chain.held.intersection(RangeSet(range.from..<range.to)).ranges {
            for seq in held where chain.ids[seq] == nil {
                if places.count == limit { return places }
                places.append(ChainPlace(author: range.author, chain: range.chain, to: recipient, seq: seq))
            }
        }
        return places
    }

    /// Erases what was stored before this time, in ms since 1970, or has a lower index, with its key; it counts as held.
    ///
    /// - Returns: The ids of what was erased.
    @discardableResult
    package mutating func forget(storedBefore wall: UInt64, indexBelow index: Int) -> [Hash] {
        var forgotten: [Hash] = []
        while let id = arrival.first, let oldest = items[id], oldest.storedAt < wall || oldest.message.index < index {
            forgotten.append(arrival.removeFirst())
            evict(id)
        }
        return forgotten
    }

    private mutating func evict(_ id: Hash) {
        guard let item = items.removeValue(forKey: id) else { return }
        change(ChainKey(item.header), isGroup: item.header.to == nil) { $0.forget(item.header.seq, id) }
    }

    /// The first messages by arrival with `index >= since`, at most `limit`, in causal order.
    package func items(since: Int, limit: Int) -> [Item] {
        let chosen = arrival.lazy.compactMap { items[$0] }.filter { $0.message.index >= since }.prefix(max(0, limit))
        return chosen.sorted { $0.message.order < $1.message.order }
    }

    /// Messages with a lower index are in memory no longer.
    var oldestIndex: Int { arrival.first.flatMap { items[$0]?.message.index } ?? nextIndex }

    /// How many messages of the same chain, right before this one, are not held: a gap, until repair fills it.
    func missing(before header: ChatHeader) -> UInt64 {
        guard let held = chain(of: header)?.held.ranges else { return 0 }
        let place = held.partitioningIndex { $0.lowerBound >= header.seq }
        guard place < held.count, held[place].lowerBound == header.seq else { return 0 }
        return header.seq - (place == 0 ? 0 : held[place - 1].upperBound)
    }

    /// The author's group chains by their newest message, the newest first: where each ends.
    package func newestPositions(of author: NodeID, limit: Int) -> [ChainPosition] {
        var newest: [ChainID: Int] = [:]
        for item in items.values where item.header.sender == author && item.header.to == nil {
            newest[item.header.chain] = max(newest[item.header.chain] ?? 0, item.message.index)
        }
        let chains = vector.filter { $0.author == author && $0.next > 0 }
            .sorted { (newest[$0.chain] ?? -1, $0.chain) > (newest[$1.chain] ?? -1, $1.chain) }
        return chains.prefix(limit).map { ChainPosition(chain: $0.chain, seq: $0.next - 1) }
    }

    // MARK: Repair

    /// All group chains, ascending, each as far as it is held without a gap: what a revocation may honour.
    package var vector: [VersionVector.Entry] {
        group.keys.indices.map { place in
            let key = group.keys[place]
            return VersionVector.Entry(author: key.author, chain: key.chain, next: group.chains[place].next)
        }
    }

    /// A group chain as far as it is held, gaps and all.
    package struct Holding: Sendable, Equatable {
        package let author: NodeID
        package let chain: ChainID
        /// One more than the greatest number held.
        package private(set) var end: UInt64
        /// What is missing before `end`, ascending.
        package private(set) var gaps: [Range<UInt64>]

        /// The same chain as it is held up to this number; nil if nothing is left.
        package func through(_ last: UInt64) -> Holding? {
            var part = self
            while part.end > 0, part.end - 1 > last || part.gaps.last?.upperBound == part.end {
                if let gap = part.gaps.last, gap.upperBound >= part.end || gap.upperBound > last {
                    part.end = gap.lowerBound
                    part.gaps.removeLast()
                } else {
                    part.end = last + 1
                }
            }
            return part.end > 0 ? part : nil
        }

        init(author: NodeID, chain: ChainID, end: UInt64, gaps: [Range<UInt64>]) {
            (self.author, self.chain, self.end, self.gaps) = (author, chain, end, gaps)
        }
    }

    /// All group chains of which something is held, ascending.
    package var holdings: [Holding] {
        group.keys.indices.compactMap { place in
            guard group.chains[place].end > 0 else { return nil }
            let key = group.keys[place]
            return Holding(
                author: key.author, chain: key.chain, end: group.chains[place].end, gaps: group.chains[place].gaps)
        }
    }

    /// What the peer holds and this node does not, as ranges; at most `limit` of them.
    package func lacking(comparedTo peer: [VersionVector.Entry], limit: Int) -> [ChainRange] {
        var ranges: [ChainRange] = []
        for entry in peer {
            let held = group[ChainKey(author: entry.author, chain: entry.chain)]?.held ?? RangeSet()
            for gap in RangeSet(0..<entry.next).subtracting(held).ranges {
                ranges.append(
                    ChainRange(author: entry.author, chain: entry.chain, from: gap.lowerBound, to: gap.upperBound))
                if ranges.count == limit { return ranges }
            }
        }
        return ranges
    }

    /// How many group messages the peer says to hold and this node does not; at most `limit` are counted.
    func lackingCount(comparedTo peer: [VersionVector.Entry], limit: UInt64) -> UInt64 {
        var count: UInt64 = 0
        for range in lacking(comparedTo: peer, limit: WireLimits.ranges) where count < limit {
            count = min(limit, count.addingClamped(range.to - range.from))
        }
        return count
    }

    /// Does this node hold something that the peer does not?
    package func exceeds(_ peer: [VersionVector.Entry]) -> Bool {
        let theirs = Dictionary(
            peer.map { (ChainKey(author: $0.author, chain: $0.chain), $0.next) }, uniquingKeysWith: max)
        return group.keys.indices.contains { group.chains[$0].end > theirs[group.keys[$0]] ?? 0 }
    }

    /// The group messages of a range that are in memory, ascending; at most `limit`.
    package func items(in range: ChainRange, limit: Int) -> [Item] {
        guard let chain = group[ChainKey(author: range.author, chain: range.chain)] else { return [] }
        let numbers = chain.ids.keys.filter { range.from <= $0 && $0 < range.to }.sorted().prefix(limit)
        return numbers.compactMap { chain.ids[$0].flatMap { items[$0] } }
    }

    /// The direct messages of a range that are in memory, ascending; the newest `limit` of them.
    func directs(of range: ChainRange, limit: Int) -> [Hash] {
        guard range.from < range.to, let chain = direct[ChainKey(author: range.author, chain: range.chain)] else {
            return []
        }
        return (range.from..<range.to).suffix(limit).compactMap { chain.ids[$0] }
    }

    /// What this node holds of direct chains from others to itself: the first range of each, then those beyond gaps.
    /// A gap may stay for ever, when its author has forgotten what was there; what lies beyond must not be sent again
    /// and again, each time sealed to the newest prekey.
    package func directHeld(by recipient: NodeID) -> [ChainRange] {
        let others = zip(direct.keys, direct.chains).filter { key, _ in key.author != recipient }
        let held = others.map { key, chain in
            chain.held.ranges.map { range in
                ChainRange(author: key.author, chain: key.chain, from: range.lowerBound, to: range.upperBound)
            }
        }
        return held.compactMap(\.first) + held.flatMap { $0.dropFirst() }
    }

    /// All of this direct chain up to the returned number is held; nil when its first is missing.
    package func directComplete(_ header: ChatHeader) -> UInt64? {
        let next = direct[ChainKey(header)]?.next ?? 0
        return next > 0 ? next - 1 : nil
    }

    /// Own direct messages to this member that are not in `held`, in sending order.
    package func directItems(from author: NodeID, to recipient: NodeID, except held: [ChainRange]) -> [Item] {
        // All messages of an own chain are for one member.
        let chains = zip(direct.keys, direct.chains).filter { key, chain in
            key.author == author && chain.ids.values.first.flatMap { items[$0]?.header.to } == recipient
        }
        let lacking = chains.flatMap { key, chain in
            chain.ids.filter { seq, _ in
                let place = ChainPlace(author: author, chain: key.chain, to: recipient, seq: seq)
                return !held.contains { $0.holds(place) }
            }
        }
        return lacking.compactMap { items[$0.value] }.sorted { $0.message.index < $1.message.index }
    }
}
