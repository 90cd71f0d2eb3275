internal import GRDB
package import MeshCore
package import MeshCrypto

extension DiskStore {
    /// Copies what can be read of a store into a new one in its place. No program may have it open.
    ///
    /// The old one stays beside it under a name that ends with ".damaged-" and a number. It still holds prekeys and
    /// messages that the new one erases in time, so the forward secrecy of this node waits for its removal.
    ///
    /// - Returns: How many rows were kept, and how many were met that could not be read.
    /// - Throws: Among others when nothing at all opens; then nothing has changed.
    package static func repair(
        path: String, key: SecretBytes, identity: NodeID
    ) throws(StoreError) -> (kept: Int, lost: Int) {
        guard StoreFile.exists(path) else { throw .io("there is no history at \(path)") }
        let copies = (rebuilt: path + ".repair", patched: path + ".patched")
        defer { for copy in [copies.rebuilt, copies.patched] { StoreFile.remove(copy) } }
        for copy in [copies.rebuilt, copies.patched] { StoreFile.remove(copy) }
        let target = try DiskStore(path: copies.rebuilt, key: key, identity: identity)
        let tally = try target.fill(from: path, patchedAt: copies.patched)
        try target.close()
        try StoreFile.replace(path, with: copies.rebuilt)
        return (tally.kept, tally.lost)
    }

    /// From the file as it is, or, when not even its list of tables can be read, from a copy with the list of this new
    /// store: the tables are made in the same order in every store, so they begin on the same pages.
    private func fill(from path: String, patchedAt copy: String) throws(StoreError) -> Salvage.Tally {
        do throws(StoreError) {
            return try fill(from: path)
        } catch .damaged, .notAStore {
            try emptyLog(always: true)
            try StoreFile.copy(path, to: copy, withTablesOf: self.path)
        }
        do throws(StoreError) {
            let tally = try fill(from: copy)
            if tally.kept > 0 { return tally }
        } catch .damaged {}
        throw .notAStore
    }

    private func fill(from path: String) throws(StoreError) -> Salvage.Tally {
        let sealer = sealer
        do {
            let source = try DatabaseQueue(
                path: path, configuration: StoreSchema.configuration(fileBytes: StoreLimits.fileBytes))
            defer { try? source.close() }
            return try source.writeWithoutTransaction { source in
                try StoreSchema.refuseOthers(source)
                return try self.fill(from: Salvage(database: source, sealer: sealer))
            }
        } catch { throw StoreError(error) }
    }

    private func fill(from salvage: Salvage) throws -> Salvage.Tally {
        var tally = Salvage.Tally()
        let rest = StoreTable.allCases.filter { $0 != .meta }
        for table in rest {
            var batch: [SealedRow] = []
            try salvage.rows(of: table, into: &tally) { row in
                batch.append(row)
                if batch.count == StoreLimits.repairBatch { try insert(&batch, into: table) }
            }
            try insert(&batch, into: table)
        }
        let old = MetaRows(salvage.database, salvage.sealer)
        let record = try? old.read()
        if let record, record.identity != identity { throw StoreError.otherIdentity(record.identity) }
        if record == nil, tally.kept == 0, tally.lost > 0 { throw StoreError.wrongKey }
        let next = (try? old.nextIndex()) ?? 0
        try access { database in
            let new = MetaRows(database, sealer)
            try new.write(
                MetaRecord(identity: identity, network: record?.network, nextIndex: UInt64(max(next, new.nextIndex()))))
        }
        return tally
    }

    private func insert(_ batch: inout [SealedRow], into table: StoreTable) throws(StoreError) {
        let rows = batch
        batch = []
        try access { database in
            try database.inTransaction(.immediate) {
                for row in rows { try database.insert(row, into: table) }
                return .commit
            }
        }
    }
}
