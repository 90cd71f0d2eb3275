import Foundation
import MeshCore
import MeshCrypto
import MeshStore

/// A folder with one store, its keys, and things to put into it. Removed when the test is over.
final class StoreBench: Sendable {
    let folder: URL
    let key = SecretBytes.random(count: 32)
    let identity = StoreBench.someone()
    let cryptography = OpenSSLCryptography(seed: .random())

    init(in place: URL = FileManager.default.temporaryDirectory) throws {
        folder = place.appending(path: "mesh-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var path: String { folder.appending(path: "history.db").path }

    func open(fileBytes: Int = StoreLimits.fileBytes) throws -> DiskStore {
        try DiskStore(path: path, key: key, identity: identity, fileBytes: fileBytes)
    }

    /// Every file of the store, by its name.
    func files() throws -> [String: [UInt8]] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return try Dictionary(uniqueKeysWithValues: names.map { ($0, try read($0)) })
    }

    func read(_ name: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: folder.appending(path: name))) }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: folder.appending(path: name))
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(at: folder.appending(path: name)) }
}

// MARK: Things to store

extension StoreBench {
    static func someone() -> NodeID { NodeID(RandomBytes.make(32))! }

    static func aChain() -> ChainID { ChainID(RandomBytes.make(16))! }

    static func aHash() -> Hash { Hash(RandomBytes.make(32))! }

    func message(_ index: Int, from author: NodeID = someone(), bytes: Int = 144) -> StoredMessage {
        let place = ChainPlace(
            author: author, chain: Self.aChain(), to: index % 3 == 0 ? Self.someone() : nil, seq: UInt64(index))
        return StoredMessage(
            index: index, id: Self.aHash(), place: place, signed: signed(259),
            ciphertext: RandomBytes.make(bytes), messageKey: cryptography.makeMessageKey(),
            via: index % 2 == 0 ? nil : Self.someone(), storedAt: 1_700_000_000_000 + UInt64(index))
    }

    func messages(_ indices: Range<Int>) -> [StoredMessage] { indices.map { message($0) } }

    func prekey(eraseAt: UInt64) -> StoredPrekey {
        let (publicKey, privateKey) = cryptography.makePrekey()
        return StoredPrekey(
            published: .init(rotation: .fast, publicKey: publicKey, notBefore: 1_000, notAfter: 2_000),
            privateKey: privateKey, eraseAt: eraseAt)
    }

    func letter() -> StoredLetter {
        let wrap = Wrap(prekeyID: 7, encapsulated: Self.aHash().bytes, sealed: RandomBytes.make(48))
        let envelope = Envelope(message: signed(291), wraps: [wrap], ciphertext: RandomBytes.make(272))
        return StoredLetter(id: Self.aHash(), envelope: envelope, storedAt: 5)
    }

    private func signed(_ count: Int) -> Signed {
        Signed(body: RandomBytes.make(count), signature: Signature(RandomBytes.make(64))!)
    }
}

// MARK: Comparing

/// A message without its secret, and what only the secret gives.
struct ComparedMessage: Equatable {
    let index: Int
    let id: Hash
    let place: ChainPlace
    let signed: Signed
    let ciphertext: [UInt8]
    let via: NodeID?
    let storedAt: UInt64
    let commitment: Hash

    init(_ message: StoredMessage, _ cryptography: OpenSSLCryptography) {
        (index, id, place, signed) = (message.index, message.id, message.place, message.signed)
        (ciphertext, via, storedAt) = (message.ciphertext, message.via, message.storedAt)
        commitment = cryptography.contentKey(from: message.messageKey, info: []).commitment
    }
}

extension StoreBench {
    func compared(_ messages: [StoredMessage]) -> [ComparedMessage] {
        messages.map { ComparedMessage($0, cryptography) }
    }
}

extension DiskStore {
    func append(_ messages: [StoredMessage]) throws { try append(messages.map { .message($0) }) }

    func everything() throws -> StoredState { try restore(at: 0, newest: .max) }
}
