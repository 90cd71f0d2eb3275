internal import GRDB
internal import MeshCore
internal import MeshCrypto

/// Writes entries within a transaction.
struct EntryWriter {
    private let database: Database
    private let sealer: RowSealer

    init(_ database: Database, _ sealer: RowSealer) { (self.database, self.sealer) = (database, sealer) }

    func write(_ entry: StoreEntry) throws {
        switch entry {
        case .message(let message): try insert(message)
        case .chain(let chain): try replace(chain.encoded(), in: .chain, sealer.tag(of: chain))
        case .ownChain(let chain): try replace(chain.encoded(), in: .ownChain, sealer.tag(ofOwnChainTo: chain.to))
        case .prekey(let prekey): try insert(prekey)
        case .erasePrekeys(let keys):
            for key in keys { try database.delete(tag: sealer.tag(ofPrekey: key), from: .prekey) }
        case .letter(let letter): try insert(letter.encoded(), into: .letter, sealer.tag(.letter, letter.id.rawBytes))
        case .removeLetters(let ids):
            for id in ids { try database.delete(tag: sealer.tag(.letter, id.rawBytes), from: .letter) }
        case .pruneMessages(let index): try pruneMessages(before: Int64(index))
        case .forgetMessages(let wall): try pruneMessages(before: firstIndex(storedFrom: wall))
        case .memberSince(let member, let since):
            let record = MemberRecord(member: member, since: since)
            try insert(record.encoded(), into: .memberSince, sealer.tag(.member, member.rawBytes))
        case .clear: try clear()
        }
    }

    /// All but what says whose store it is.
    private func clear() throws {
        try MetaRows(database, sealer).rememberNextIndex()
        for table in StoreTable.allCases where table != .meta { try database.execute(sql: "DELETE FROM \(table.name)") }
        try database.execute(sql: "DELETE FROM damaged")
    }

    private func insert(_ message: StoredMessage) throws {
        let row = try sealer.seal(
            MessageRecord(message).encoded(), secret: own(message.messageKey), in: .message, id: Int64(message.index),
            tag: sealer.tag(ofMessage: message.id), place: sealer.tag(of: message.place))
        try database.insert(row, into: .message)
    }

    private func insert(_ prekey: StoredPrekey) throws {
        let tag = sealer.tag(ofPrekey: prekey.published.publicKey)
        guard try database.number(ofTag: tag, in: .prekey) == nil else { return }
        let row = try sealer.seal(
            PrekeyRecord(prekey).encoded(), secret: own(prekey.privateKey), in: .prekey,
            id: database.freeNumber(in: .prekey), tag: tag)
        try database.insert(row, into: .prekey)
    }

    /// The first one with this tag stays.
    private func insert(_ content: [UInt8], into table: StoreTable, _ tag: [UInt8]) throws {
        guard try database.number(ofTag: tag, in: table) == nil else { return }
        let id = try database.freeNumber(in: table)
        try database.insert(sealer.seal(content, in: table, id: id, tag: tag), into: table)
    }

    /// The last one with this tag stays.
    private func replace(_ content: [UInt8], in table: StoreTable, _ tag: [UInt8]) throws {
        guard let id = try database.number(ofTag: tag, in: table) else { return try insert(content, into: table, tag) }
        try database.update(sealer.seal(content, in: table, id: id, tag: tag), in: table)
    }

    /// Where the messages begin that were stored at this time or later. They lie in the order of time, as far as the
    /// clock went forward, so the border is found by halving; damaged rows are passed over.
    private func firstIndex(storedFrom wall: UInt64) throws -> Int64 {
        let reader = RowReader(database, sealer)
        var (low, high) = (Int64(0), try MetaRows(database, sealer).nextIndex())
        while low < high {
            let middle = low + (high - low) / 2
            let next = try reader.messages("WHERE id >= ? AND id < ? ORDER BY id", [middle, high], limit: 1).first
            if let next, next.storedAt < wall { low = Int64(next.index) + 1 } else { high = middle }
        }
        return low
    }

    /// Indices are not given again after their messages are gone, so the store remembers how far they went.
    private func pruneMessages(before index: Int64) throws {
        try MetaRows(database, sealer).rememberNextIndex()
        try database.execute(sql: "DELETE FROM message WHERE id < ?", arguments: [index])
        try database.execute(
            sql: "DELETE FROM damaged WHERE origin = ? AND row < ?",
            arguments: [Int64(StoreTable.message.rawValue), index])
    }

    /// The programs hold their secrets in MeshCrypto's memory.
    private func own(_ secret: any Secret) -> SecretBytes {
        guard let secret = secret as? SecretBytes, secret.count == ChaChaPoly.keyCount else {
            preconditionFailure("a secret of another provider")
        }
        return secret
    }
}

extension RowSealer {
    func tag(ofMessage id: Hash) -> [UInt8] { tag(.message, id.rawBytes) }
    func tag(of place: ChainPlace) -> [UInt8] { tag(.place, place.encoded()) }
    func tag(ofPrekey publicKey: Bytes32) -> [UInt8] { tag(.prekey, publicKey.array) }
    func tag(ofOwnChainTo recipient: NodeID?) -> [UInt8] { tag(.ownChain, recipient?.rawBytes ?? []) }

    func tag(of chain: StoredChain) -> [UInt8] {
        tag(.chain, ChainPlace(author: chain.author, chain: chain.chain, to: chain.to, seq: 0).encoded())
    }
}
