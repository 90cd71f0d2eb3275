internal import GRDB

extension DiskStore {
    /// What is wrong with the store, in sentences; empty when nothing is. Reads everything and changes nothing.
    package func check() throws(StoreError) -> [String] {
        let sealer = sealer
        return try access { database in
            try Self.integrity(database) + StoreTable.allCases.compactMap { try Self.unreadable($0, database, sealer) }
        }
    }

    /// What SQLite's own check says of the file's structure.
    private static func integrity(_ database: Database) throws -> [String] {
        do {
            let rows = try Row.fetchAll(database, sql: "PRAGMA integrity_check")
            return rows.compactMap { $0.text(0) }.filter { $0 != "ok" }
        } catch let error as DatabaseError where error.isDamage {
            return ["\(StoreError(error))"]
        }
    }

    private static func unreadable(_ table: StoreTable, _ database: Database, _ sealer: RowSealer) throws -> String? {
        var count = 0
        do {
            try database.forEachRow(of: table, "ORDER BY id") { _, row in
                if row.map({ RowReader.canRead($0, of: table, with: sealer) }) != true { count += 1 }
                return true
            }
        } catch let error as DatabaseError where error.isDamage {
            return "the table \(table.name) can be read in part only"
        }
        return count == 0 ? nil : "\(count) rows of the table \(table.name) do not open"
    }
}

extension DatabaseError {
    /// Whether the file is to blame, not the moment.
    var isDamage: Bool {
        switch StoreError(self) {
        case .damaged, .notAStore: true
        // A file that ends before its last page.
        case .io: extendedResultCode == .SQLITE_IOERR_SHORT_READ
        default: false
        }
    }
}
