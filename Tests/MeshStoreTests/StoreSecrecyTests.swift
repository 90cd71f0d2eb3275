import Foundation
import MeshCore
import MeshCrypto
import Testing

@testable import MeshStore

/// What lies on the disk.
@Suite struct StoreSecrecyTests {
    @Test func nothingThatWasStoredStandsInClearInAnyFile() throws {
        let key = RandomBytes.make(32)
        let bench = try StoreBench()
        func bytes(_ text: String, _ count: Int) -> [UInt8] {
            Array(repeatElement(Array("canary-\(text)-".utf8), count: count).joined().prefix(count))
        }
        let author = try #require(NodeID(bytes("author", 32)))
        let id = try #require(Hash(bytes("id", 32)))
        let chain = try #require(ChainID(bytes("chain", 16)))
        let place = ChainPlace(author: author, chain: chain, to: NodeID(bytes("to", 32)), seq: 1)
        let signed = Signed(body: bytes("body", 200), signature: Signature(bytes("signature", 64))!)
        let published = PrekeysValue.Prekey(
            rotation: .fast, publicKey: Bytes32(bytes("public", 32))!, notBefore: 1, notAfter: 2)
        let envelope = Envelope(message: signed, wraps: [], ciphertext: bytes("letter", 100))
        let store = try DiskStore(path: bench.path, key: SecretBytes(copying: key), identity: bench.identity)
        try store.adopt(try #require(Hash(bytes("network", 32))))
        try store.append([
            .message(
                StoredMessage(
                    index: 0, id: id, place: place, signed: signed, ciphertext: bytes("content", 300),
                    messageKey: SecretBytes(copying: bytes("K", 32)), via: NodeID(bytes("via", 32)), storedAt: 0)),
            .prekey(
                StoredPrekey(published: published, privateKey: SecretBytes(copying: bytes("private", 32)), eraseAt: 9)),
            .chain(StoredChain(author: author, chain: chain, to: nil, next: 1, beyond: [])),
            .ownChain(StoredOwnChain(to: nil, chain: chain, seq: 0, prev: id, acknowledged: 0, lamport: 0)),
            .letter(StoredLetter(id: id, envelope: envelope, storedAt: 0)), .memberSince(author, 0),
        ])
        var files = try bench.files()
        #expect(files.count == 2)
        try store.close()
        files["after"] = try bench.read("history.db")
        for (name, file) in files {
            for needle in [Array("canary".utf8), Array("anary-".utf8), bench.identity.rawBytes, key] {
                #expect(Data(file).firstRange(of: Data(needle)) == nil, "\(name)")
            }
        }
    }

    @Test func rowsHaveTheSizeOfTheirBucketAndNoTwoAreAlike() throws {
        let bench = try StoreBench()
        let store = try bench.open()
        let place = bench.message(0).place
        func message(_ index: Int, _ count: Int) -> StoredMessage {
            let like = bench.message(index)
            return StoredMessage(
                index: index, id: like.id, place: place,
                signed: Signed(body: [1], signature: Signature([UInt8](repeating: 2, count: 64))!),
                ciphertext: [UInt8](repeating: 3, count: count),
                messageKey: SecretBytes(copying: [UInt8](repeating: 4, count: 32)),
                via: nil, storedAt: 5)
        }
        try store.append([message(0, 1), message(1, 1), message(2, 700), message(3, 1_000), message(4, 3_000)])
        try store.access { database in
            var rows: [SealedRow] = []
            try database.forEachRow(of: .message, "ORDER BY id") { _, row in
                rows.append(try #require(row))
                return true
            }
            #expect(rows.map(\.sealed.count) == [1_040, 1_040, 1_040, 2_064, 4_112])
            #expect(Set(rows.map(\.salt)).count == 5)
            #expect(Set(rows.map(\.key)).count == 5)
            #expect(Set(rows.map { Array($0.sealed.prefix(32)) }).count == 5)
        }
    }

    @Test func aRowOpensOnlyInItsPlaceAndWithItsKeyAndIdentity() throws {
        let bench = try StoreBench()
        let sealer = RowSealer(storeKey: bench.key, identity: bench.identity)
        let tag = sealer.tag(.message, [1])
        let row = try sealer.seal([1, 2, 3], secret: .random(count: 32), in: .message, id: 5, tag: tag, place: tag)
        #expect(sealer.open(row, in: .message)?.content == [1, 2, 3])
        #expect(sealer.open(row, in: .letter) == nil)
        let moved = SealedRow(id: 6, tag: tag, place: tag, sealed: row.sealed, salt: row.salt, key: row.key)
        #expect(sealer.open(moved, in: .message) == nil)
        let keyless = SealedRow(id: 5, tag: tag, place: tag, sealed: row.sealed, salt: row.salt, key: nil)
        #expect(sealer.open(keyless, in: .message) == nil)
        for other in [
            RowSealer(storeKey: .random(count: 32), identity: bench.identity),
            RowSealer(storeKey: bench.key, identity: StoreBench.someone()),
        ] {
            #expect(other.open(row, in: .message) == nil)
            #expect(other.tag(.message, [1]) != tag)
        }
    }

    @Test func contentsArePaddedToPowersOfTwo() {
        for (count, bucket) in [(0, 256), (252, 256), (253, 512), (2_000, 2_048), (2_045, 4_096)] {
            let content = [UInt8](repeating: 7, count: count)
            let padded = RowPadding.pad(content, smallest: 256)
            #expect(padded?.count == bucket)
            #expect(padded.flatMap(RowPadding.unpad) == content)
        }
        #expect(RowPadding.pad([UInt8](repeating: 0, count: StoreLimits.content - 3), smallest: 256) == nil)
        #expect(RowPadding.unpad([]) == nil)
        #expect(RowPadding.unpad([5, 0, 0, 0, 1]) == nil)
        #expect(RowPadding.unpad([255, 255, 255, 255, 1]) == nil)
    }

    /// The format is what the documentation says: a program that knows nothing else opens every row.
    @Test func anIndependentProgramOpensEveryRow() throws {
        let bench = try StoreBench()
        let bytes = RandomBytes.make(32)
        let store = try DiskStore(path: bench.path, key: SecretBytes(copying: bytes), identity: bench.identity)
        let secret = [UInt8](repeating: 9, count: 32)
        let like = bench.message(3)
        try store.append([
            .message(
                StoredMessage(
                    index: 3, id: like.id, place: like.place, signed: like.signed, ciphertext: like.ciphertext,
                    messageKey: SecretBytes(copying: secret), via: like.via, storedAt: like.storedAt)),
            .memberSince(bench.identity, 5), .prekey(bench.prekey(eraseAt: 3)), .letter(bench.letter()),
        ])
        try store.close()
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Interop/mesh_store.py").path
        let (status, text) = try python([script, bench.path, hex(bytes), bench.identity.hex])
        #expect(status == 0)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 6)
        let message = try #require(lines.first { $0.contains("\"message\"") })
        #expect(message.contains(hex(MessageRecord(like).encoded())))
        #expect(message.contains("\"id\": 3,"))
        #expect(message.contains(hex(secret)))
        let (refused, _) = try python([script, bench.path, hex(RandomBytes.make(32)), bench.identity.hex])
        #expect(refused == 1)
    }

    private func hex(_ bytes: [UInt8]) -> String { Data(bytes).map { String(format: "%02x", $0) }.joined() }

    private func python(_ arguments: [String]) throws -> (status: Int32, text: String) {
        let process = Process()
        // Debian's own: python3-cryptography belongs to it.
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }
}
