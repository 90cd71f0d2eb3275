internal import MeshCore
internal import MeshCrypto

/// What `mesh-node keygen`, `id` and `cert` print. The last two only read: no lock, nothing made.
package enum IdentityCommands {
    /// Makes an identity, sealed when a descriptor gives its passphrase; returns its public key.
    ///
    /// - Throws: ``UserError`` 73 when there is one already.
    package static func generate(_ profile: Profile, _ passphrase: PassphraseSource) throws(UserError) -> String {
        try publicKey(ProfileKeys.create(profile, passphrase))
    }

    package static func publicKey(
        _ profile: Profile, _ passphrase: PassphraseSource, say: (String) -> Void
    ) throws(UserError) -> String {
        publicKey(try identity(profile, passphrase, say: say))
    }

    /// PEM with a line feed at its end.
    package static func certificate(
        _ profile: Profile, _ passphrase: PassphraseSource, say: (String) -> Void
    ) throws(UserError) -> String {
        let seed = try identity(profile, passphrase, say: say).secrets.seed
        let pem = NodeCertificate(of: IdentityKey(seed: seed)).pem
        return pem.hasSuffix("\n") ? pem : pem + "\n"
    }

    /// - Throws: ``UserError`` 1 when there is none.
    static func identity(
        _ profile: Profile, _ passphrase: PassphraseSource, say: (String) -> Void
    ) throws(UserError) -> Identity {
        guard let identity = try Identity.load(profile.identityFile, passphrase, say: say) else {
            throw UserError(
                .failed, "there is no identity at \(profile.identityFile) yet; make one with: mesh-node keygen")
        }
        return identity
    }

    static func publicKey(_ identity: Identity) -> String {
        IdentityKey(seed: identity.secrets.seed).publicKey.hex
    }
}
