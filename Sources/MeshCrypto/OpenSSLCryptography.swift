package import MeshCore

/// MeshCore's `Cryptography` on the system's OpenSSL, for one identity.
package struct OpenSSLCryptography: Cryptography {
    package let identity: IdentityKey

    package init(seed: IdentitySeed) { identity = IdentityKey(seed: seed) }

    package var publicKey: NodeID { identity.publicKey }

    package func sign(_ bytes: [UInt8]) -> Signature { identity.sign(bytes) }

    package func verify(_ signature: Signature, of bytes: [UInt8], by key: NodeID) -> Bool {
        Ed25519.verify(signature, of: bytes, by: key)
    }

    package func isAcceptable(_ key: NodeID) -> Bool { KeyAcceptance.isAcceptable(key) }

    package func isAcceptable(prekey: Bytes32) -> Bool { KeyAcceptance.isAcceptable(prekey: prekey) }

    package func hash(_ bytes: [UInt8]) -> Hash { hash(from: SHA2.sha256(bytes)) }

    package func authenticationCode(key: [UInt8], _ bytes: [UInt8]) -> Hash {
        hash(from: HMAC.authenticate(bytes, key: key))
    }

    package func randomBytes(_ count: Int) -> [UInt8] { RandomBytes.make(count) }

    private func hash(from bytes: [UInt8]) -> Hash {
        guard let hash = Hash(bytes) else { preconditionFailure("SHA-256 gave \(bytes.count) bytes") }
        return hash
    }
}

// MARK: Sealing

extension OpenSSLCryptography {
    private static let keyCount = ChaChaPoly.keyCount
    private static let contentSalt = Array("mesh/1/keys".utf8)

    package func makeMessageKey() -> any Secret { SecretBytes.random(count: Self.keyCount) }

    package func makePrekey() -> (publicKey: Bytes32, privateKey: any Secret) {
        let privateKey = SecretBytes.random(count: Self.keyCount)
        return (X25519.publicKey(of: privateKey), privateKey)
    }

    package func contentKey(from messageKey: any Secret, info: [UInt8]) -> (key: any Secret, commitment: Hash) {
        let material = HKDF.derive(from: own(messageKey), salt: Self.contentSalt, info: info, count: 64)
        let commitment = material.withBytes { bytes in (32..<64).map { bytes[$0] } }
        return (material.part(0..<32), hash(from: commitment))
    }

    package func seal(_ plaintext: [UInt8], with key: any Secret, authenticating: [UInt8]) -> [UInt8] {
        ChaChaPoly.seal(plaintext, with: own(key), authenticating: authenticating)
    }

    package func open(_ ciphertext: [UInt8], with key: any Secret, authenticating: [UInt8]) -> [UInt8]? {
        ChaChaPoly.open(ciphertext, with: own(key), authenticating: authenticating)
    }

    package func setupSender(to prekey: Bytes32, info: [UInt8]) -> (encapsulated: Bytes32, exporter: any Secret)? {
        HPKE.setupSender(to: prekey, info: info).map { ($0.encapsulated, $0.schedule.exporter) }
    }

    package func setupReceiver(
        _ encapsulated: Bytes32, prekey: Bytes32, privateKey: any Secret, info: [UInt8]
    ) -> (any Secret)? {
        HPKE.setupReceiver(encapsulated, publicKey: prekey, privateKey: own(privateKey), info: info)?.exporter
    }

    package func export(from exporter: any Secret, context: [UInt8]) -> any Secret {
        HPKEKeySchedule.export(from: own(exporter), context: context, count: Self.keyCount)
    }

    package func wrap(_ messageKey: any Secret, with key: any Secret) -> [UInt8] {
        ChaChaPoly.seal(own(messageKey), with: own(key))
    }

    package func unwrap(_ wrapped: [UInt8], with key: any Secret) -> (any Secret)? {
        guard wrapped.count == Self.keyCount + ChaChaPoly.tagCount else { return nil }
        return ChaChaPoly.openSecret(wrapped, with: own(key))
    }

    /// The core only ever holds secrets that this type has given to it.
    private func own(_ secret: any Secret) -> SecretBytes {
        guard let secret = secret as? SecretBytes else { preconditionFailure("a secret of another provider") }
        return secret
    }
}
