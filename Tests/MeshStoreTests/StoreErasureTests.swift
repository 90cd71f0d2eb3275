import Foundation
import MeshCore
import Testing

@testable import MeshStore

/// What was erased is in no file any more.
@Suite struct StoreErasureTests {
    /// The bytes without which nothing of a row can be opened, as they are on the disk now.
    private func keys(_ store: DiskStore, _ table: StoreTable) throws -> [Int64: [[UInt8]]] {
        try store.access { database in
            var keys: [Int64: [[UInt8]]] = [:]
            try database.forEachRow(of: table, "ORDER BY id") { id, row in
                if let row { keys[id] = [row.salt, row.key ?? [], Array(row.sealed.suffix(64))] }
                return true
            }
            return keys
        }
    }

    /// Which of these are in the files, by their first eight bytes: all are random, and longer.
    private func search(_ wanted: some Sequence<[UInt8]>, in files: [String: [UInt8]]) -> Set<UInt64> {
        let wanted = starts(wanted)
        var found: Set<UInt64> = []
        for file in files.values {
            var window: UInt64 = 0
            for byte in file {
                window = window << 8 | UInt64(byte)
                if wanted.contains(window) { found.insert(window) }
            }
        }
        return found
    }

    private func starts(_ wanted: some Sequence<[UInt8]>) -> Set<UInt64> {
        Set(wanted.map { $0.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } })
    }

    @Test func prunedMessagesLeaveNoSaltKeyOrSealedBytes() throws {
        let bench = try StoreBench()
        let store = try bench.open()
        for first in stride(from: 0, to: 120, by: 10) { try store.append(bench.messages(first..<first + 10)) }
        let before = try keys(store, .message)
        #expect(before.count == 120)
        let files = try bench.files()
        #expect(search(before.values.joined(), in: files).count == 360, "the search finds what is there")

        var floor = 0
        for step in [1, 13, 40, 7, 30] {
            floor += step
            try store.append([.pruneMessages(before: floor), .message(bench.message(1_000 + floor))])
            let files = try bench.files()
            #expect(files["history.db-wal"] == [])
            let erased = before.filter { $0.key < floor }
            #expect(search(erased.values.joined(), in: files).isEmpty)
        }
        let rest = before.filter { $0.key >= floor }
        #expect(try search(rest.values.joined(), in: bench.files()).count == 3 * rest.count)
    }

    @Test(arguments: 1...4) func erasedPrekeysLeaveNoSaltKeyOrSealedBytes(seed: Int) throws {
        let bench = try StoreBench()
        let store = try bench.open()
        var prekeys: [StoredPrekey] = []
        var erased: [[UInt8]] = []
        // Rows come and go in another order in each run, so that the tree is balanced in many ways.
        for round in 0..<12 {
            let new = (0..<8).map { _ in bench.prekey(eraseAt: 10) }
            try store.append(new.map { .prekey($0) })
            prekeys += new
            let before = try keys(store, .prekey)
            let victims = (0..<(round % seed + 3)).map { prekeys.remove(at: $0 * seed % prekeys.count) }
            try store.append([.erasePrekeys(victims.map(\.published.publicKey))])
            let after = try keys(store, .prekey)
            let gone = before.filter { after[$0.key] != $0.value }
            #expect(gone.count == victims.count)
            erased += gone.values.joined()
            let files = try bench.files()
            #expect(files["history.db-wal"] == [])
            #expect(search(erased, in: files).isEmpty)
        }
    }

    @Test func prekeysThatAreDueAtTheStartAreGoneBeforeAnythingIsGivenBack() throws {
        let bench = try StoreBench()
        var store = try bench.open()
        try store.append((0..<6).map { .prekey(bench.prekey(eraseAt: 100 + $0 % 2)) })
        let before = try keys(store, .prekey)
        try store.close()
        store = try bench.open()
        #expect(try store.restore(at: 100, newest: 0).prekeys.count == 3)
        let after = try keys(store, .prekey)
        let found = try search(before.values.joined(), in: bench.files())
        #expect(found == starts(after.values.joined()) && found.count == 9)
    }

    @Test func aPrekeyThatIsDamagedLeavesNothing() throws {
        let bench = try StoreBench()
        let store = try bench.open()
        try store.append([.prekey(bench.prekey(eraseAt: 100))])
        let key = try #require(try keys(store, .prekey)[1]?[1])
        try store.flip(bit: 77, of: .sealed, row: 1, in: .prekey)
        let state = try store.everything()
        #expect(state.prekeys.isEmpty && state.damaged == 1)
        #expect(try search([key], in: bench.files()).isEmpty)
    }
}

/// A column of a row, for tests that damage it.
enum StoreColumn: CaseIterable { case tag, place, sealed, salt, key }

extension DiskStore {
    /// Flips one bit of a row on the disk, counted from the start of the column and around.
    func flip(bit: Int, of column: StoreColumn, row number: Int64, in table: StoreTable) throws {
        try access { database in
            var found: SealedRow?
            try database.forEachRow(of: table, "WHERE id = \(number)") { _, row in
                found = row
                return false
            }
            guard let row = found else { return }
            func flipped(_ bytes: [UInt8], if isIt: Bool) -> [UInt8] {
                guard isIt, !bytes.isEmpty else { return bytes }
                var bytes = bytes
                bytes[bit / 8 % bytes.count] ^= 1 << (bit % 8)
                return bytes
            }
            try database.update(
                SealedRow(
                    id: number, tag: flipped(row.tag, if: column == .tag),
                    place: row.place.map { flipped($0, if: column == .place) },
                    sealed: flipped(row.sealed, if: column == .sealed), salt: flipped(row.salt, if: column == .salt),
                    key: row.key.map { flipped($0, if: column == .key) }), in: table)
        }
    }
}
