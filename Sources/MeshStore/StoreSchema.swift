internal import GRDB

/// The tables of each version and how SQLite is set for them.
enum StoreSchema {
    /// `PRAGMA application_id`: "MESH".
    static let applicationID: Int64 = 0x4D45_5348
    /// `PRAGMA user_version` of what this program writes.
    static var version: Int { migrations.count }

    /// The step at position n leads from version n to n + 1; all are taken in one transaction.
    private static let migrations: [@Sendable (Database) throws -> Void] = [makeTables]

    static func configuration(fileBytes: Int) -> Configuration {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        configuration.label = "history"
        configuration.prepareDatabase { database in
            for setting in settings + ["max_page_count = \(max(1, fileBytes / StoreLimits.pageSize))"] {
                try database.execute(sql: "PRAGMA " + setting)
            }
        }
        return configuration
    }

    /// None of these writes to the file: it may be somebody else's.
    private static let settings = [
        "page_size = \(StoreLimits.pageSize)",
        // One program at a time, and no shared-memory file, which a full disk would turn into a SIGBUS.
        "locking_mode = EXCLUSIVE",
        "synchronous = FULL",
        "secure_delete = ON",
        "trusted_schema = OFF",
        "cell_size_check = ON",
        "cache_size = -\(StoreLimits.cacheKibibytes)",
        "mmap_size = 0",
        // Sorting and statement journals never reach /tmp.
        "temp_store = MEMORY",
    ]

    /// Refuses what is not ours or newer, then makes or migrates the tables and switches the write-ahead log on.
    static func prepare(_ database: Database) throws {
        let isEmpty = try Row.fetchOne(database, sql: "SELECT 1 FROM sqlite_master LIMIT 1") == nil
        let found = try isEmpty ? 0 : refuseOthers(database)
        let mode = try Row.fetchOne(database, sql: "PRAGMA journal_mode = WAL")?.text(0)
        guard mode == "wal" else { throw StoreError.io("no write-ahead log can be kept here") }
        guard found < version else { return }
        try database.inTransaction(.immediate) {
            for step in migrations[max(0, found)...] { try step(database) }
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
            try database.execute(sql: "PRAGMA user_version = \(version)")
            return .commit
        }
    }

    /// The version of a store that this program can read.
    @discardableResult
    static func refuseOthers(_ database: Database) throws -> Int {
        guard try integer(database, "application_id") == applicationID else { throw StoreError.notAStore }
        let found = try Int(integer(database, "user_version"))
        guard found <= version else { throw StoreError.newerVersion(found: found, known: version) }
        return found
    }

    private static func integer(_ database: Database, _ pragma: String) throws -> Int64 {
        try Row.fetchOne(database, sql: "PRAGMA " + pragma)?.integer(0) ?? 0
    }

    /// Version 1. In each row salt and key come last; see ``StoreTable/smallestContent``.
    private static func makeTables(_ database: Database) throws {
        for table in StoreTable.allCases {
            try database.execute(
                sql: """
                    CREATE TABLE \(table.name) (
                        id INTEGER PRIMARY KEY, tag BLOB NOT NULL UNIQUE, place BLOB, sealed BLOB NOT NULL,
                        salt BLOB NOT NULL, key BLOB
                    ) STRICT
                    """)
        }
        try database.execute(sql: "CREATE INDEX message_place ON message (place)")
        // Takes whatever a damaged row has in its columns.
        try database.execute(
            sql: """
                CREATE TABLE damaged (
                    id INTEGER PRIMARY KEY, origin INTEGER NOT NULL, row INTEGER NOT NULL, tag, place, sealed, salt, key
                )
                """)
    }
}
