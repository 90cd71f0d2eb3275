/// Everything a node needs from a cryptography library, said in the node's own words.
///
/// MeshCore declares it, MeshCrypto fulfils it with OpenSSL, a simulation may fulfil it with something fast. Private
/// keys and message keys never cross this border as bytes: the core holds them as ``Secret`` handles, whose memory
/// the provider owns and zeroes. All functions are deterministic apart from those named `make…` and
/// `randomBytes`.
package protocol Cryptography: Sendable {
    /// The public half of this node's identity.
    var publicKey: NodeID { get }

    /// Ed25519 (RFC 8032) with this node's identity key. Callers prepend a label; see `Label`.
    func sign(_ bytes: [UInt8]) -> Signature
    /// Ed25519 verification that also refuses keys failing ``isAcceptable(_:)`` and an `R` of small order.
    func verify(_ signature: Signature, of bytes: [UInt8], by key: NodeID) -> Bool
    /// The key acceptance rule: canonical (y < 2^255 - 19) and not of small order. Every public key that enters a
    /// node passes here first.
    func isAcceptable(_ key: NodeID) -> Bool
    /// The same for X25519 keys: u < 2^255 - 19 and not a small-order point (RFC 7748, section 6.1).
    func isAcceptable(prekey: Bytes32) -> Bool

    /// SHA-256.
    func hash(_ bytes: [UInt8]) -> Hash
    /// HMAC-SHA256 (RFC 2104).
    func authenticationCode(key: [UInt8], _ bytes: [UInt8]) -> Hash
    /// Unpredictable bytes for nonces and chain ids.
    func randomBytes(_ count: Int) -> [UInt8]

    /// 32 fresh random bytes: the key `K` of one message.
    func makeMessageKey() -> any Secret
    /// A fresh X25519 key pair.
    func makePrekey() -> (publicKey: Bytes32, privateKey: any Secret)

    /// HKDF-SHA256 (RFC 5869) of `messageKey`, salt "mesh/1/keys", 64 bytes: the content key and, public, the key
    /// commitment.
    func contentKey(from messageKey: any Secret, info: [UInt8]) -> (key: any Secret, commitment: Hash)
    /// ChaCha20-Poly1305 (RFC 8439), nonce zero: each key encrypts exactly one thing. Returns ciphertext and tag.
    func seal(_ plaintext: [UInt8], with key: any Secret, authenticating: [UInt8]) -> [UInt8]
    /// Nil when the tag does not match.
    func open(_ ciphertext: [UInt8], with key: any Secret, authenticating: [UInt8]) -> [UInt8]?

    /// HPKE `SetupBaseS` (RFC 9180, section 5.1.1), DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305.
    /// Nil for a key that gives an all-zero shared secret.
    func setupSender(to prekey: Bytes32, info: [UInt8]) -> (encapsulated: Bytes32, exporter: any Secret)?
    /// HPKE `SetupBaseR` with both halves of an own prekey: to compute the public one anew takes as long as the rest.
    func setupReceiver(
        _ encapsulated: Bytes32, prekey: Bytes32, privateKey: any Secret, info: [UInt8]
    ) -> (any Secret)?
    /// HPKE `Context.Export` (RFC 9180, section 5.3), 32 bytes.
    func export(from exporter: any Secret, context: [UInt8]) -> any Secret
    /// Seals a message key under an exported key: 48 bytes, nonce zero, no associated data.
    func wrap(_ messageKey: any Secret, with key: any Secret) -> [UInt8]
    /// Nil unless `wrapped` is 48 bytes that open under `key`.
    func unwrap(_ wrapped: [UInt8], with key: any Secret) -> (any Secret)?
}

/// Secret bytes that only the cryptography provider can read. Zeroed when the last reference goes.
package protocol Secret: AnyObject, Sendable {}

/// 64 bytes of Ed25519 signature.
package struct Signature: Hashable, Sendable {
    package static let count = 64
    package let bytes: [UInt8]

    /// Nil unless `bytes` holds exactly 64 bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.count else { return nil }
        self.bytes = bytes
    }
}
