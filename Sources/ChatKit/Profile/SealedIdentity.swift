package import MeshCrypto

/// An identity under a passphrase, as it stands in a file: version 2 of the identity file.
///
/// | offset | bytes | |
/// |---|---|---|
/// | 0 | 8 | the line `MESHID2` |
/// | 8 | 1 | 0: no passphrase, 1: scrypt (RFC 7914) |
/// | 9 | 12 | scrypt's N, r, p, each u32; zeros without a passphrase |
/// | 21 | 32 | salt; zeros without a passphrase |
/// | 53 | 12 | nonce |
/// | 65 | 88 | ChaCha20-Poly1305 (RFC 8439) of seed 32, store key 32 (zeros for none), seconds since 1970 u64 |
///
/// Numbers are little-endian. All before the last row is authenticated with it. What follows the first line is written
/// in base64, 64 characters a line. Each content has one spelling, and each file has 208 bytes.
package struct SealedIdentity: Equatable, Sendable {
    package static let magic = Array("MESHID2\n".utf8)
    private static let headerCount = 65
    private static let lineLength = 64
    /// In bytes, of every such file.
    package static let fileCount = armour([UInt8](repeating: 0, count: headerCount + IdentitySecrets.sealedCount)).count

    /// Why bytes are no sealed identity.
    package enum Refusal: Error, Equatable {
        /// Cut, changed, or something else altogether.
        case damaged
        /// The header asks for a derivation beyond the limits of ``MeshCrypto/Scrypt/Cost``.
        case tooDear
    }

    private let header: [UInt8]
    private let sealed: [UInt8]
    /// Nil without a passphrase.
    private let cost: Scrypt.Cost?

    /// Reads a file. Nothing is derived and no memory is taken by what the header asks for.
    package init(file: [UInt8]) throws(Refusal) {
        guard file.count == Self.fileCount, file.starts(with: Self.magic) else { throw .damaged }
        let text = file[Self.magic.count...].split(separator: UInt8(ascii: "\n")).joined()
        guard let body = Base64.decode(String(decoding: Array(text), as: UTF8.self)),
            body.count == Self.headerCount - Self.magic.count + IdentitySecrets.sealedCount
        else { throw .damaged }
        let bytes = Self.magic + body
        guard Self.armour(bytes) == file else { throw .damaged }
        (header, sealed) = (Array(bytes[..<Self.headerCount]), Array(bytes[Self.headerCount...]))
        cost = try Self.cost(header)
    }

    /// Seals under a key whose salt goes into the header; each time with a nonce of its own.
    package init(_ secrets: IdentitySecrets, with key: SealingKey) {
        var header = Self.magic + [key.cost == nil ? 0 : 1]
        for number in [key.cost?.iterations ?? 0, key.cost?.blockSize ?? 0, key.cost?.parallelism ?? 0] {
            header += (0..<4).map { UInt8(truncatingIfNeeded: number >> UInt32(8 * $0)) }
        }
        let nonce = RandomBytes.make(ChaChaPoly.nonceCount)
        header += key.salt + nonce
        (self.header, cost) = (header, key.cost)
        sealed = secrets.seal(with: key.key, nonce: nonce, authenticating: header)
    }

    package var needsPassphrase: Bool { cost != nil }

    /// The whole file.
    package var file: [UInt8] { Self.armour(header + sealed) }

    /// The key for a passphrase, right or wrong; nil when there is not enough memory.
    package func key(for passphrase: SecretBytes) -> SealingKey? {
        guard let cost else { return .withoutPassphrase }
        return SealingKey(passphrase, cost: cost, salt: Array(header[21..<53]))
    }

    /// Nil when the key is a wrong one, or the file was changed: nobody can tell which.
    package func open(with key: SealingKey) -> IdentitySecrets? {
        IdentitySecrets(
            opening: sealed, with: key.key, nonce: Array(header[53..<Self.headerCount]), authenticating: header)
    }

    private static func cost(_ header: [UInt8]) throws(Refusal) -> Scrypt.Cost? {
        switch header[8] {
        case 0:
            guard header[9..<53].allSatisfy({ $0 == 0 }) else { throw .damaged }
            return nil
        case 1:
            let cost = Scrypt.Cost(
                iterations: number(header[9..<13]), blockSize: number(header[13..<17]),
                parallelism: number(header[17..<21]))
            guard let cost else { throw .tooDear }
            return cost
        default: throw .damaged
        }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static func armour(_ bytes: [UInt8]) -> [UInt8] {
        let digits = Array(Base64.encode(Array(bytes[magic.count...])).utf8)
        return stride(from: 0, to: digits.count, by: lineLength).reduce(magic) { text, start in
            text + digits[start..<min(start + lineLength, digits.count)] + [UInt8(ascii: "\n")]
        }
    }
}

/// The key of a sealed identity with what makes it from the passphrase, so that new content can be sealed under the
/// same passphrase without asking for it again.
package struct SealingKey: Sendable {
    fileprivate let key: SecretBytes
    fileprivate let cost: Scrypt.Cost?
    fileprivate let salt: [UInt8]

    /// That of a file without a passphrase: known to everybody.
    package static let withoutPassphrase = SealingKey()

    private init() {
        key = SecretBytes(copying: [UInt8](repeating: 0, count: ChaChaPoly.keyCount))
        (cost, salt) = (nil, [UInt8](repeating: 0, count: 32))
    }

    /// Nil when the memory that `cost` takes is not to be had.
    package init?(_ passphrase: SecretBytes, cost: Scrypt.Cost, salt: [UInt8] = RandomBytes.make(32)) {
        guard let key = Scrypt.derive(from: passphrase, salt: salt, cost: cost, count: ChaChaPoly.keyCount) else {
            return nil
        }
        (self.key, self.cost, self.salt) = (key, cost, salt)
    }
}
