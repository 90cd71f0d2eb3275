internal import GRDB
internal import MeshCore

/// The rows that say whose store it is and how far indices went: some copies of one, so that a flipped bit in one of
/// them does not shut the owner out.
struct MetaRows {
    private let database: Database
    private let sealer: RowSealer

    init(_ database: Database, _ sealer: RowSealer) { (self.database, self.sealer) = (database, sealer) }

    /// The copy that can be read and has seen most.
    func read() throws -> MetaRecord? { try readAll().max { $0.nextIndex < $1.nextIndex } }

    /// Refuses a store of somebody else. A new one, and one whose copies are damaged while other rows open, becomes
    /// that of `identity`.
    func admit(_ identity: NodeID, _ network: Hash?) throws {
        let copies = try readAll()
        guard var record = copies.max(by: { $0.nextIndex < $1.nextIndex }) else {
            guard try isEmpty() || opensAnyRow() else { throw StoreError.wrongKey }
            return try write(MetaRecord(identity: identity, network: network, nextIndex: 0))
        }
        guard record.identity == identity else { throw StoreError.otherIdentity(record.identity) }
        if let stored = record.network, let network, stored != network { throw StoreError.otherNetwork(stored) }
        let isNew = record.network == nil && network != nil
        record.network = record.network ?? network
        if isNew || copies.count < StoreLimits.metaCopies { try write(record) }
    }

    /// One more than the greatest index of a message, whether it is there, damaged or pruned.
    func nextIndex() throws -> Int64 {
        let limit = StoreLimits.index
        let queries = [
            "SELECT max(id) FROM message WHERE id < \(limit)",
            "SELECT max(row) FROM damaged WHERE origin = \(StoreTable.message.rawValue) AND row < \(limit)",
        ]
        var next = try Int64(read()?.nextIndex ?? 0)
        for query in queries {
            if let last = try Row.fetchOne(database.cachedStatement(sql: query))?.integer(0) {
                next = max(next, last + 1)
            }
        }
        return next
    }

    func rememberNextIndex() throws {
        guard var record = try read() else { throw StoreError.damaged("every copy of the first row") }
        record.nextIndex = UInt64(try nextIndex())
        try write(record)
    }

    private func readAll() throws -> [MetaRecord] {
        var records: [MetaRecord] = []
        try database.forEachRow(of: .meta, "ORDER BY id LIMIT \(StoreLimits.metaCopies)") { _, row in
            if let row, let content = sealer.open(row, in: .meta)?.content,
                let record = try? MetaRecord(decoding: content)
            {
                records.append(record)
            }
            return true
        }
        return records
    }

    func write(_ record: MetaRecord) throws {
        try database.inSavepoint {
            try database.execute(sql: "DELETE FROM meta")
            for id in 1...StoreLimits.metaCopies {
                let tag = sealer.tag(.meta, [UInt8(id)])
                try database.insert(sealer.seal(record.encoded(), in: .meta, id: id, tag: tag), into: .meta)
            }
            return .commit
        }
    }

    private func isEmpty() throws -> Bool {
        for table in StoreTable.allCases where try database.lastNumber(in: table) != nil { return false }
        return true
    }

    private func opensAnyRow() throws -> Bool {
        var isOpened = false
        for table in StoreTable.allCases {
            for order in ["ASC", "DESC"] where !isOpened {
                try database.forEachRow(of: table, "ORDER BY id \(order) LIMIT \(StoreLimits.probes)") { _, row in
                    if let row { isOpened = sealer.open(row, in: table) != nil }
                    return !isOpened
                }
            }
        }
        return isOpened
    }
}
