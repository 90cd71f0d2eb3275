import MeshCore
import MeshCrypto

/// OpenSSL's cryptography, whose fresh secrets follow from a seed: for runs that must be equal to the byte.
final class SeededCryptography: Cryptography, @unchecked Sendable {
    let base: OpenSSLCryptography
    /// One core at a time uses it, so nothing races.
    private var generator: SeededGenerator

    init(base: OpenSSLCryptography, seed: UInt64) { (self.base, generator) = (base, SeededGenerator(seed: seed)) }

    func randomBytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) } }
    func makeMessageKey() -> any Secret { SecretBytes(copying: randomBytes(32)) }
    func makePrekey() -> (publicKey: Bytes32, privateKey: any Secret) {
        let privateKey = SecretBytes(copying: randomBytes(32))
        return (X25519.publicKey(of: privateKey), privateKey)
    }
    func setupSender(to prekey: Bytes32, info: [UInt8]) -> (encapsulated: Bytes32, exporter: any Secret)? {
        HPKE.setupSender(to: prekey, info: info, ephemeral: SecretBytes(copying: randomBytes(32))).map {
            ($0.encapsulated, $0.schedule.exporter)
        }
    }

    // MARK: As OpenSSL does it

    var publicKey: NodeID { base.publicKey }
    func sign(_ bytes: [UInt8]) -> Signature { base.sign(bytes) }
    func verify(_ signature: Signature, of bytes: [UInt8], by key: NodeID) -> Bool {
        base.verify(signature, of: bytes, by: key)
    }
    func isAcceptable(_ key: NodeID) -> Bool { base.isAcceptable(key) }
    func isAcceptable(prekey: Bytes32) -> Bool { base.isAcceptable(prekey: prekey) }
    func hash(_ bytes: [UInt8]) -> Hash { base.hash(bytes) }
    func authenticationCode(key: [UInt8], _ bytes: [UInt8]) -> Hash { base.authenticationCode(key: key, bytes) }
    func contentKey(from messageKey: any Secret, info: [UInt8]) -> (key: any Secret, commitment: Hash) {
        base.contentKey(from: messageKey, info: info)
    }
    func seal(_ plaintext: [UInt8], with key: any Secret, authenticating: [UInt8]) -> [UInt8] {
        base.seal(plaintext, with: key, authenticating: authenticating)
    }
    func open(_ ciphertext: [UInt8], with key: any Secret, authenticating: [UInt8]) -> [UInt8]? {
        base.open(ciphertext, with: key, authenticating: authenticating)
    }
    func setupReceiver(_ encapsulated: Bytes32, privateKey: any Secret, info: [UInt8]) -> (any Secret)? {
        base.setupReceiver(encapsulated, privateKey: privateKey, info: info)
    }
    func export(from exporter: any Secret, context: [UInt8]) -> any Secret {
        base.export(from: exporter, context: context)
    }
    func wrap(_ messageKey: any Secret, with key: any Secret) -> [UInt8] { base.wrap(messageKey, with: key) }
    func unwrap(_ wrapped: [UInt8], with key: any Secret) -> (any Secret)? { base.unwrap(wrapped, with: key) }
}
