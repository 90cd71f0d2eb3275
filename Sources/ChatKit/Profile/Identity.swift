internal import Glibc
package import MeshCrypto

/// An identity whose file has been opened.
package struct Identity: Sendable {
    package var secrets: IdentitySecrets
    /// What its file is sealed with; nil in the raw form.
    package let key: SealingKey?

    /// In the raw form, as of now.
    package init(seed: IdentitySeed) {
        secrets = IdentitySecrets(seed: seed, storeKey: nil, created: UInt64(max(0, time(nil))))
        key = nil
    }

    package init(_ secrets: IdentitySecrets, under key: SealingKey?) { (self.secrets, self.key) = (secrets, key) }

    /// How it stands in a file.
    package var content: IdentityFile.Content {
        key.map { .sealed(SealedIdentity(secrets, with: $0)) } ?? .raw(secrets.seed)
    }

    /// What is in the identity file at `path`; nil when there is none. Asks for the passphrase when there is one.
    ///
    /// - Throws: ``UserError`` 77 for a wrong passphrase, and as ``IdentityFile/read(_:)``.
    package static func load(
        _ path: String, _ passphrase: PassphraseSource, say: (String) -> Void
    ) throws(UserError) -> Identity? {
        switch try IdentityFile.read(path) {
        case nil: return nil
        case .raw(let seed):
            try passphrase.discard(path, say: say)
            return Identity(seed: seed)
        case .sealed(let sealed): return try open(sealed, name: path, passphrase, say: say)
        }
    }

    /// A wrong passphrase takes as long as a right one: both are known for what they are only after the derivation.
    static func open(
        _ sealed: SealedIdentity, name: String, _ passphrase: PassphraseSource, say: (String) -> Void
    ) throws(UserError) -> Identity {
        let words: SecretBytes
        if sealed.needsPassphrase {
            words = try passphrase.existing(for: name)
        } else {
            try passphrase.discard(name, say: say)
            words = SecretBytes(copying: [])
        }
        guard let key = sealed.key(for: words) else { throw noMemory(for: name) }
        guard let secrets = sealed.open(with: key) else {
            throw UserError(.noPermission, "that is not the passphrase of \(name), or the file was changed")
        }
        return Identity(secrets, under: key)
    }

    /// The key that a new passphrase makes.
    static func key(
        for passphrase: SecretBytes, cost: Scrypt.Cost, name: String
    ) throws(UserError) -> SealingKey {
        guard let key = SealingKey(passphrase, cost: cost) else { throw noMemory(for: name) }
        return key
    }

    private static func noMemory(for name: String) -> UserError {
        UserError(.failed, "there is not enough free memory to derive the key of \(name); nothing was changed")
    }
}
