// Who has which messages: this node's acknowledgements, and what others' say of its own messages.
extension NodeCore {
    /// In a larger group nobody acknowledges what is said to all: members times authors would be millions of lines.
    private static let largestAcknowledgedGroup = 256
    /// Records that one round may publish. Every member checks the signatures of all: 16 a second, however many members
    /// there are, when all of them write without a pause.
    private static let acksPerRound = 4
    /// Events of one round; more follow at once, for subscribers to keep up.
    private static let deliveriesPerRound = 256
    /// Acknowledgements of many members come within moments of each other.
    private static let deliveryPause: Duration = .milliseconds(200)
    /// How many of the last messages of an earlier run are told of again when members say that they hold them.
    private static let rememberedDeliveries: UInt64 = 64

    // MARK: What this node holds

    /// Rounds are this far apart, so that the cost does not grow with the number of members (protocol, 3.3).
    private var acksInterval: Duration { max(.seconds(5), .milliseconds(250) * rosterMembers.count) }

    /// The first news after a pause waits a moment for more, and so that not all members speak at once.
    mutating func scheduleAcks() {
        guard ownAcks.isStale, timers.acks == .distantFuture, hasStarted else { return }
        let interval = acksInterval
        timers.acks = max(now + interval * Double.random(in: 0.04..<0.2, using: &generator), acksPublishedAt + interval)
    }

    mutating func publishAcks() {
        timers.acks = .distantFuture
        guard isMember, rosterMembers.count <= Self.largestAcknowledgedGroup else { return }
        for (shard, isReturned) in ownAcks.take(Self.acksPerRound) {
            let (key, value) = (RecordKey.acks(shard: shard), acksValue(of: shard).encoded())
            let held = records.value(key, of: id)
            guard isReturned || value != held ?? AcksValue(entries: []).encoded() else { continue }
            acksPublishedAt = now
            publish(key, value)
        }
        scheduleAcks()
    }

    private func acksValue(of shard: Int) -> AcksValue {
        let entries = ownAcks.chains(in: shard).compactMap { key -> AcksValue.Entry? in
            guard key.author != id, membership.isMember(key.author) else { return nil }
            let next = ownAcks.limited(chat.history.next(of: key), of: key)
            return next > 0 ? AcksValue.Entry(author: key.author, chain: key.chain, seq: next - 1) : nil
        }
        return AcksValue(
            entries: entries.prefix(WireLimits.acks).sorted { ($0.author, $0.chain) < ($1.author, $1.chain) })
    }

    /// A record of an earlier run of this node has come back. Peers go on holding it until there is a newer one, and
    /// until then no two views are equal.
    mutating func isReturned(_ key: String) {
        guard let shard = RecordKey.acksShard(ofKey: key), records.entry(key, of: id) == nil else { return }
        // At most once a shard and run.
        publish(key, acksValue(of: shard).encoded())
    }

    /// This node's life has changed: what it published before is outdated.
    mutating func publishAcksAnew() {
        for shard in 0..<RecordKey.acksShards where records.entry(RecordKey.acks(shard: shard), of: id) != nil {
            ownAcks.mustPublish(shard)
        }
        scheduleAcks()
    }

    mutating func restoreAcks(of state: StoredState) {
        for chain in state.chains where chain.to == nil && chain.author != id {
            ownAcks.note(ChatHistory.ChainKey(author: chain.author, chain: chain.chain))
        }
        for key in chat.history.arrivedChains where key.author != id { ownAcks.note(key) }
        let chain = chat.ownGroupChain
        toldDeliveries.chain = chain.id
        toldDeliveries.complete = chain.next - min(chain.next, Self.rememberedDeliveries)
    }

    // MARK: What others hold

    /// One of those for whom this node's group messages are meant.
    private struct Listener {
        let id: NodeID
        /// A member since, ms since 1970: earlier messages were not meant for it.
        let since: UInt64
        /// All messages of the chain below this number are held.
        let next: UInt64
    }

    private func listeners(to chain: ChainID) -> [Listener] {
        let key = RecordKey.acks(of: id)
        let own = ChatHistory.ChainKey(author: id, chain: chain)
        let end = chat.history.next(of: own)
        return rosterMembers.filter { $0 != id }.map { member in
            let value = records.value(key, of: member).flatMap { try? AcksValue(decoding: $0) }
            let entry = value?.entries.first { $0.author == id && $0.chain == chain }
            // Nobody can hold what was not written.
            return Listener(
                id: member, since: memberSince[member] ?? 0, next: min(end, entry.map { $0.seq + 1 } ?? 0))
        }
    }

    mutating func scheduleDeliveries() { timers.delivered = min(timers.delivered, now + Self.deliveryPause) }

    mutating func tellDeliveries() {
        timers.delivered = .distantFuture
        let chain = chat.ownGroupChain
        if toldDeliveries.chain != chain.id { toldDeliveries = ToldDeliveries(chain: chain.id) }
        guard toldDeliveries.complete < chain.next else { return }
        let listeners = listeners(to: chain.id)
        tellCompleteDeliveries(chain.id, upTo: chain.next, listeners)
        tellNewestDelivery(chain.id, listeners)
    }

    /// Messages that all hold, in the order of their numbers; the first that somebody lacks ends it.
    private mutating func tellCompleteDeliveries(_ chain: ChainID, upTo end: UInt64, _ listeners: [Listener]) {
        var told = 0
        while toldDeliveries.complete < end {
            let seq = toldDeliveries.complete
            if let message = chat.history.item(of: id, chain: chain, seq: seq) {
                let audience = listeners.filter { $0.since <= message.storedAt }
                guard audience.allSatisfy({ seq < $0.next }) else { return }
                guard told < Self.deliveriesPerRound else { return scheduleDeliveries() }
                // What was said to nobody is with nobody.
                if !audience.isEmpty {
                    told += 1
                    emit(.delivered(message.message.id, to: audience.count, of: audience.count))
                }
            }
            toldDeliveries.complete += 1
        }
    }

    private mutating func tellNewestDelivery(_ chain: ChainID, _ listeners: [Listener]) {
        guard let next = listeners.map(\.next).max(), next > toldDeliveries.complete,
            let message = chat.history.item(of: id, chain: chain, seq: next - 1)
        else { return }
        let audience = listeners.filter { $0.since <= message.storedAt }
        let count = audience.count { next <= $0.next }
        if let told = toldDeliveries.newest, (next - 1, count) <= told { return }
        // What all hold is told of in its turn.
        guard count > 0, count < audience.count else { return }
        toldDeliveries.newest = (next - 1, count)
        emit(.delivered(message.message.id, to: count, of: audience.count))
    }

    mutating func tellDirectDeliveries(_ range: ChainRange?) {
        guard let range else { return }
        for message in chat.history.directs(of: range, limit: Self.deliveriesPerRound) {
            emit(.delivered(message, to: 1, of: 1))
        }
    }

    // MARK: Queries

    /// How far messages of this node have come; those that are others' or not in memory are left out.
    package func deliveries(of ids: [Hash]) -> [Delivery] {
        var known: [ChainID: [Listener]] = [:]
        return ids.compactMap { message in
            guard let item = chat.history.item(message), item.header.sender == id else { return nil }
            let isQueued = isQueued(item.header, message)
            if let to = item.header.to {
                let isHeld = chat.unacknowledgedRange(to: to).map {
                    $0.chain == item.header.chain && item.header.seq < $0.from
                }
                return Delivery(
                    id: message, isQueued: isQueued, holders: isHeld == true ? [to] : [],
                    behind: isHeld == true ? [] : [to])
            }
            let all = known[item.header.chain] ?? listeners(to: item.header.chain)
            known[item.header.chain] = all
            let audience = all.filter { $0.since <= item.storedAt }
            return Delivery(
                id: message, isQueued: isQueued, holders: audience.filter { item.header.seq < $0.next }.map(\.id),
                behind: audience.filter { item.header.seq >= $0.next }.map(\.id))
        }
    }

    /// The same of one message; nil as well when it is not this node's or not in memory.
    package func delivery(of id: Hash) -> Delivery? { deliveries(of: [id]).first }
}
