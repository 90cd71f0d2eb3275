import Foundation
import MeshCore
import MeshCrypto
import Testing

@testable import MeshStore

/// Disks lie: torn writes, lost sectors, flipped bits.
@Suite struct StoreDamageTests {
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        /// SplitMix64.
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    /// A log with one commit per message, and how long it was after each.
    private func written(_ bench: StoreBench, _ count: Int) throws -> (files: [String: [UInt8]], ends: [Int]) {
        let store = try bench.open()
        var ends: [Int] = []
        for index in 0..<count {
            try store.append([bench.message(index)])
            ends.append(try bench.read("history.db-wal").count)
        }
        let files = try bench.files()
        try store.close()
        return (files, ends)
    }

    private func restore(_ bench: StoreBench, _ files: [String: [UInt8]]) throws -> StoredState {
        for name in try bench.files().keys { try bench.remove(name) }
        for (name, bytes) in files { try bench.write(bytes, to: name) }
        let store = try bench.open()
        defer { try? store.close() }
        return try store.everything()
    }

    @Test func ofACutOrZeroedLogEverythingBeforeTheLastWholeCommitIsThere() throws {
        let bench = try StoreBench()
        let (files, ends) = try written(bench, 12)
        let log = try #require(files["history.db-wal"])
        #expect(ends.last == log.count)
        for length in stride(from: 1, through: 4_096, by: 61) {
            let whole = log.count - length
            let expected = ends.count { $0 <= whole }
            var torn = files
            torn["history.db-wal"] = Array(log.prefix(whole))
            #expect(try restore(bench, torn).messages.count == expected, "\(length) bytes cut")
            torn["history.db-wal"]? += [UInt8](repeating: 0, count: length)
            // Bytes that were zero before are not torn.
            #expect(try (expected...ends.count).contains(restore(bench, torn).messages.count), "\(length) bytes zeroed")
        }
    }

    @Test func aSectorLostFromTheLogLosesNothingBeforeIt() throws {
        let bench = try StoreBench()
        let (files, ends) = try written(bench, 30)
        let log = try #require(files["history.db-wal"])
        var random = Random(state: 1)
        for _ in 0..<400 {
            let sector = Int.random(in: 0..<log.count / 512, using: &random)
            var torn = files
            torn["history.db-wal"]?.replaceSubrange(
                sector * 512..<sector * 512 + 512, with: repeatElement(0, count: 512))
            let expected = ends.count { $0 <= sector * 512 }
            #expect(try (expected...ends.count).contains(restore(bench, torn).messages.count))
        }
    }

    /// What a store of 60 messages and some of everything else is after damage: opened, or refused with a reason. A
    /// repair then gives back all but `mayLose` rows.
    private func survive(_ damage: (inout [UInt8]) -> Void, _ bench: StoreBench, mayLose: Int) throws -> Int {
        try? FileManager.default.contentsOfDirectory(atPath: bench.folder.path)
            .filter { $0 != "original" }.forEach { try bench.remove($0) }
        var file = try bench.read("original")
        damage(&file)
        try bench.write(file, to: "history.db")
        do {
            let store = try bench.open()
            defer { try? store.close() }
            _ = try store.check()
            let state = try store.everything()
            _ = try store.messages(since: 0, until: 1_000, limit: 1_000)
            _ = try store.messages(at: state.messages.map(\.place))
            try store.append([.message(bench.message(2_000)), .pruneMessages(before: 3)])
        } catch is StoreError {}
        try bench.write(file, to: "history.db")
        for suffix in ["-wal", "-shm"] { try? bench.remove("history.db" + suffix) }
        guard let kept = try repaired(bench) else { return 0 }
        #expect(kept >= Self.rows - mayLose)
        let store = try bench.open()
        defer { try? store.close() }
        #expect(try store.check() == [])
        let state = try store.everything()
        #expect(state.messages.count + state.prekeys.count + state.letters.count + state.chains.count == kept)
        #expect(try bench.read("history.db.damaged-1") == file)
        return Self.rows - kept
    }

    /// How many rows a repair keeps; nil when a flipped bit of the version, at offset 60, makes it a newer one.
    private func repaired(_ bench: StoreBench) throws -> Int? {
        do {
            return try DiskStore.repair(path: bench.path, key: bench.key, identity: bench.identity).kept
        } catch StoreError.newerVersion { return nil }
    }

    private static let rows = 90

    private func prepare(_ bench: StoreBench) throws {
        let store = try bench.open()
        try store.append(bench.messages(0..<60))
        for index in 0..<10 {
            let place = bench.message(index).place
            try store.append([
                .prekey(bench.prekey(eraseAt: .max)), .letter(bench.letter()),
                .chain(StoredChain(author: place.author, chain: place.chain, to: nil, next: 4, beyond: [7..<9])),
            ])
        }
        try store.close()
        try FileManager.default.moveItem(atPath: bench.path, toPath: bench.folder.appending(path: "original").path)
    }

    @Test func aFlippedBitAnywhereInTheFileStopsNobodyAndARepairKeepsTheRest() throws {
        let bench = try StoreBench()
        try prepare(bench)
        var random = Random(state: 2)
        var lost = 0
        for trial in 0..<100 {
            lost += try survive(
                { file in
                    // The first page is damaged more often than its size deserves.
                    let end = trial % 5 == 0 ? 1_024 : file.count
                    file[Int.random(in: 0..<end, using: &random)] ^= 1 << Int.random(in: 0..<8, using: &random)
                }, bench, mayLose: 70)
        }
        #expect(lost < 150, "\(lost) rows lost to 100 flipped bits")
    }

    @Test func aSectorLostFromTheFileStopsNobodyAndARepairKeepsTheRest() throws {
        let bench = try StoreBench()
        try prepare(bench)
        var random = Random(state: 3)
        var lost = 0
        for trial in 0..<100 {
            lost += try survive(
                { file in
                    let sector = trial < 2 ? trial : Int.random(in: 0..<file.count / 512, using: &random)
                    file.replaceSubrange(sector * 512..<sector * 512 + 512, with: repeatElement(0, count: 512))
                }, bench, mayLose: 70)
        }
        #expect(lost < 400, "\(lost) rows lost to 100 sectors")
    }

    /// `MESH_STORE_FLIPS` plays more of them.
    @Test func eachFlippedBitOfASealedRowCostsThatRowOnly() throws {
        let flips = ProcessInfo.processInfo.environment["MESH_STORE_FLIPS"].flatMap { Int($0) } ?? 1_000
        let bench = try StoreBench()
        let store = try bench.open()
        let messages = bench.messages(0..<flips + 100)
        try store.append(messages)
        var random = Random(state: 4)
        let damaged = Set(messages.indices.shuffled(using: &random).prefix(flips))
        // Columns that an index repeats are damaged behind SQLite's back in other tests.
        for index in damaged {
            let column = [StoreColumn.sealed, .sealed, .salt, .key, .place].randomElement(using: &random)!
            let bit = Int.random(in: 0..<1 << 20, using: &random)
            try store.flip(bit: bit, of: column, row: Int64(index), in: .message)
        }
        #expect(try store.check() == ["\(flips) rows of the table message do not open"])
        let rest = messages.filter { !damaged.contains($0.index) }
        #expect(try bench.compared(store.messages(since: 0, until: 1 << 40, limit: 100)) == bench.compared(rest))
        let state = try store.everything()
        #expect(bench.compared(state.messages) == bench.compared(rest))
        #expect(state.damaged == flips)
        #expect(state.nextIndex == flips + 100)
        #expect(try store.check() == [])
        let lost = try #require(damaged.first)
        #expect(try store.messages(ids: [messages[lost].id]).isEmpty)
    }

    @Test func aDamagedMessageCanBeStoredAgain() throws {
        let bench = try StoreBench()
        let store = try bench.open()
        let message = bench.message(3)
        try store.append([message])
        try store.flip(bit: 5, of: .sealed, row: 3, in: .message)
        #expect(try store.everything().damaged == 1)
        let again = StoredMessage(
            index: 4, id: message.id, place: message.place, signed: message.signed, ciphertext: message.ciphertext,
            messageKey: message.messageKey, via: nil, storedAt: 1)
        try store.append([again])
        #expect(try bench.compared(store.messages(at: [message.place])) == bench.compared([again]))
        try store.append([.pruneMessages(before: 4)])
        let state = try store.everything()
        #expect(state.messages.count == 1 && state.damaged == 0, "what was set aside is pruned like the rest")
    }

    @Test func oneFlippedCopyOfTheFirstRowShutsNobodyOut() throws {
        let bench = try StoreBench()
        for copies in [[Int64(1)], [2], [1, 2]] {
            let store = try bench.open()
            try store.append([.memberSince(bench.identity, 4)])
            for copy in copies { try store.flip(bit: 9, of: .sealed, row: copy, in: .meta) }
            try store.close()
        }
        let store = try bench.open()
        #expect(try store.check() == [], "the copies were made anew")
        #expect(try store.everything().memberSince == [bench.identity: 4])
    }

    @Test func aRepairOfAWholeStoreKeepsEverythingAndItsNetwork() throws {
        let bench = try StoreBench()
        let network = StoreBench.aHash()
        var store = try bench.open()
        try store.adopt(network)
        try store.append(bench.messages(0..<30))
        try store.append([.pruneMessages(before: 20), .memberSince(bench.identity, 1)])
        #expect(throws: StoreError.inUse) {
            try DiskStore.repair(path: bench.path, key: bench.key, identity: bench.identity)
        }
        try store.close()
        let (kept, lost) = try DiskStore.repair(path: bench.path, key: bench.key, identity: bench.identity)
        #expect(kept == 11 && lost == 0)
        store = try bench.open()
        #expect(throws: StoreError.otherNetwork(network)) { try store.adopt(StoreBench.aHash()) }
        #expect(try store.everything().nextIndex == 30)
        #expect(try bench.files().keys.sorted() == ["history.db", "history.db-wal", "history.db.damaged-1"])
    }

    @Test func aRepairWithAnotherKeyOrOfAnotherFileChangesNothing() throws {
        let bench = try StoreBench()
        let store = try bench.open()
        try store.append([bench.message(0)])
        try store.close()
        let files = try bench.files()
        #expect(throws: StoreError.wrongKey) {
            try DiskStore.repair(path: bench.path, key: .random(count: 32), identity: bench.identity)
        }
        #expect(throws: StoreError.otherIdentity(bench.identity)) {
            try DiskStore.repair(path: bench.path, key: bench.key, identity: StoreBench.someone())
        }
        #expect(try bench.files() == files)
        let text = Array(String(repeating: "a letter. ", count: 500).utf8)
        try bench.write(text, to: "history.db")
        #expect(throws: StoreError.notAStore) {
            try DiskStore.repair(path: bench.path, key: bench.key, identity: bench.identity)
        }
        #expect(try bench.files() == ["history.db": text])
    }
}
