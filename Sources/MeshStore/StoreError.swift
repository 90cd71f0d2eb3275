internal import GRDB
package import MeshCore

/// Why a store cannot be opened or does not take or give something, in a sentence for people.
package enum StoreError: Error, Equatable, Sendable {
    case newerVersion(found: Int, known: Int)
    case otherIdentity(NodeID)
    case otherNetwork(Hash)
    /// Also: every copy of the row that names the identity, and all that was tried besides, is damaged.
    case wrongKey
    case notAStore
    /// In SQLite's words.
    case damaged(String)
    case inUse
    case noSpace
    case tooLarge
    case io(String)
}

extension StoreError: CustomStringConvertible {
    /// What mends a damaged store.
    package static let repairCommand = "mesh-node history repair"

    package var description: String {
        switch self {
        case .newerVersion(let found, let known):
            "the stored history has version \(found); this program knows versions up to \(known)"
        case .otherIdentity(let owner):
            "the stored history belongs to another identity, \(owner.short)"
        case .otherNetwork(let network):
            "the stored history belongs to another network, \(network)"
        case .wrongKey: "the stored history does not open with this identity and store key"
        case .notAStore: "the file is no history of this program"
        case .damaged(let what):
            "the stored history is damaged (\(what)); `\(Self.repairCommand)` keeps what can be read"
        case .inUse: "the stored history is in use by another program"
        case .noSpace: "there is no space left for the history"
        case .tooLarge: "this is too large to be stored"
        case .io(let what): "the history could not be read or written: \(what)"
        }
    }
}

extension StoreError {
    init(_ error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as DatabaseError: self.init(error)
        default: self = .io("\(error)")
        }
    }

    private init(_ error: DatabaseError) {
        let words = error.message ?? "\(error.resultCode)"
        switch error.resultCode {
        case .SQLITE_FULL: self = .noSpace
        case .SQLITE_NOTADB: self = .notAStore
        case .SQLITE_CORRUPT: self = .damaged(words)
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .inUse
        case .SQLITE_TOOBIG, .SQLITE_NOMEM: self = .tooLarge
        // A table that is missing or has other columns: the page with the schema is damaged.
        case .SQLITE_ERROR, .SQLITE_SCHEMA, .SQLITE_MISMATCH: self = .damaged(words)
        default: self = .io(words)
        }
    }
}
