internal import Mesh
internal import MeshCore
internal import MeshCrypto
internal import MeshStore

/// The history of a profile on disk, for whoever holds the profile's lock.
package enum HistoryFile {
    /// The store, or why it cannot be used now: then the run goes on in memory.
    ///
    /// - Throws: ``UserError`` 65 or 77 with the next step, when going on would hide what is there.
    static func open(
        _ profile: Profile, _ seed: IdentitySeed, _ key: SecretBytes
    ) throws(UserError) -> Result<DiskStore, StoreError> {
        do {
            return .success(
                try DiskStore(path: profile.storeFile, key: key, identity: IdentityKey(seed: seed).publicKey))
        } catch {
            switch error {
            case .noSpace, .io, .tooLarge: return .failure(error)
            default: throw UserError(error, profile)
            }
        }
    }

    /// What is wrong with the stored history, in lines; empty when nothing is.
    package static func check(_ profile: Profile, _ passphrase: PassphraseSource) throws(UserError) -> [String] {
        try alone(with: profile, passphrase) { key, identity throws(StoreError) in
            try DiskStore(path: profile.storeFile, key: key, identity: identity).check()
        }
    }

    /// Copies what can be read into a new file; the damaged one stays beside it.
    package static func repair(
        _ profile: Profile, _ passphrase: PassphraseSource
    ) throws(UserError) -> (kept: Int, lost: Int) {
        try alone(with: profile, passphrase) { key, identity throws(StoreError) in
            try DiskStore.repair(path: profile.storeFile, key: key, identity: identity)
        }
    }

    /// Erases messages that are older than so many milliseconds; nil: all. They count as had and do not come back.
    package static func prune(
        _ profile: Profile, _ passphrase: PassphraseSource, olderThan age: UInt64?
    ) throws(UserError) -> Int {
        try alone(with: profile, passphrase) { key, identity throws(StoreError) in
            let store = try DiskStore(path: profile.storeFile, key: key, identity: identity)
            let before = try store.messageCount()
            let now = TimeText.now
            try store.append([.forgetMessages(storedBefore: age.map { now - min(now, $0) } ?? .max)])
            return before - (try store.messageCount())
        }
    }

    /// Holds the profile's lock until `body` has ended.
    private static func alone<Value>(
        with profile: Profile, _ passphrase: PassphraseSource,
        _ body: (SecretBytes, NodeID) throws(StoreError) -> Value
    ) throws(UserError) -> Value {
        let lock = try ProfileLock(profile)
        defer { withExtendedLifetime(lock) {} }
        let keys = try ProfileKeys.load(profile, passphrase: passphrase, creating: false) { _ in }
        do { return try body(keys.storeKey, IdentityKey(seed: keys.seed).publicKey) } catch {
            throw UserError(error, profile)
        }
    }
}

extension UserError {
    fileprivate init(_ error: StoreError, _ profile: Profile) {
        switch error {
        case .otherIdentity, .wrongKey:
            self.init(
                .noPermission,
                "\(error); bring back the identity and store key it was made with, or begin a new history with: "
                    + "mv \(profile.storeFile) \(profile.storeFile).old")
        case .newerVersion: self.init(.badData, "\(error); update this program, or use the newer one")
        case .notAStore: self.init(.badData, "\(error): \(profile.storeFile); move it away")
        default: self.init(.badData, "\(error)")
        }
    }
}
