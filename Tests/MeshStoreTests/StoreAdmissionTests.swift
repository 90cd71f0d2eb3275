import Foundation
import MeshCore
import MeshCrypto
import MeshStore
import Testing

/// Who may open a store, and what is none.
@Suite struct StoreAdmissionTests {
    @Test func anotherKeyOpensNothing() throws {
        let bench = try StoreBench()
        try bench.open().close()
        #expect(throws: StoreError.wrongKey) {
            try DiskStore(path: bench.path, key: .random(count: 32), identity: bench.identity)
        }
        #expect(try bench.open().everything().damaged == 0, "the wrong key has done no harm")
    }

    @Test func anotherIdentityIsToldWhoseStoreItIs() throws {
        let bench = try StoreBench()
        try bench.open().close()
        #expect(throws: StoreError.otherIdentity(bench.identity)) {
            try DiskStore(path: bench.path, key: bench.key, identity: StoreBench.someone())
        }
    }

    @Test func theNetworkIsNamedOnceAndThenHeldTo() throws {
        let bench = try StoreBench()
        let (network, other) = (StoreBench.aHash(), StoreBench.aHash())
        let store = try bench.open()
        try store.adopt(network)
        try store.adopt(network)
        #expect(throws: StoreError.otherNetwork(network)) { try store.adopt(other) }
        try store.close()
        #expect(throws: StoreError.otherNetwork(network)) {
            try DiskStore(path: bench.path, key: bench.key, identity: bench.identity, network: other)
        }
        try DiskStore(path: bench.path, key: bench.key, identity: bench.identity, network: network).close()
        try bench.open().close()
    }

    @Test func aNewerVersionIsRefusedWithBothVersions() throws {
        let bench = try StoreBench()
        try bench.open().close()
        var file = try bench.read("history.db")
        // SQLite's file format, section 1.3: the user version stands at offset 60, big-endian.
        file.replaceSubrange(60..<64, with: [0, 0, 0, 9])
        try bench.write(file, to: "history.db")
        #expect(throws: StoreError.newerVersion(found: 9, known: 1)) { try bench.open() }
        #expect(StoreError.newerVersion(found: 9, known: 1).description.contains("9"))
        #expect(StoreError.newerVersion(found: 9, known: 1).description.contains("1"))
    }

    @Test func aFileOfSomebodyElseIsRefusedAndLeftAsItIs() throws {
        let bench = try StoreBench()
        let text = Array(String(repeating: "not a database, but a letter of some length. ", count: 50).utf8)
        try bench.write(text, to: "history.db")
        #expect(throws: StoreError.notAStore) { try bench.open() }
        #expect(try bench.files() == ["history.db": text])

        try bench.remove("history.db")
        try bench.open().close()
        var file = try bench.read("history.db")
        // The application id stands at offset 68.
        file.replaceSubrange(68..<72, with: [1, 2, 3, 4])
        try bench.write(file, to: "history.db")
        #expect(throws: StoreError.notAStore) { try bench.open() }
        #expect(try bench.read("history.db") == file)
    }

    @Test func aStoreIsOpenOnce() throws {
        let bench = try StoreBench()
        let store = try bench.open()
        #expect(throws: StoreError.inUse) { try bench.open() }
        try store.append([bench.message(0)])
        try store.close()
        #expect(try bench.open().everything().messages.count == 1)
    }

    @Test func whatIsAskedOfAClosedStoreFails() throws {
        let bench = try StoreBench()
        let store = try bench.open()
        try store.close()
        #expect(throws: StoreError.self) { try store.append([bench.message(0)]) }
        #expect(throws: StoreError.self) { try store.everything() }
    }

    @Test func onlyTheUserMayReadTheFiles() throws {
        let bench = try StoreBench()
        func modes() throws -> Set<Int> {
            let names = try FileManager.default.contentsOfDirectory(atPath: bench.folder.path)
            return try Set(
                names.map { name in
                    let path = bench.folder.appending(path: name).path
                    return try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
                })
        }
        var store = try bench.open()
        try store.append(bench.messages(0..<3))
        #expect(try bench.files().keys.sorted() == ["history.db", "history.db-wal"])
        #expect(try modes() == [0o600])
        try store.close()
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: bench.path)
        store = try bench.open()
        try store.append(bench.messages(3..<6))
        #expect(try modes() == [0o600])
    }

    @Test func aPathThatCannotBeIsSaid() throws {
        let bench = try StoreBench()
        let path = bench.folder.appending(path: "missing/history.db").path
        #expect(throws: StoreError.self) { try DiskStore(path: path, key: bench.key, identity: bench.identity) }
        #expect(throws: StoreError.notAStore) {
            try DiskStore(path: bench.folder.path, key: bench.key, identity: bench.identity)
        }
    }
}
