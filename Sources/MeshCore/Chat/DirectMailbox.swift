internal import DequeModule

/// Sealed direct messages between others, kept for a recipient who is away: any member is the group's mailbox.
///
/// This node cannot open them. They go when the recipient's acknowledgement passes by, after 30 days, or when their
/// author's quota is full (oldest first), and are handed only to the recipient.
package struct DirectMailbox: Sendable {
    package static let life: Duration = .seconds(30 * 86_400)

    private struct Letter: Sendable {
        let id: Hash
        let header: ChatHeader
        let envelope: Envelope
        let size: Int
        let storedAt: Instant
    }

    private let bytesPerAuthor: Int
    private var letters: Deque<Letter> = []
    private var bytes: [NodeID: Int] = [:]

    package init(bytesPerAuthor: Int) { self.bytesPerAuthor = bytesPerAuthor }

    package var count: Int { letters.count }
    /// The most that is kept of one author.
    var largestShare: Int { bytes.values.max() ?? 0 }

    package mutating func insert(_ envelope: Envelope, id: Hash, header: ChatHeader, now: Instant) {
        guard header.to != nil, !letters.contains(where: { $0.id == id }) else { return }
        let size = envelope.ciphertext.count + envelope.message.body.count + envelope.wraps.bytes.count
        letters.append(Letter(id: id, header: header, envelope: envelope, size: size, storedAt: now))
        bytes[header.sender, default: 0] += size
        while bytes[header.sender, default: 0] > bytesPerAuthor,
            let oldest = letters.first(where: { $0.header.sender == header.sender })
        {
            remove { $0.id == oldest.id }
        }
        // Oldest first: as long as the first is not too old, none is.
        if let first = letters.first, now - first.storedAt > Self.life { remove { now - $0.storedAt > Self.life } }
    }

    /// For the recipient, except what the recipient holds; oldest first.
    package func letters(for member: NodeID, except held: [ChainRange], limit: Int) -> [Envelope] {
        letters.lazy.filter { letter in
            letter.header.to == member
                && !held.contains { range in
                    range.author == letter.header.sender && range.chain == letter.header.chain
                        && range.from <= letter.header.seq && letter.header.seq < range.to
                }
        }.prefix(limit).map(\.envelope)
    }

    /// The recipient holds all up to and with `seq`.
    package mutating func acknowledged(author: NodeID, chain: ChainID, seq: UInt64, by recipient: NodeID) {
        remove {
            $0.header.sender == author && $0.header.chain == chain && $0.header.seq <= seq && $0.header.to == recipient
        }
    }

    /// A revoked author's letters are neither kept nor served; a revoked recipient needs none.
    package mutating func forget(_ member: NodeID) {
        remove { $0.header.sender == member || $0.header.to == member }
    }

    private mutating func remove(where predicate: (Letter) -> Bool) {
        for letter in letters where predicate(letter) { bytes[letter.header.sender, default: 0] -= letter.size }
        letters.removeAll(where: predicate)
    }
}
