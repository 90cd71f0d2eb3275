import Foundation
import MeshCore
import MeshCrypto
import MeshStore
import Synchronization

/// A store on a real file that outlives kills, with notes of what was put into it: what its images are judged by.
final class NotedStore: DurableStore {
    private struct State {
        /// Nil while the node is off.
        var store: DiskStore?
        var life = 0
        var notes: [String] = []
    }

    private let folder: URL
    private let key: SecretBytes
    private let identity: NodeID
    private let state = Mutex(State())

    init(in folder: URL, key: [UInt8], identity: NodeID) {
        (self.folder, self.key, self.identity) = (folder, SecretBytes(copying: key), identity)
    }

    /// JSON lines.
    var notes: [String] { state.withLock { $0.notes } }

    // MARK: Runs

    func open() throws {
        try state.withLock { state in
            state.store = try DiskStore(path: file(of: state.life).path, key: key, identity: identity)
        }
    }

    /// As by kill -9: the next run finds the bytes that lie there now, not those of a database that was closed.
    func kill() throws {
        try state.withLock { state in
            let next = file(of: state.life + 1)
            try Self.copy(file(of: state.life), to: next)
            try state.store?.close()
            try FileManager.default.removeItem(at: file(of: state.life).deletingLastPathComponent())
            (state.store, state.life) = (nil, state.life + 1)
        }
    }

    /// The files as they lie there, byte by byte.
    func copy(to image: URL) throws {
        try state.withLock { try Self.copy(file(of: $0.life), to: image.appending(path: "history.sqlite")) }
    }

    private func file(of life: Int) -> URL {
        let run = folder.appending(path: "run-\(life)")
        try? FileManager.default.createDirectory(at: run, withIntermediateDirectories: true)
        return run.appending(path: "history.sqlite")
    }

    private static func copy(_ file: URL, to target: URL) throws {
        try FileManager.default.createDirectory(
            at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        for suffix in ["", "-wal", "-shm", "-journal"] {
            guard FileManager.default.fileExists(atPath: file.path + suffix) else { continue }
            try FileManager.default.copyItem(atPath: file.path + suffix, toPath: target.path + suffix)
        }
    }

    // MARK: The store

    private struct IsOff: Error {}

    private func whileOn<Value>(_ body: (DiskStore) throws -> Value) throws -> Value {
        try state.withLock { state in
            guard let store = state.store else { throw IsOff() }
            return try body(store)
        }
    }

    func append(_ entries: [StoreEntry]) throws {
        try whileOn { try $0.append(entries) }
        state.withLock { $0.notes += entries.compactMap(\.note) }
    }

    func restore(at wall: UInt64, newest: Int) throws -> StoredState {
        try whileOn { try $0.restore(at: wall, newest: newest) }
    }

    func messages(at places: [ChainPlace]) throws -> [StoredMessage] { try whileOn { try $0.messages(at: places) } }

    func messages(since: Int, until: Int, limit: Int) throws -> [StoredMessage] {
        try whileOn { try $0.messages(since: since, until: until, limit: limit) }
    }

    func messages(ids: [Hash]) throws -> [StoredMessage] { try whileOn { try $0.messages(ids: ids) } }
}

extension StoreEntry {
    fileprivate var note: String? {
        switch self {
        case .message(let message):
            #"{"what": "message", "id": "\#(Hex.encode(message.id.rawBytes))", "at": \#(message.storedAt)}"#
        case .prekey(let prekey):
            """
            {"what": "prekey", "class": "\(prekey.published.rotation == .fast ? "fast" : "slow")", \
            "key": "\(Hex.encode(prekey.published.publicKey.array))", "at": \(prekey.published.notBefore)}
            """
        default: nil
        }
    }
}
