/// The Scuttlebutt state: each member's namespace of signed records (van Renesse et al., LADIS 2008).
///
/// An owner numbers its records by (life, version); the newest of a key wins. The store takes verified records
/// only, keeps them for members only, and never lets an older one back in.
package struct RecordStore: Sendable {
    /// What decides between records, and the record as it came. Its value stays in the body until it is asked for:
    /// thousand members each hold some four thousand of these.
    package struct Entry: Sendable {
        package let key: String
        let life: UInt64
        let version: UInt64
        package let signed: Signed
        package let id: Hash
        private let valueSize: Int

        /// `signed` is what `record` was decoded from.
        package init(record: Record, signed: Signed, id: Hash) {
            (key, life, version) = (record.key, record.life, record.version)
            (self.signed, self.id, valueSize) = (signed, id, record.value.count)
        }

        /// The last field of the body.
        package var value: [UInt8] { Array(signed.body.suffix(valueSize)) }
    }

    package enum Verdict: Sendable, Equatable {
        case new
        case known
        /// Than what is held under its key, or than all of the `recordsPerOwner` that are held.
        case older
    }

    private struct Namespace: Sendable {
        /// Ascending by key: an owner has four of them as a rule, for which an array is a quarter of a table.
        var entries: [Entry]
        /// The newest (life, version) of any key.
        var life: UInt64
        var version: UInt64
        /// How many records of this owner are taken.
        var allowance = RateLimit(burst: 40, perSecond: 2)

        init(_ first: Entry) { (entries, life, version) = ([first], first.life, first.version) }

        var oldest: Entry? {
            entries.min { left, right in RecordStore.isNewer(right, than: left) }
        }

        subscript(key: String) -> Entry? { place(of: key).map { entries[$0] } }

        /// By index: what walks over the elements themselves counts references to each.
        func place(of key: String) -> Int? { entries.indices.first { entries[$0].key == key } }

        mutating func insert(_ entry: Entry, limit: Int) {
            let place = entries.indices.first { entry.key <= entries[$0].key } ?? entries.endIndex
            if place < entries.endIndex, entries[place].key == entry.key {
                entries[place] = entry
            } else {
                entries.insert(entry, at: place)
            }
            // The newest stay, whatever the order in which they came: nodes that kept others would never agree.
            if entries.count > limit, let oldest { entries.removeAll { $0.id == oldest.id } }
            if (life, version) < (entry.life, entry.version) { (life, version) = (entry.life, entry.version) }
        }

        /// In the order of the keys.
        func line(of owner: NodeID, with cryptography: any Cryptography) -> DigestDetail.Owner {
            var writer = WireWriter()
            writer.reserve(entries.count * Bytes32.count)
            for index in entries.indices { writer.write(entries[index].id) }
            return DigestDetail.Owner(
                owner: owner, life: life, version: version, hash: cryptography.hash(writer.bytes))
        }
    }

    /// Each owner's place in the two collections below.
    private var places: [NodeID: Int] = [:]
    private var namespaces: [Namespace] = []
    private var lines = DigestLines()
    private let limit: Int

    package init(recordsPerOwner: Int) { limit = recordsPerOwner }

    /// Ascending.
    package var owners: [NodeID] { lines.lines.map(\.owner) }

    var ownerCount: Int { namespaces.count }
    /// The greatest number of records of one owner.
    var largestNamespace: Int { namespaces.map(\.entries.count).max() ?? 0 }

    package func hasOwner(_ owner: NodeID) -> Bool { places[owner] != nil }
    package func entry(_ key: String, of owner: NodeID) -> Entry? { places[owner].flatMap { namespaces[$0][key] } }

    /// What the owner says under this key.
    func value(_ key: String, of owner: NodeID) -> [UInt8]? {
        guard let owner = places[owner], let place = namespaces[owner].place(of: key) else { return nil }
        return namespaces[owner].entries[place].value
    }

    // MARK: A record that comes

    /// The place of the owner that a record claims, until an owner comes or goes, and whether exactly this record is
    /// held. Two of three records that come are, so this is asked before one is decoded; a record that does not decode
    /// has no place.
    package func look(for signed: Signed) -> (place: Int?, isHeld: Bool) {
        guard let (owner, version) = Record.claimedPlace(ofBody: signed.body), let place = places[owner] else {
            return (nil, false)
        }
        // Most news is newer than all that is held. A record of an earlier life may seem so, and be told by its id.
        guard version <= namespaces[place].version else { return (place, false) }
        let isHeld = namespaces[place].entries.indices.contains {
            namespaces[place].entries[$0].version == version
                && namespaces[place].entries[$0].signed.hasBody(of: signed)
        }
        return (place, isHeld)
    }

    package func holds(_ signed: Signed) -> Bool { look(for: signed).isHeld }

    /// What ``insert(_:of:)`` would say: asked before the signature is checked, so that old news costs nothing.
    package func verdict(on entry: Entry, at place: Int?) -> Verdict {
        guard let place else { return .new }
        guard let key = namespaces[place].place(of: entry.key) else {
            guard namespaces[place].entries.count >= limit, let oldest = namespaces[place].oldest else { return .new }
            return Self.isNewer(entry, than: oldest) ? .new : .older
        }
        if namespaces[place].entries[key].id == entry.id { return .known }
        return Self.isNewer(entry, than: namespaces[place].entries[key]) ? .new : .older
    }

    /// May this owner have one more record taken now?
    mutating func isOpen(_ place: Int, at now: Instant) -> Bool { namespaces[place].allowance.isOpen(at: now) }

    /// A record of this owner was taken.
    mutating func charge(_ place: Int, at now: Instant) {
        _ = namespaces[place].allowance.isOpen(at: now)
        namespaces[place].allowance.charge(1)
    }

    @discardableResult
    package mutating func insert(_ entry: Entry, of owner: NodeID) -> Verdict {
        let place = places[owner]
        let verdict = verdict(on: entry, at: place)
        if verdict == .new { insert(entry, of: owner, at: place) }
        return verdict
    }

    /// An entry that is new, of an owner at this place or, if it has none, at the one that is returned.
    @discardableResult
    mutating func insert(_ entry: Entry, of owner: NodeID, at place: Int?) -> Int {
        if let place {
            namespaces[place].insert(entry, limit: limit)
            lines.changed(at: place)
            return place
        }
        let place = lines.place(for: owner)
        move(from: place, by: 1)
        places[owner] = place
        namespaces.insert(Namespace(entry), at: place)
        lines.insert(owner, at: place)
        return place
    }

    package mutating func remove(_ owner: NodeID) {
        guard let place = places.removeValue(forKey: owner) else { return }
        move(from: place + 1, by: -1)
        namespaces.remove(at: place)
        lines.remove(at: place)
    }

    /// Owners come and go seldom, and are looked up with each record.
    private mutating func move(from first: Int, by distance: Int) {
        for index in places.values.indices where places.values[index] >= first { places.values[index] += distance }
    }

    // MARK: Digests

    /// One line a member for the digest, ascending. Only lines that have changed are made anew: for 1,000 owners all of
    /// them took 150 microseconds.
    package mutating func digest(with cryptography: any Cryptography) -> [DigestDetail.Owner] {
        refresh(with: cryptography)
        return lines.lines
    }

    /// The same as a list of the wire format, for hashing.
    mutating func encodeDigest(into writer: inout WireWriter, with cryptography: any Cryptography) {
        refresh(with: cryptography)
        lines.encode(into: &writer)
    }

    private mutating func refresh(with cryptography: any Cryptography) {
        let namespaces = namespaces
        lines.refresh { namespaces[$0].line(of: $1, with: cryptography) }
    }

    /// What a peer with this digest lacks, per owner in ascending (life, version): the order in which an interrupted
    /// transfer leaves no gap.
    ///
    /// Where the peer's version equals or exceeds ours but the hashes differ, a record was lost on the way; then all
    /// of that owner's records go.
    package mutating func missing(
        from peer: [DigestDetail.Owner], with cryptography: any Cryptography
    ) -> [Signed] {
        // Both are ascending by owner.
        var theirs = peer[...]
        var result: [Signed] = []
        let lines = digest(with: cryptography)
        for place in lines.indices {
            let line = lines[place]
            theirs = theirs.drop { $0.owner < line.owner }
            let other = theirs.first.flatMap { $0.owner == line.owner ? $0 : nil }
            if let other, other.hash == line.hash { continue }
            let namespace = namespaces[place]
            let isBehind = other.map { ($0.life, $0.version) < (namespace.life, namespace.version) } ?? false
            let wanted = namespace.entries.filter { entry in
                guard let other, isBehind else { return true }
                return (other.life, other.version) < (entry.life, entry.version)
            }
            result += wanted.sorted { ($0.life, $0.version) < ($1.life, $1.version) }.map(\.signed)
        }
        return result
    }

    /// The ids of these keys of every owner, in the order of owner and key: for hashing.
    package func ids(ofKeys keys: [String]) -> [Hash] {
        let keys = keys.sorted()
        return namespaces.indices.flatMap { owner in
            keys.compactMap { key in namespaces[owner].place(of: key).map { namespaces[owner].entries[$0].id } }
        }
    }

    private static func isNewer(_ entry: Entry, than held: Entry) -> Bool {
        let (new, old) = ((entry.life, entry.version), (held.life, held.version))
        return new == old ? entry.id > held.id : new > old
    }
}
