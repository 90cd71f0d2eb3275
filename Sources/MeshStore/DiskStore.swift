internal import GRDB
package import MeshCore
package import MeshCrypto
internal import Synchronization

/// A ``DurableStore`` on SQLite, in one file, with every row sealed.
///
/// ## The file
///
/// Each kind of entry has a table: `message`, `chain`, `own_chain`, `prekey`, `letter`, `member_since`; `meta` holds
/// two copies of whose store it is. All have the same columns:
///
/// | column | what it is |
/// |---|---|
/// | `id` | of a message its index, otherwise a running number |
/// | `tag` | keyed hash, 16 bytes, of what the row is found by: message or letter id, chain, prekey, member |
/// | `place` | of messages: keyed hash, 16 bytes, of author, chain, recipient and number |
/// | `sealed` | the content in the wire format's encoding, padded to a power of two and sealed: 16 bytes more |
/// | `salt` | 16 random bytes, new whenever the row is written |
/// | `key` | of messages and prekeys: the secret, sealed under a key of its own; 48 bytes |
///
/// ``RowSealer`` says how rows are sealed, `Tests/Interop/mesh_store.py` opens them independently. A row that does not
/// open is moved to the table `damaged`, with its table's number in `origin` and its own in `row`.
///
/// ## What a thief of the file sees
///
/// How many messages, chains, prekeys, letters and members there are; the size of each within a power of two, from
/// 1 KiB for messages, prekeys and letters, 256 bytes for the rest; in which order they came; whether two messages
/// have the same place. From copies taken at different times: which rows came, changed and went between. No name, key,
/// text, or time. Who can write to the file can remove rows or bring back an older file, which this type does not
/// notice; it cannot make, change or move a row.
///
/// With the store key and the identity's public key everything in the file opens: what protects old messages from
/// whoever takes both is erasure. ``StoreEntry/erasePrekeys(_:)`` and ``StoreEntry/pruneMessages(before:)`` fill what
/// they erase with zeros in the database and cut the log before `append` returns. What the file system or the flash
/// memory below keeps of overwritten blocks is out of reach.
///
/// ## When things go wrong
///
/// A failed ``append(_:)`` has stored nothing and the store stays usable, with one exception: if rows were erased and
/// only the log could not be cut, it throws although the entries are stored; storing them again is harmless, and each
/// later change and start cuts the log again. Damaged rows cost themselves only. Damaged pages give
/// ``StoreError/damaged(_:)`` where they are met; ``repair(path:key:identity:)`` then keeps the rest.
package final class DiskStore: DurableStore {
    let queue: DatabaseQueue
    let sealer: RowSealer
    let identity: NodeID
    let path: String
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
        (self.path, self.identity) = (path, identity)
        sealer = RowSealer(storeKey: key, identity: identity)
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
        do throws(StoreError) { try emptyLog() } catch {
            // What this call stored is on the disk; what an earlier one owes is tried again.
            if erases { throw error }
        }
    }

    /// When something was erased: copies the log into the database and truncates it, so that what was overwritten in
    /// the one is not left in the other. What could not be done is owed and done with the next change.
    func emptyLog(always: Bool = false) throws(StoreError) {
        guard always || owesCheckpoint.withLock({ $0 }) else { return }
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
        case .erasePrekeys, .pruneMessages, .forgetMessages, .clear: true
        default: false
        }
    }
}
