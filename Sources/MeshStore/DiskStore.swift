internal import GRDB
package import MeshCore
package import MeshCrypto
internal import Synchronization

/// A ``DurableStore`` on SQLite, in one file, with every row sealed.
package final class DiskStore: DurableStore {
    let queue: DatabaseQueue
    let sealer: RowSealer
    private let identity: NodeID
    /// Rows were erased and the write-ahead log could not be emptied since.
    private let owesCheckpoint = Mutex(true)

    /// Opens the store, or makes it with mode 0600 when there is none.
    ///
    /// - Parameters:
    ///   - path: Of the database. SQLite keeps its log beside it, with "-wal" at the end.
    ///   - key: The store key: 32 bytes.
    ///   - identity: Whose store it is.
    ///   - network: The network that the messages belong to, if it is known.
    ///   - fileBytes: What the file grows to at most; beyond, there is no space.
    package init(
        path: String, key: SecretBytes, identity: NodeID, network: Hash? = nil,
        fileBytes: Int = StoreLimits.fileBytes
    ) throws(StoreError) {
        (self.identity, sealer) = (identity, RowSealer(storeKey: key, identity: identity))
        try StoreFile.prepare(path)
        let sealer = sealer
        do {
            queue = try DatabaseQueue(path: path, configuration: StoreSchema.configuration(fileBytes: fileBytes))
            try queue.writeWithoutTransaction { database in
                try StoreSchema.prepare(database)
                try MetaRows(database, sealer).admit(identity, network)
            }
        } catch { throw StoreError(error) }
    }

    /// Empties the log and lets the file go. Whatever is called afterwards fails.
    package func close() throws(StoreError) {
        do { try queue.close() } catch { throw StoreError(error) }
    }

    /// Names the network of a store that was opened without one.
    package func adopt(_ network: Hash) throws(StoreError) {
        let (identity, sealer) = (identity, sealer)
        try access { database in try MetaRows(database, sealer).admit(identity, network) }
    }

    package func append(_ entries: [StoreEntry]) throws(StoreError) {
        let sealer = sealer
        let erases = entries.contains(where: \.erases)
        try access { database in
            try database.inTransaction(.immediate) {
                let writer = EntryWriter(database, sealer)
                for entry in entries { try writer.write(entry) }
                return .commit
            }
        }
        if erases { owesCheckpoint.withLock { $0 = true } }
        try emptyLog()
    }

    /// When something was erased: copies the log into the database and truncates it, so that what was overwritten in
    /// the one is not left in the other. What could not be done is owed and done with the next change.
    func emptyLog() throws(StoreError) {
        guard owesCheckpoint.withLock({ $0 }) else { return }
        try access { database in _ = try database.checkpoint(.truncate) }
        owesCheckpoint.withLock { $0 = false }
    }

    /// The only way to the database: one at a time, errors in the store's words.
    func access<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        do { return try queue.writeWithoutTransaction(body) } catch { throw StoreError(error) }
    }
}

extension StoreEntry {
    fileprivate var erases: Bool {
        switch self {
        case .erasePrekeys, .pruneMessages: true
        default: false
        }
    }
}
