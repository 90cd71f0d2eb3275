/// What an identity file under a passphrase keeps: the seed, the key of the profile's history, and since when.
package struct IdentitySecrets: Sendable {
    /// Seed, store key (zeros for none), time.
    private static let count = IdentitySeed.count + storeKeyCount + 8
    package static let storeKeyCount = 32
    /// In bytes: the secrets with their tag.
    package static let sealedCount = count + ChaChaPoly.tagCount

    package var seed: IdentitySeed
    /// Nil in a backup, which holds the identity and nothing else.
    package var storeKey: SecretBytes?
    /// Seconds since 1970.
    package var created: UInt64

    package init(seed: IdentitySeed, storeKey: SecretBytes?, created: UInt64) {
        (self.seed, self.storeKey, self.created) = (seed, storeKey, created)
    }

    /// Seals all of it with ChaCha20-Poly1305.
    package func seal(with key: SecretBytes, nonce: [UInt8], authenticating header: [UInt8]) -> [UInt8] {
        ChaChaPoly.seal(plaintext, with: key, nonce: nonce, authenticating: header)
    }

    /// Nil when key, header or bytes are not those that were sealed.
    package init?(opening sealed: [UInt8], with key: SecretBytes, nonce: [UInt8], authenticating header: [UInt8]) {
        guard sealed.count == Self.sealedCount,
            let plaintext = ChaChaPoly.openSecret(sealed, with: key, nonce: nonce, authenticating: header)
        else { return nil }
        let (first, second) = (IdentitySeed.count, IdentitySeed.count + Self.storeKeyCount)
        seed = IdentitySeed(plaintext.part(0..<first))
        let storeKey = plaintext.part(first..<second)
        self.storeKey = storeKey.equals(Self.noStoreKey) ? nil : storeKey
        created = plaintext.withBytes { bytes in
            var number: UInt64 = 0
            for place in 0..<8 { number |= UInt64(bytes[second + place]) << UInt64(8 * place) }
            return number
        }
    }

    private var plaintext: SecretBytes {
        let time = (0..<8).map { UInt8(truncatingIfNeeded: created >> UInt64(8 * $0)) }
        return SecretBytes(joining: [seed.secret, storeKey ?? Self.noStoreKey, SecretBytes(copying: time)])
    }

    private static var noStoreKey: SecretBytes { SecretBytes(count: storeKeyCount) { _ in } }
}
