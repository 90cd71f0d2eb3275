internal import MeshCore
internal import MeshCrypto

/// What `mesh-node keygen`, `id` and `cert` print. The last two only read: no lock, nothing made.
package enum IdentityCommands {
    /// Makes an identity; returns its public key.
    ///
    /// - Throws: ``UserError`` 73 when there is one already.
    package static func generate(_ profile: Profile) throws(UserError) -> String {
        let seed = IdentitySeed.random()
        try IdentityFile.create(profile.identityFile, seed)
        return IdentityKey(seed: seed).publicKey.hex
    }

    package static func publicKey(_ profile: Profile) throws(UserError) -> String {
        IdentityKey(seed: try seed(profile)).publicKey.hex
    }

    /// PEM with a line feed at its end.
    package static func certificate(_ profile: Profile) throws(UserError) -> String {
        let pem = NodeCertificate(of: IdentityKey(seed: try seed(profile))).pem
        return pem.hasSuffix("\n") ? pem : pem + "\n"
    }

    private static func seed(_ profile: Profile) throws(UserError) -> IdentitySeed {
        guard let seed = try IdentityFile.load(profile.identityFile) else {
            throw UserError(
                .failed, "there is no identity at \(profile.identityFile) yet; make one with: mesh-node keygen")
        }
        return seed
    }
}
