internal import GRDB

/// The statements on rows that all tables share.
extension Database {
    private static let columns = "id, tag, place, sealed, salt, key"

    /// False when the number or the tag is there already.
    @discardableResult
    func insert(_ row: SealedRow, into table: StoreTable) throws -> Bool {
        let statement = try cachedStatement(
            sql: "INSERT INTO \(table.name) (\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
        try statement.execute(arguments: [
            row.id, Blob(row.tag), row.place.map(Blob.init), Blob(row.sealed), Blob(row.salt), row.key.map(Blob.init),
        ])
        return changesCount > 0
    }

    /// Writes a row anew in its place.
    func update(_ row: SealedRow, in table: StoreTable) throws {
        let statement = try cachedStatement(
            sql: "UPDATE \(table.name) SET tag = ?, place = ?, sealed = ?, salt = ?, key = ? WHERE id = ?")
        try statement.execute(arguments: [
            Blob(row.tag), row.place.map(Blob.init), Blob(row.sealed), Blob(row.salt), row.key.map(Blob.init), row.id,
        ])
    }

    func delete(tag: [UInt8], from table: StoreTable) throws {
        try cachedStatement(sql: "DELETE FROM \(table.name) WHERE tag = ?").execute(arguments: [Blob(tag)])
    }

    /// The number of the row with this tag.
    func number(ofTag tag: [UInt8], in table: StoreTable) throws -> Int64? {
        let statement = try cachedStatement(sql: "SELECT id FROM \(table.name) WHERE tag = ?")
        return try Row.fetchOne(statement, arguments: [Blob(tag)])?.integer(0)
    }

    /// The greatest row number in use.
    func lastNumber(in table: StoreTable) throws -> Int64? {
        try Row.fetchOne(cachedStatement(sql: "SELECT max(id) FROM \(table.name)"))?.integer(0)
    }

    /// One more than the greatest row number in use.
    func freeNumber(in table: StoreTable) throws -> Int64 {
        let last = try lastNumber(in: table) ?? 0
        // Only a damaged page counts so far.
        guard last < Int64.max else { throw StoreError.damaged("\(table.name) has no row number left") }
        return last + 1
    }

    /// Gives `body` the rows of a query that ends like `clause`, one at a time, until it answers false.
    func forEachRow(
        of table: StoreTable, _ clause: String, _ arguments: StatementArguments = [],
        _ body: (_ id: Int64, SealedRow?) throws -> Bool
    ) throws {
        let statement = try cachedStatement(sql: "SELECT \(Self.columns) FROM \(table.name) \(clause)")
        let cursor = try Row.fetchCursor(statement, arguments: arguments)
        while let row = try cursor.next() {
            guard let id = row.integer(0) else { continue }
            guard try body(id, SealedRow(row, id: id)) else { return }
        }
    }

    /// Moves rows to `damaged`, so that they are met once. A prekey leaves no bytes there: what is due to be erased
    /// must not live on because a bit of it flipped.
    func setAside(_ ids: [Int64], from table: StoreTable) throws {
        let bytes = table == .prekey ? "NULL, NULL, NULL, NULL, NULL" : "tag, place, sealed, salt, key"
        for id in ids {
            try execute(
                sql: """
                    INSERT INTO damaged (origin, row, tag, place, sealed, salt, key)
                    SELECT \(table.rawValue), id, \(bytes) FROM \(table.name) WHERE id = ?
                    """, arguments: [id])
            try remove(id, from: table)
        }
    }

    private func remove(_ id: Int64, from table: StoreTable) throws {
        let sql = "DELETE FROM \(table.name) WHERE id = ?"
        do {
            try inSavepoint {
                try execute(sql: sql, arguments: [id])
                return .commit
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
            // The damage is in a column that an index repeats: SQLite misses the index's entry. Made anew from the
            // rows, index and row agree.
            try execute(sql: "REINDEX \(table.name)")
            try execute(sql: sql, arguments: [id])
        }
    }
}

extension SealedRow {
    /// Nil when a column is not of the type and length that it was written with.
    fileprivate init?(_ row: Row, id: Int64) {
        guard let tag = row.bytes(1), tag.count == StoreLimits.tag, let sealed = row.bytes(3), let salt = row.bytes(4),
            salt.count == StoreLimits.salt
        else { return nil }
        self.init(id: id, tag: tag, place: row.bytes(2), sealed: sealed, salt: salt, key: row.bytes(5))
    }
}
