internal import GRDB
internal import MeshCore
internal import MeshCrypto

/// Opens rows and takes note of those that do not open.
final class RowReader {
    typealias Opened = (id: Int64, content: [UInt8], secret: SecretBytes?)

    let database: Database
    let sealer: RowSealer
    private var damaged: [(StoreTable, Int64)] = []

    init(_ database: Database, _ sealer: RowSealer) { (self.database, self.sealer) = (database, sealer) }

    var hasDamaged: Bool { !damaged.isEmpty }

    /// All rows that open, in the order they came.
    func all<Value>(_ table: StoreTable, _ decode: (Opened) -> Value?) throws -> [Value] {
        try values(of: table, "ORDER BY id", [], limit: .max, decode)
    }

    /// Of the rows that a query with this end gives, the first `limit` that open. A damaged row takes nobody's place,
    /// so fewer than `limit` means that there are no more.
    func messages(_ clause: String, _ arguments: StatementArguments, limit: Int) throws -> [StoredMessage] {
        try values(of: .message, clause, arguments, limit: limit, Self.message)
    }

    func newestMessages(_ limit: Int) throws -> [StoredMessage] {
        try messages("ORDER BY id DESC", [], limit: limit).reversed()
    }

    /// How many rows were set aside, with those noted here.
    func damagedCount() throws -> Int {
        let statement = try database.cachedStatement(sql: "SELECT count(*) FROM damaged")
        return try Int(Row.fetchOne(statement)?.integer(0) ?? 0) + damaged.count
    }

    func setDamagedAside() throws {
        guard !damaged.isEmpty else { return }
        try database.inSavepoint {
            for (table, id) in damaged { try database.setAside([id], from: table) }
            return .commit
        }
        damaged = []
    }

    private func values<Value>(
        of table: StoreTable, _ clause: String, _ arguments: StatementArguments, limit: Int,
        _ decode: (Opened) -> Value?
    ) throws -> [Value] {
        var values: [Value] = []
        guard limit > 0 else { return values }
        try database.forEachRow(of: table, clause, arguments) { id, row in
            if let row, let opened = sealer.open(row, in: table),
                let value = decode((id, opened.content, opened.secret))
            {
                values.append(value)
            } else {
                damaged.append((table, id))
            }
            return values.count < limit
        }
        return values
    }

    /// Whether a row opens and holds what its table is for.
    static func canRead(_ row: SealedRow, of table: StoreTable, with sealer: RowSealer) -> Bool {
        guard let (content, secret) = sealer.open(row, in: table) else { return false }
        let opened: Opened = (row.id, content, secret)
        return switch table {
        case .meta: (try? MetaRecord(decoding: content)) != nil
        case .message: message(opened) != nil
        case .chain: (try? StoredChain(decoding: content)) != nil
        case .ownChain: (try? StoredOwnChain(decoding: content)) != nil
        case .prekey: prekey(opened) != nil
        case .letter: (try? StoredLetter(decoding: content)) != nil
        case .memberSince: (try? MemberRecord(decoding: content)) != nil
        }
    }

    static func message(_ row: Opened) -> StoredMessage? {
        guard let record = try? MessageRecord(decoding: row.content), let key = row.secret else { return nil }
        return StoredMessage(
            index: Int(row.id), id: record.id, place: record.place, signed: record.signed,
            ciphertext: record.ciphertext, messageKey: key, via: record.via, storedAt: record.storedAt)
    }

    static func prekey(_ row: Opened) -> StoredPrekey? {
        guard let record = try? PrekeyRecord(decoding: row.content), let key = row.secret else { return nil }
        return StoredPrekey(published: record.published, privateKey: key, eraseAt: record.eraseAt)
    }
}
