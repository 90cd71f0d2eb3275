/// Where a node's messages and prekeys survive a restart.
///
/// MeshCore declares it and says what to keep, in `Effect.store`; MeshStore fulfils it with SQLite; a node without one
/// keeps everything in memory. Called on one thread of its own, never on the event loop. What comes back was sealed by
/// this node, but disks lie: whoever restores checks the bytes again.
package protocol DurableStore: Sendable {
    /// Stores these entries, in order, all or none; on the disk when this returns.
    ///
    /// - Throws: A description that can be shown: no space, a disk that fails. The store stays usable.
    func append(_ entries: [StoreEntry]) throws

    /// The state of the last run, without the prekeys that are due to be erased at `wall` (ms since 1970): those are
    /// erased from the disk before this returns.
    ///
    /// - Parameter newest: How many messages at most, the newest by arrival.
    func restore(at wall: UInt64, newest: Int) throws -> StoredState

    /// Those of these places that are stored, in the order of `places`.
    func messages(at places: [ChainPlace]) throws -> [StoredMessage]
    /// Those with `index >= since`, ascending, at most `limit`; `until` excluded.
    func messages(since: Int, until: Int, limit: Int) throws -> [StoredMessage]
    /// Those with these ids.
    func messages(ids: [Hash]) throws -> [StoredMessage]
}

/// One change of a ``DurableStore``.
package enum StoreEntry: Sendable, Equatable {
    /// A message that this node can read. An id or an index that is there already is left as it is.
    case message(StoredMessage)
    /// How far a chain is held; takes the place of what was stored for the same author, chain and recipient.
    case chain(StoredChain)
    /// This node's own chain to the group or to one member; takes the place of the former to the same.
    case ownChain(StoredOwnChain)
    /// A private prekey. It is published after it is on the disk.
    case prekey(StoredPrekey)
    /// Private prekeys, by their public halves: overwritten on the disk, in the journal too, when `append` returns.
    case erasePrekeys([Bytes32])
    /// A sealed direct message between others.
    case letter(StoredLetter)
    case removeLetters([Hash])
    /// Erases all messages whose index is less than this: overwritten on the disk, in the journal too.
    case pruneMessages(before: Int)
    /// Erases, in the same way, the messages that were stored before this time, ms since 1970.
    case forgetMessages(storedBefore: UInt64)
    /// When a member was first known as one, ms since 1970; the first entry of a member counts.
    case memberSince(NodeID, UInt64)
    /// Erases all there is: the network was forgotten.
    case clear
}

/// What is asked of a ``DurableStore`` while the node runs.
package enum StoreQuery: Sendable, Equatable {
    case places([ChainPlace])
    case ids([Hash])
}

extension DurableStore {
    package func find(_ query: StoreQuery) throws -> [StoredMessage] {
        switch query {
        case .places(let places): try messages(at: places)
        case .ids(let ids): try messages(ids: ids)
        }
    }
}

/// What a ``DurableStore`` gives back at the start.
package struct StoredState: Sendable {
    /// The newest, ascending by index.
    package var messages: [StoredMessage] = []
    /// One more than the greatest index ever given to a message.
    package var nextIndex = 0
    package var chains: [StoredChain] = []
    package var ownChains: [StoredOwnChain] = []
    package var prekeys: [StoredPrekey] = []
    /// Oldest first.
    package var letters: [StoredLetter] = []
    package var memberSince: [NodeID: UInt64] = [:]
    /// Rows that could not be opened and were set aside.
    package var damaged = 0

    package init() {}
}

/// A message as it is kept: signed and sealed as it travelled, and the key that opens it.
package struct StoredMessage: Sendable, Equatable {
    /// Counts arrivals at this node; never given twice.
    package let index: Int
    package let id: Hash
    package let place: ChainPlace
    package let signed: Signed
    package let ciphertext: [UInt8]
    package let messageKey: any Secret
    /// Who re-sealed it, if not its author.
    package let via: NodeID?
    /// When this node stored it, ms since 1970.
    package let storedAt: UInt64

    package init(
        index: Int, id: Hash, place: ChainPlace, signed: Signed, ciphertext: [UInt8], messageKey: any Secret,
        via: NodeID?, storedAt: UInt64
    ) {
        (self.index, self.id, self.place, self.signed) = (index, id, place, signed)
        (self.ciphertext, self.messageKey, self.via, self.storedAt) = (ciphertext, messageKey, via, storedAt)
    }

    /// An id is the hash of all that matters.
    package static func == (left: StoredMessage, right: StoredMessage) -> Bool {
        left.index == right.index && left.id == right.id
    }
}

/// The place of one message: author, chain, number, and for a direct message its recipient.
package struct ChainPlace: Hashable, Comparable, Sendable {
    package let author: NodeID
    package let chain: ChainID
    package let to: NodeID?
    package let seq: UInt64

    package init(author: NodeID, chain: ChainID, to: NodeID?, seq: UInt64) {
        (self.author, self.chain, self.to, self.seq) = (author, chain, to, seq)
    }

    package static func < (left: ChainPlace, right: ChainPlace) -> Bool {
        (left.author, left.chain, left.seq) < (right.author, right.chain, right.seq)
    }

    package init(_ header: ChatHeader) {
        self.init(author: header.sender, chain: header.chain, to: header.to, seq: header.seq)
    }
}

extension ChainRange {
    /// A range does not say whether it is the group's or one member's: the number of a chain does.
    func holds(_ place: ChainPlace) -> Bool {
        author == place.author && chain == place.chain && from <= place.seq && place.seq < to
    }
}

/// How far a chain is held: all numbers below `next`, and those in `beyond`. What is held and no longer stored was
/// pruned, and is neither asked for nor served.
package struct StoredChain: Hashable, Sendable {
    package let author: NodeID
    package let chain: ChainID
    package let to: NodeID?
    package let next: UInt64
    /// Ascending, apart from each other.
    package let beyond: [Range<UInt64>]

    package init(author: NodeID, chain: ChainID, to: NodeID?, next: UInt64, beyond: [Range<UInt64>]) {
        (self.author, self.chain, self.to, self.next, self.beyond) = (author, chain, to, next, beyond)
    }
}

/// Where this node goes on writing.
package struct StoredOwnChain: Hashable, Sendable {
    /// Nil for the group.
    package let to: NodeID?
    package let chain: ChainID
    /// The next number, and the id of the message before it.
    package let seq: UInt64
    package let prev: Hash
    /// All before this number were acknowledged by the member, or, of the group's chain, handed to a peer.
    package let acknowledged: UInt64
    package let lamport: UInt64

    package init(to: NodeID?, chain: ChainID, seq: UInt64, prev: Hash, acknowledged: UInt64, lamport: UInt64) {
        (self.to, self.chain, self.seq) = (to, chain, seq)
        (self.prev, self.acknowledged, self.lamport) = (prev, acknowledged, lamport)
    }
}

/// One of this node's prekeys with its private half.
package struct StoredPrekey: Sendable, Equatable {
    package let published: PrekeysValue.Prekey
    package let privateKey: any Secret
    /// ms since 1970.
    package let eraseAt: UInt64

    package init(published: PrekeysValue.Prekey, privateKey: any Secret, eraseAt: UInt64) {
        (self.published, self.privateKey, self.eraseAt) = (published, privateKey, eraseAt)
    }

    package static func == (left: StoredPrekey, right: StoredPrekey) -> Bool { left.published == right.published }
}

/// A sealed direct message between others, kept for its recipient.
package struct StoredLetter: Sendable, Equatable {
    package let id: Hash
    package let envelope: Envelope
    /// ms since 1970.
    package let storedAt: UInt64

    package init(id: Hash, envelope: Envelope, storedAt: UInt64) {
        (self.id, self.envelope, self.storedAt) = (id, envelope, storedAt)
    }
}
