package import MeshCrypto

/// The two secrets of a profile, wherever they are kept: who the user is, and what opens their history.
///
/// | | identity | store key |
/// |---|---|---|
/// | no passphrase | `identity.key`, 32 raw bytes | `store.key` beside the history |
/// | passphrase | `identity.key`, sealed | sealed with it; no `store.key` |
///
/// A step from one row to the other writes the new place before it erases the old one, so a program killed in between
/// leaves the store key in both places; the next start finds them equal and finishes the step. All of this is for
/// whoever holds the ``ProfileLock``.
package enum ProfileKeys {
    /// Both, for a program that runs with a profile.
    ///
    /// - Parameters:
    ///   - creating: makes what is missing: an identity (sealed when its passphrase is given by a descriptor), a key.
    ///   - say: gets what the user should read.
    /// - Throws: ``UserError`` 77 for a wrong passphrase or files that others could read; 65 for damaged ones, and for a
    ///   history whose key is gone; 73 when something cannot be made; 1 when something is missing.
    package static func load(
        _ profile: Profile, passphrase: PassphraseSource, creating: Bool, say: (String) -> Void
    ) throws(UserError) -> (seed: IdentitySeed, storeKey: SecretBytes) {
        var identity = try self.identity(profile, passphrase, creating: creating, say: say)
        guard let key = identity.key else {
            return (identity.secrets.seed, try storeKey(beside: profile, creating: creating))
        }
        if let storeKey = identity.secrets.storeKey { return (identity.secrets.seed, storeKey) }
        // A backup that was put in the place of the identity: it has no store key yet.
        let storeKey: SecretBytes
        if let beside = try StoreKeyFile.load(profile) {
            storeKey = beside
        } else {
            storeKey = try newStoreKey(profile, creating: creating)
        }
        identity.secrets.storeKey = storeKey
        try IdentityFile.replace(profile.identityFile, .sealed(SealedIdentity(identity.secrets, with: key)))
        try finish(profile, identity)
        return (identity.secrets.seed, storeKey)
    }

    /// The key of the history of a profile whose identity comes from elsewhere (`--keypair-file`).
    ///
    /// - Throws: ``UserError`` 64 when the profile's own identity keeps the key under its passphrase; 65, 73, 77.
    package static func storeKey(_ profile: Profile, creating: Bool) throws(UserError) -> SecretBytes {
        if case .sealed = try IdentityFile.read(profile.identityFile) {
            throw UserError(
                .usage,
                "the key of this profile's history lies in \(profile.identityFile) under a passphrase; "
                    + "use --profile NAME with an identity from elsewhere")
        }
        return try storeKey(beside: profile, creating: creating)
    }

    // MARK: Steps

    /// Opens the identity or makes one, and finishes what a killed program began.
    static func identity(
        _ profile: Profile, _ passphrase: PassphraseSource, creating: Bool, say: (String) -> Void
    ) throws(UserError) -> Identity {
        if let identity = try Identity.load(profile.identityFile, passphrase, say: say) {
            try finish(profile, identity)
            return identity
        }
        guard creating else {
            throw UserError(
                .failed, "there is no identity at \(profile.identityFile) yet; make one with: mesh-node keygen")
        }
        let identity = try create(profile, passphrase)
        say(
            "made a new identity, \(profile.identityFile): keep a copy, it is you"
                + (identity.key == nil ? " (mesh-node id passwd puts a passphrase on it)" : ""))
        return identity
    }

    /// A new identity; sealed when a descriptor gives its passphrase.
    ///
    /// - Throws: ``UserError`` 73 when there is one already.
    static func create(
        _ profile: Profile, _ passphrase: PassphraseSource, cost: Scrypt.Cost = .standard
    ) throws(UserError) -> Identity {
        var identity = Identity(seed: .random())
        if passphrase.isGiven {
            let path = profile.identityFile
            let key = try Identity.key(for: try passphrase.fresh(for: path), cost: cost, name: path)
            identity = Identity(identity.secrets, under: key)
        }
        try IdentityFile.create(profile.identityFile, identity.content)
        return identity
    }

    /// Removes half-written files, and a `store.key` that is also in the sealed identity.
    ///
    /// - Throws: ``UserError`` 65 when the two are different keys: one of them opens the history, so none is erased.
    static func finish(_ profile: Profile, _ identity: Identity) throws(UserError) {
        try IdentityFile.mend(profile.identityFile)
        let (inside, beside) = (identity.secrets.storeKey, try StoreKeyFile.load(profile))
        // What is left beside the key's file goes only when the key itself is somewhere.
        if inside != nil || beside != nil { try StoreKeyFile.mend(profile) }
        guard let inside, let beside else { return }
        guard inside.equals(beside) else { throw twoKeys(profile) }
        try StoreKeyFile.erase(profile)
    }

    /// Seals identity and store key under a key; then `store.key` goes.
    static func seal(_ profile: Profile, _ identity: Identity, under key: SealingKey) throws(UserError) {
        var sealed = Identity(identity.secrets, under: key)
        if sealed.secrets.storeKey == nil { sealed.secrets.storeKey = try StoreKeyFile.load(profile) }
        try IdentityFile.replace(profile.identityFile, sealed.content)
        try finish(profile, sealed)
    }

    /// Writes the store key to its own file; then the identity in its raw form.
    static func unseal(_ profile: Profile, _ identity: Identity) throws(UserError) {
        // A `store.key` that exists is the same one, or `finish` would have said so.
        if let storeKey = identity.secrets.storeKey { try StoreKeyFile.create(profile, storeKey) }
        try IdentityFile.replace(profile.identityFile, .raw(identity.secrets.seed))
    }

    private static func twoKeys(_ profile: Profile) -> UserError {
        let (file, identity) = (profile.storeKeyFile, profile.identityFile)
        return UserError(
            .badData,
            "\(file) is another key than the one in \(identity), and a history opens with one of them only; "
                + "to go on with the one in the identity, move the other away: mv \(file) \(file).old")
    }

    private static func storeKey(beside profile: Profile, creating: Bool) throws(UserError) -> SecretBytes {
        if let key = try StoreKeyFile.load(profile) {
            try StoreKeyFile.mend(profile)
            return key
        }
        let key = try newStoreKey(profile, creating: creating)
        try StoreKeyFile.create(profile, key)
        return key
    }

    /// - Throws: ``UserError`` 65 when there are files already, which a new key would not open.
    private static func newStoreKey(_ profile: Profile, creating: Bool) throws(UserError) -> SecretBytes {
        let orphans = profile.existingSealedFiles
        guard orphans.isEmpty else {
            throw UserError(
                .badData,
                "the key of your history is gone, so nobody can open \(orphans.joined(separator: ", ")); bring back "
                    + "your copy of \(profile.storeKeyFile), or begin anew with: \(Profile.putAside(orphans))")
        }
        guard creating else { throw UserError(.failed, "there is no history at \(profile.storeFile) yet") }
        return .random(count: IdentitySecrets.storeKeyCount)
    }
}
