internal import MeshCore
internal import MeshCrypto

/// Seals what a profile's files tell of others, nicks, addresses and who invited whom, under the store key.
///
/// Each piece has a key of its own: HKDF-SHA256 (RFC 5869) of the store key, with 16 random bytes as salt and the file's
/// label as info. It encrypts that piece with ChaCha20-Poly1305 (RFC 8439) under nonce zero, and authenticates the
/// place of the piece in the file (u64, little-endian). A sealed piece is salt ‖ ciphertext ‖ tag.
struct FileSealer: Sendable {
    private static let saltCount = 16
    /// How much longer a sealed piece is.
    static let overhead = saltCount + ChaChaPoly.tagCount

    private let storeKey: SecretBytes
    private let label: [UInt8]

    /// - Parameter label: names the file and the version of its form, as in "mesh/1/trust".
    init(_ storeKey: SecretBytes, label: String) { (self.storeKey, self.label) = (storeKey, Array(label.utf8)) }

    func seal(_ piece: [UInt8], at place: Int = 0) -> [UInt8] {
        let salt = RandomBytes.make(Self.saltCount)
        return salt + ChaChaPoly.seal(piece, with: key(salt), authenticating: Self.name(of: place))
    }

    /// Nil when it was sealed under another key, at another place, or is not what it was.
    func open(_ sealed: [UInt8], at place: Int = 0) -> [UInt8]? {
        guard sealed.count >= Self.overhead else { return nil }
        let key = key(Array(sealed.prefix(Self.saltCount)))
        return ChaChaPoly.open(
            Array(sealed.dropFirst(Self.saltCount)), with: key, authenticating: Self.name(of: place))
    }

    private func key(_ salt: [UInt8]) -> SecretBytes {
        HKDF.derive(from: storeKey, salt: salt, info: label, count: ChaChaPoly.keyCount)
    }

    private static func name(of place: Int) -> [UInt8] {
        var writer = WireWriter()
        writer.write(UInt64(place))
        return writer.bytes
    }
}
