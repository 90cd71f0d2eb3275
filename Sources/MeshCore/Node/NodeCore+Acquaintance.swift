// How a simulated mesh begins: with members who have met. A thousand cores that learned of each other by gossip would
// take four million records first, which is a minute of work and says nothing about what comes after.
extension NodeCore {
    /// A core that has restored what `other` has, of the same network, sharing the storage of its values: as
    /// `init(…restored:…)` with the same entries, in microseconds instead of 5 ms for a thousand members.
    package init(
        like other: NodeCore, configuration: NodeConfiguration, cryptography: any Cryptography, randomSeed: UInt64,
        now: Instant
    ) {
        self.init(
            configuration: configuration, cryptography: cryptography, restored: [], randomSeed: randomSeed, now: now)
        guard let network = other.network else { return }
        enter(network)
        (operations, membership, memberSince) = (other.operations, other.membership, other.memberSince)
        endpoints = other.endpoints
        endpoints[id] = nil
    }

    /// What this node has published in this run.
    package var ownRecords: [RecordStore.Entry] {
        [RecordKey.address, RecordKey.nick, RecordKey.prekeys, RecordKey.links].compactMap { records.entry($0, of: id) }
    }

    /// Everybody's records, checked before, this node's own among them: as if it had heard of them all. `links`: what
    /// those say of links that this node may not have heard.
    package mutating func adopt(_ common: RecordStore, nicks: [NodeID: String], links: [(NodeID, LinksValue)]) {
        (records, knownNicks) = (common, nicks)
        cachedRoot = nil
        for (owner, value) in links where owner != id { topology.recordReceived(value, of: owner) }
    }

    /// This node's records, and those of others that it holds.
    package var heldRecords: RecordStore { records }
}
