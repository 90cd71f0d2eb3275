package import MeshCore
package import MeshCrypto

/// OpenSSL's cryptography, whose fresh secrets follow from a seed: for runs that must be equal to the byte.
package final class SeededCryptography: Cryptography, @unchecked Sendable {
    private let base: OpenSSLCryptography
    private let verdicts: Verdicts
    /// One core at a time uses it, so nothing races.
    private var generator: SeededGenerator

    package init(base: OpenSSLCryptography, seed: UInt64, verdicts: Verdicts = Verdicts()) {
        (self.base, self.verdicts, generator) = (base, verdicts, SeededGenerator(seed: seed))
    }

    package func randomBytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
    package func makeMessageKey() -> any Secret { SecretBytes(copying: randomBytes(32)) }
    package func makePrekey() -> (publicKey: Bytes32, privateKey: any Secret) {
        let privateKey = SecretBytes(copying: randomBytes(32))
        return (X25519.publicKey(of: privateKey), privateKey)
    }
    package func setupSender(to prekey: Bytes32, info: [UInt8]) -> (encapsulated: Bytes32, exporter: any Secret)? {
        HPKE.setupSender(to: prekey, info: info, ephemeral: SecretBytes(copying: randomBytes(32))).map {
            ($0.encapsulated, $0.schedule.exporter)
        }
    }

    // MARK: As OpenSSL does it

    package var publicKey: NodeID { base.publicKey }
    package func sign(_ bytes: [UInt8]) -> Signature {
        let signature = base.sign(bytes)
        verdicts.noteSigned(signature, of: bytes, by: publicKey)
        return signature
    }
    package func verify(_ signature: Signature, of bytes: [UInt8], by key: NodeID) -> Bool {
        verdicts.verdict(on: signature, of: bytes, by: key) { base.verify(signature, of: bytes, by: key) }
    }
    package func isAcceptable(_ key: NodeID) -> Bool { base.isAcceptable(key) }
    package func isAcceptable(prekey: Bytes32) -> Bool { base.isAcceptable(prekey: prekey) }
    package func hash(_ bytes: [UInt8]) -> Hash { base.hash(bytes) }
    package func authenticationCode(key: [UInt8], _ bytes: [UInt8]) -> Hash { base.authenticationCode(key: key, bytes) }
    package func contentKey(from messageKey: any Secret, info: [UInt8]) -> (key: any Secret, commitment: Hash) {
        base.contentKey(from: messageKey, info: info)
    }
    package func seal(_ plaintext: [UInt8], with key: any Secret, authenticating: [UInt8]) -> [UInt8] {
        base.seal(plaintext, with: key, authenticating: authenticating)
    }
    package func open(_ ciphertext: [UInt8], with key: any Secret, authenticating: [UInt8]) -> [UInt8]? {
        base.open(ciphertext, with: key, authenticating: authenticating)
    }
    package func setupReceiver(
        _ encapsulated: Bytes32, prekey: Bytes32, privateKey: any Secret, info: [UInt8]
    ) -> (any Secret)? {
        base.setupReceiver(encapsulated, prekey: prekey, privateKey: privateKey, info: info)
    }
    package func export(from exporter: any Secret, context: [UInt8]) -> any Secret {
        base.export(from: exporter, context: context)
    }
    package func wrap(_ messageKey: any Secret, with key: any Secret) -> [UInt8] { base.wrap(messageKey, with: key) }
    package func unwrap(_ wrapped: [UInt8], with key: any Secret) -> (any Secret)? { base.unwrap(wrapped, with: key) }
}
