package import MeshCore

/// HPKE in base mode (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305.
package enum HPKE {
    /// Section 5.1.1, `SetupBaseS`. Nil for a public key that ``KeyAcceptance`` refuses.
    package static func setupSender(
        to publicKey: Bytes32, info: [UInt8]
    ) -> (encapsulated: Bytes32, schedule: HPKEKeySchedule)? {
        setupSender(to: publicKey, info: info, ephemeral: .random(count: Bytes32.count))
    }

    /// The same with a given ephemeral key, which test vectors name. Never twice with one key.
    package static func setupSender(
        to publicKey: Bytes32, info: [UInt8], ephemeral: SecretBytes
    ) -> (encapsulated: Bytes32, schedule: HPKEKeySchedule)? {
        let own = CurveKey(.x25519, privateKey: ephemeral)
        guard let agreed = X25519.agree(own, with: publicKey) else { return nil }
        let shared = sharedSecret(from: agreed, encapsulated: own.publicKey, recipient: publicKey)
        return (own.publicKey, HPKEKeySchedule(sharedSecret: shared, info: info))
    }

    /// Section 5.1.1, `SetupBaseR`. Nil for an encapsulated key that ``KeyAcceptance`` refuses. With a `publicKey` that is
    /// not that of `privateKey`, nobody else has what comes of it.
    package static func setupReceiver(
        _ encapsulated: Bytes32, publicKey: Bytes32, privateKey: SecretBytes, info: [UInt8]
    ) -> HPKEKeySchedule? {
        let own = CurveKey(x25519: publicKey, privateKey: privateKey)
        guard let agreed = X25519.agree(own, with: encapsulated) else { return nil }
        let shared = sharedSecret(from: agreed, encapsulated: encapsulated, recipient: publicKey)
        return HPKEKeySchedule(sharedSecret: shared, info: info)
    }

    /// Section 4.1, `ExtractAndExpand`.
    private static func sharedSecret(
        from agreed: SecretBytes, encapsulated: Bytes32, recipient: Bytes32
    ) -> SecretBytes {
        let key = LabelledKDF.kem.extract(salt: nil, label: "eae_prk", agreed)
        return LabelledKDF.kem.expand(
            key, label: "shared_secret", info: encapsulated.array + recipient.array, count: Bytes32.count)
    }
}

/// Section 5.1, `KeySchedule`: what both ends can compute their keys from.
package struct HPKEKeySchedule: Sendable {
    private let secret: SecretBytes
    private let context: [UInt8]

    fileprivate init(sharedSecret: SecretBytes, info: [UInt8]) {
        let kdf = LabelledKDF.hpke
        let empty = SecretBytes(copying: [])
        // Mode 0, base. The hashes are of public values, so they may leave secret memory.
        context =
            [0] + kdf.hash(label: "psk_id_hash", []) + kdf.hash(label: "info_hash", info)
        secret = kdf.extract(salt: sharedSecret, label: "secret", empty)
    }

    /// Exports keys (section 5.3); all that the node itself uses of a context.
    package var exporter: SecretBytes {
        LabelledKDF.hpke.expand(secret, label: "exp", info: context, count: HMAC.count)
    }

    /// Section 5.3, `Context.Export`: at most 8,160 bytes.
    package static func export(from exporter: SecretBytes, context: [UInt8], count: Int) -> SecretBytes {
        LabelledKDF.hpke.expand(exporter, label: "sec", info: context, count: count)
    }

    /// One end's state for sealing or for opening.
    package func makeContext() -> HPKEContext {
        let nonce = LabelledKDF.hpke.expand(secret, label: "base_nonce", info: context, count: ChaChaPoly.nonceCount)
        return HPKEContext(
            key: LabelledKDF.hpke.expand(secret, label: "key", info: context, count: ChaChaPoly.keyCount),
            baseNonce: nonce.withBytes { bytes in bytes.indices.map { bytes[$0] } })
    }
}

/// Section 5.2: seals or opens a row of messages. Not copyable, since two copies would use one nonce twice.
package struct HPKEContext: ~Copyable {
    private let key: SecretBytes
    private let baseNonce: [UInt8]
    private var sequence: UInt64 = 0

    fileprivate init(key: SecretBytes, baseNonce: [UInt8]) {
        (self.key, self.baseNonce) = (key, baseNonce)
    }

    package mutating func seal(_ plaintext: [UInt8], authenticating: [UInt8]) -> [UInt8] {
        let sealed = ChaChaPoly.seal(plaintext, with: key, nonce: nonce, authenticating: authenticating)
        sequence += 1
        return sealed
    }

    /// Nil when the tag does not match; the sequence then stays where it is.
    package mutating func open(_ sealed: [UInt8], authenticating: [UInt8]) -> [UInt8]? {
        guard let plaintext = ChaChaPoly.open(sealed, with: key, nonce: nonce, authenticating: authenticating) else {
            return nil
        }
        sequence += 1
        return plaintext
    }

    /// The base nonce with the big-endian sequence number XORed into its end.
    private var nonce: [UInt8] {
        var nonce = baseNonce
        for index in 0..<8 {
            nonce[nonce.count - 1 - index] ^= UInt8(truncatingIfNeeded: sequence >> UInt64(8 * index))
        }
        return nonce
    }
}

/// Section 4, `LabeledExtract` and `LabeledExpand`.
private struct LabelledKDF {
    /// KEM 0x0020; and with it KDF 0x0001 and AEAD 0x0003.
    static let kem = LabelledKDF(suite: Array("KEM".utf8) + [0x00, 0x20])
    static let hpke = LabelledKDF(suite: Array("HPKE".utf8) + [0x00, 0x20, 0x00, 0x01, 0x00, 0x03])

    private static let version = Array("HPKE-v1".utf8)
    private let suite: [UInt8]

    private init(suite: [UInt8]) { self.suite = suite }

    func extract(salt: SecretBytes?, label: StaticString, _ keyMaterial: SecretBytes) -> SecretBytes {
        var code = if let salt { HMAC(key: salt) } else { HMAC(key: []) }
        code.update(Self.version + suite + Array(label.description.utf8))
        code.update(keyMaterial)
        return code.finalizeSecret()
    }

    /// `extract` of public bytes.
    func hash(label: StaticString, _ bytes: [UInt8]) -> [UInt8] {
        HMAC.authenticate(Self.version + suite + Array(label.description.utf8) + bytes, key: [])
    }

    func expand(_ key: SecretBytes, label: StaticString, info: [UInt8], count: Int) -> SecretBytes {
        let size = [UInt8(count >> 8), UInt8(count & 0xFF)]
        return HKDF.expand(
            key, info: size + Self.version + suite + Array(label.description.utf8) + info, count: count)
    }
}
