internal import DequeModule

/// Sealed direct messages between others, kept for a recipient who is away: any member is the group's mailbox.
///
/// This node cannot open them. They go when the recipient's acknowledgement passes by, after 30 days, or when their
/// author's quota is full (oldest first), and are handed only to the recipient.
package struct DirectMailbox: Sendable {
    /// In ms.
    package static let life: UInt64 = 30 * 86_400_000

    private struct Letter: Sendable {
        let id: Hash
        let header: ChatHeader
        let envelope: Envelope
        let size: Int
        /// ms since 1970.
        let storedAt: UInt64
    }

    private let bytesPerAuthor: Int
    private var letters: Deque<Letter> = []
    private var bytes: [NodeID: Int] = [:]

    package init(bytesPerAuthor: Int) { self.bytesPerAuthor = bytesPerAuthor }

    package var count: Int { letters.count }
    /// The most that is kept of one author.
    var largestShare: Int { bytes.values.max() ?? 0 }

    /// What of it has to be told to a store: the letter, unless it is there already, and those that had to go for it.
    @discardableResult
    package mutating func insert(_ envelope: Envelope, id: Hash, header: ChatHeader, at wall: UInt64) -> [StoreEntry] {
        guard header.to != nil, !letters.contains(where: { $0.id == id }) else { return [] }
        let size = envelope.ciphertext.count + envelope.message.body.count + envelope.wraps.bytes.count
        letters.append(Letter(id: id, header: header, envelope: envelope, size: size, storedAt: wall))
        bytes[header.sender, default: 0] += size
        var gone: [Hash] = []
        while bytes[header.sender, default: 0] > bytesPerAuthor,
            let oldest = letters.first(where: { $0.header.sender == header.sender })
        {
            gone += remove { $0.id == oldest.id }
        }
        // Oldest first: as long as the first is not too old, none is.
        let isOld = { (letter: Letter) in letter.storedAt.addingClamped(Self.life) < wall }
        if let first = letters.first, isOld(first) { gone += remove(where: isOld) }
        return [.letter(StoredLetter(id: id, envelope: envelope, storedAt: wall))]
            + (gone.isEmpty ? [] : [.removeLetters(gone)])
    }

    /// For the recipient, except what the recipient holds; oldest first.
    package func letters(for member: NodeID, except held: [ChainRange], limit: Int) -> [Envelope] {
        letters.lazy.filter { letter in
            letter.header.to == member && !held.contains { $0.holds(ChainPlace(letter.header)) }
        }.prefix(limit).map(\.envelope)
    }

    /// The recipient holds all up to and with `seq`.
    ///
    /// - Returns: The letters that are gone.
    @discardableResult
    package mutating func acknowledged(
        author: NodeID, chain: ChainID, seq: UInt64, by recipient: NodeID
    ) -> [Hash] {
        remove {
            $0.header.sender == author && $0.header.chain == chain && $0.header.seq <= seq && $0.header.to == recipient
        }
    }

    /// A revoked author's letters are neither kept nor served; a revoked recipient needs none.
    @discardableResult
    package mutating func forget(_ member: NodeID) -> [Hash] {
        remove { $0.header.sender == member || $0.header.to == member }
    }

    private mutating func remove(where predicate: (Letter) -> Bool) -> [Hash] {
        let gone = letters.filter(predicate)
        guard !gone.isEmpty else { return [] }
        for letter in gone { bytes[letter.header.sender, default: 0] -= letter.size }
        letters.removeAll(where: predicate)
        return gone.map(\.id)
    }
}
