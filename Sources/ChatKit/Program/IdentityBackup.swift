internal import Glibc
package import MeshCrypto

/// `mesh-node id export`, `import` and `passwd`.
package enum IdentityBackup {
    /// Writes the identity, and nothing else, sealed under a passphrase of its own.
    ///
    /// - Throws: ``UserError`` 73 when the file exists, 77 for a wrong passphrase, 64 without a new one, 1 without an
    ///   identity.
    package static func export(
        _ profile: Profile, to path: String, passphrase: PassphraseSource, fresh: PassphraseSource,
        cost: Scrypt.Cost = .standard, say: (String) -> Void
    ) throws(UserError) {
        guard Folder.status(path) == nil else { throw exists(path) }
        let (identity, fresh) = try open(profile, passphrase, fresh, say: say)
        let key = try Identity.key(for: try fresh.fresh(for: path), cost: cost, name: path)
        var secrets = identity.secrets
        secrets.storeKey = nil
        try write(SealedIdentity(secrets, with: key), to: path)
        say("\(path) holds your identity under its passphrase: no messages, no members, no key of the history")
    }

    /// Takes an identity into a profile that has none; one with a passphrase keeps it. Returns its public key.
    ///
    /// - Throws: ``UserError`` 73 when there is an identity, or the profile is in use; 65 for a file that holds none; 77
    ///   for a wrong passphrase.
    package static func `import`(
        _ path: String, into profile: Profile, passphrase: PassphraseSource, say: (String) -> Void
    ) throws(UserError) -> String {
        let lock = try ProfileLock(profile)
        defer { withExtendedLifetime(lock) {} }
        guard Folder.status(profile.identityFile) == nil else { throw exists(profile.identityFile) }
        let identity = try KeypairFile.load(path, passphrase, say: say)
        try IdentityFile.create(profile.identityFile, identity.content)
        if identity.key == nil { say("the identity has no passphrase here; mesh-node id passwd sets one") }
        return IdentityCommands.publicKey(identity)
    }

    /// Sets or changes the passphrase. The key of the history moves into the identity file.
    ///
    /// - Throws: ``UserError`` 73 when the profile is in use, 77 for a wrong passphrase, 64 without a new one, 65 when
    ///   there are two keys of the history, 1 without an identity.
    package static func setPassphrase(
        _ profile: Profile, passphrase: PassphraseSource, fresh: PassphraseSource, cost: Scrypt.Cost = .standard,
        say: (String) -> Void
    ) throws(UserError) {
        let lock = try ProfileLock(profile)
        defer { withExtendedLifetime(lock) {} }
        let (identity, fresh) = try open(profile, passphrase, fresh, say: say)
        try ProfileKeys.finish(profile, identity)
        let path = profile.identityFile
        let key = try Identity.key(for: try fresh.fresh(for: path), cost: cost, name: path)
        try ProfileKeys.seal(profile, identity, under: key)
        say("\(path) has this passphrase from now on; without it the identity is lost, for you too")
    }

    /// Takes the passphrase away. The key of the history moves to a file of its own.
    ///
    /// - Throws: ``UserError`` as ``setPassphrase(_:passphrase:fresh:cost:say:)``.
    package static func removePassphrase(
        _ profile: Profile, passphrase: PassphraseSource, say: (String) -> Void
    ) throws(UserError) {
        let lock = try ProfileLock(profile)
        defer { withExtendedLifetime(lock) {} }
        let identity = try IdentityCommands.identity(profile, passphrase, say: say)
        try ProfileKeys.finish(profile, identity)
        if identity.key != nil { try ProfileKeys.unseal(profile, identity) }
        say("\(profile.identityFile) has no passphrase: who can read the file can be you")
    }

    /// The identity, and who gives the new passphrase: where there is none yet, `--passphrase-fd` can only mean that.
    private static func open(
        _ profile: Profile, _ passphrase: PassphraseSource, _ fresh: PassphraseSource, say: (String) -> Void
    ) throws(UserError) -> (Identity, PassphraseSource) {
        guard case .raw(let seed) = try IdentityFile.read(profile.identityFile) else {
            return (try IdentityCommands.identity(profile, passphrase, say: say), fresh)
        }
        guard !passphrase.isGiven || !fresh.isGiven else {
            throw UserError(
                .usage, "\(profile.identityFile) has no passphrase yet; leave out --passphrase-fd")
        }
        return (Identity(seed: seed), passphrase.isGiven ? passphrase : fresh)
    }

    /// A plain new file, since backups go to disks without second names and modes; what is in it is sealed.
    private static func write(_ sealed: SealedIdentity, to path: String) throws(UserError) {
        do throws(SystemError) {
            let file = try OpenFile(path, for: .create)
            do throws(SystemError) {
                try file.write(sealed.file)
                try file.synchronize()
            } catch {
                // Half a backup must not look like one.
                // Reason for unsafe: the path is passed as a C string that lives as long as the call.
                _ = unsafe unlink(path)
                throw error
            }
            try Folder.synchronize(Folder.parent(of: path) ?? ".")
        } catch {
            throw error.exists ? exists(path) : UserError(.cannotCreate, "cannot write \(path): \(error)")
        }
    }

    private static func exists(_ path: String) -> UserError {
        UserError(.cannotCreate, "\(path) exists; an identity is never written over a file, move it away first")
    }
}
