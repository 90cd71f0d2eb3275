/// The 32 secret bytes (RFC 8032's private key) that an identity is made from, in locked memory that is zeroed when
/// the last reference goes.
public final class IdentitySeed: Sendable {
    public static let count = 32

    package let secret: SecretBytes

    package init(_ secret: SecretBytes) {
        precondition(secret.count == Self.count)
        self.secret = secret
    }

    /// A new identity.
    public static func random() -> IdentitySeed { IdentitySeed(.random(count: count)) }

    /// For tests and `--keypair-seed`, where the bytes are in ordinary memory anyhow. Nil unless there are 32.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.count else { return nil }
        secret = SecretBytes(copying: bytes)
    }

    /// Reads to the end of a file and takes its 32 bytes, which pass through no other memory.
    package static func read(from descriptor: CInt) throws(SecretFileError) -> IdentitySeed {
        IdentitySeed(try SecretBytes.read(count: count, from: descriptor))
    }

    /// Writes the 32 bytes straight from their secret memory.
    package func write(to descriptor: CInt) throws(SecretFileError) { try secret.write(to: descriptor) }
}

extension IdentitySeed: CustomStringConvertible, CustomReflectable {
    public var description: String { "an identity's seed" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
