internal import GRDB
package import MeshCore

extension DiskStore {
    package func restore(at wall: UInt64, newest: Int) throws(StoreError) -> StoredState {
        // What a disk without room does not erase is erased in memory as soon as the node begins, which also makes the
        // store owe it; until then nobody has heard of this run.
        do throws(StoreError) { try erasePrekeys(dueAt: wall) } catch {
            switch error {
            case .noSpace, .io: break
            default: throw error
            }
        }
        return try read { reader in
            var state = StoredState()
            state.messages = try reader.newestMessages(newest)
            state.nextIndex = Int(try MetaRows(reader.database, reader.sealer).nextIndex())
            state.chains = try reader.all(.chain) { try? StoredChain(decoding: $0.content) }
            state.ownChains = try reader.all(.ownChain) { try? StoredOwnChain(decoding: $0.content) }
            state.prekeys = try reader.all(.prekey, RowReader.prekey)
            state.letters = try reader.all(.letter) { try? StoredLetter(decoding: $0.content) }
            for record in try reader.all(.memberSince, { try? MemberRecord(decoding: $0.content) }) {
                state.memberSince[record.member] = record.since
            }
            state.damaged = try reader.damagedCount()
            return state
        }
    }

    package func messages(at places: [ChainPlace]) throws(StoreError) -> [StoredMessage] {
        try read { reader in
            try places.compactMap { place in
                try reader.messages("WHERE place = ? ORDER BY id", [Blob(reader.sealer.tag(of: place))], limit: 1).first
            }
        }
    }

    package func messageCount() throws(StoreError) -> Int {
        try read { try Int.fetchOne($0.database, sql: "SELECT count(*) FROM message") ?? 0 }
    }

    package func messages(since: Int, until: Int, limit: Int) throws(StoreError) -> [StoredMessage] {
        try read { reader in
            try reader.messages("WHERE id >= ? AND id < ? ORDER BY id", [since, until], limit: limit)
        }
    }

    package func messages(ids: [Hash]) throws(StoreError) -> [StoredMessage] {
        try read { reader in
            try ids.compactMap { id in
                try reader.messages("WHERE tag = ?", [Blob(reader.sealer.tag(ofMessage: id))], limit: 1).first
            }
        }
    }

    /// Those that are due, and those that do not open, go before anything is given back. A start without any also cuts
    /// the log, which the last run may have left; only that may wait for space on the disk.
    private func erasePrekeys(dueAt wall: UInt64) throws(StoreError) {
        let sealer = sealer
        var erases = false
        try access { database in
            try database.inTransaction(.immediate) {
                let reader = RowReader(database, sealer)
                let due = try reader.all(.prekey, RowReader.prekey).filter { $0.eraseAt <= wall }
                erases = !due.isEmpty || reader.hasDamaged
                try reader.setDamagedAside()
                for prekey in due {
                    try database.delete(tag: sealer.tag(ofPrekey: prekey.published.publicKey), from: .prekey)
                }
                return .commit
            }
        }
        do throws(StoreError) { try emptyLog(always: true) } catch {
            if erases || error != .noSpace { throw error }
        }
    }

    /// Reads in one transaction; rows that were met damaged are then set aside in another.
    private func read<Value>(_ body: (RowReader) throws -> Value) throws(StoreError) -> Value {
        let sealer = sealer
        return try access { database in
            let reader = RowReader(database, sealer)
            var value: Value?
            try database.inTransaction(.deferred) {
                value = try body(reader)
                return .commit
            }
            // A full disk does not keep anybody from reading: the damaged rows are then met again.
            do { try reader.setDamagedAside() } catch let error as DatabaseError
                where error.resultCode == .SQLITE_FULL
            {}
            guard let value else { throw StoreError.io("nothing was read") }
            return value
        }
    }
}
