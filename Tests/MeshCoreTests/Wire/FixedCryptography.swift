import MeshCore
import MeshCrypto

/// OpenSSL's cryptography with the secrets of Tests/Interop/make_golden.py in place of fresh ones.
struct FixedCryptography: Cryptography {
    let base: OpenSSLCryptography
    /// False: only the prekey is given, message keys and encapsulations are fresh.
    var isDeterministic = true

    static let prekeyPrivate = WireValues.run(1)
    static let prekey = X25519.publicKey(of: SecretBytes(copying: prekeyPrivate))

    func makePrekey() -> (publicKey: Bytes32, privateKey: any Secret) {
        (Self.prekey, SecretBytes(copying: Self.prekeyPrivate))
    }

    func makeMessageKey() -> any Secret {
        isDeterministic ? SecretBytes(copying: WireValues.run(7)) : base.makeMessageKey()
    }

    func setupSender(to prekey: Bytes32, info: [UInt8]) -> (encapsulated: Bytes32, exporter: any Secret)? {
        guard isDeterministic else { return base.setupSender(to: prekey, info: info) }
        let ephemeral = SecretBytes(copying: hash(Array("ephemeral".utf8) + prekey.array).rawBytes)
        return HPKE.setupSender(to: prekey, info: info, ephemeral: ephemeral).map {
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
    func randomBytes(_ count: Int) -> [UInt8] { base.randomBytes(count) }
    func contentKey(from messageKey: any Secret, info: [UInt8]) -> (key: any Secret, commitment: Hash) {
        base.contentKey(from: messageKey, info: info)
    }
    func seal(_ plaintext: [UInt8], with key: any Secret, authenticating: [UInt8]) -> [UInt8] {
        base.seal(plaintext, with: key, authenticating: authenticating)
    }
    func open(_ ciphertext: [UInt8], with key: any Secret, authenticating: [UInt8]) -> [UInt8]? {
        base.open(ciphertext, with: key, authenticating: authenticating)
    }
    func setupReceiver(
        _ encapsulated: Bytes32, prekey: Bytes32, privateKey: any Secret, info: [UInt8]
    ) -> (any Secret)? {
        base.setupReceiver(encapsulated, prekey: prekey, privateKey: privateKey, info: info)
    }
    func export(from exporter: any Secret, context: [UInt8]) -> any Secret {
        base.export(from: exporter, context: context)
    }
    func wrap(_ messageKey: any Secret, with key: any Secret) -> [UInt8] { base.wrap(messageKey, with: key) }
    func unwrap(_ wrapped: [UInt8], with key: any Secret) -> (any Secret)? { base.unwrap(wrapped, with: key) }
}
