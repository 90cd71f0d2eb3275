internal import Glibc

/// The 32 secret bytes (RFC 8032's private key) that an identity is made from, in locked memory that is zeroed when
/// the last reference goes.
public final class IdentitySeed: Sendable {
    public static let count = 32

    let secret: SecretBytes

    private init(_ secret: SecretBytes) { self.secret = secret }

    /// A new identity.
    public static func random() -> IdentitySeed { IdentitySeed(.random(count: count)) }

    /// For tests and `--keypair-seed`, where the bytes are in ordinary memory anyhow. Nil unless there are 32.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.count else { return nil }
        secret = SecretBytes(copying: bytes)
    }

    /// Reads to the end of a file and takes its 32 bytes, which pass through no other memory.
    package static func read(from descriptor: CInt) throws(IdentitySeedError) -> IdentitySeed {
        var result = Result<Int, IdentitySeedError>.success(0)
        // One byte more than a seed shows a longer file.
        let secret = SecretBytes(count: count + 1) { result = readAll(descriptor, into: &$0) }
        guard try result.get() == count else { throw .wrongLength }
        return IdentitySeed(secret.part(0..<count))
    }

    /// Writes the 32 bytes straight from their secret memory.
    package func write(to descriptor: CInt) throws(IdentitySeedError) {
        let failure: IdentitySeedError? = secret.withBytes { bytes in
            var done = 0
            while done < bytes.count {
                // Reason for unsafe: the system reads the part of the secret that is not yet written.
                let result = unsafe bytes.extracting(done...).withUnsafeBufferPointer {
                    unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
                }
                if result < 0, errno != EINTR { return .system(errno: errno) }
                done += max(result, 0)
            }
            return nil
        }
        if let failure { throw failure }
    }

    /// How many bytes there were, up to the room in `bytes`.
    private static func readAll(
        _ descriptor: CInt, into bytes: inout MutableSpan<UInt8>
    ) -> Result<Int, IdentitySeedError> {
        var done = 0
        while done < bytes.count {
            // Reason for unsafe: the system writes into the part of the buffer that is not yet filled.
            let result = unsafe bytes.withUnsafeMutableBufferPointer {
                unsafe Glibc.read(descriptor, $0.baseAddress.map { unsafe $0 + done }, $0.count - done)
            }
            if result == 0 { break }
            if result < 0, errno != EINTR { return .failure(.system(errno: errno)) }
            done += max(result, 0)
        }
        return .success(done)
    }
}

/// Why a seed could not be read or written.
package enum IdentitySeedError: Error, Hashable {
    /// The file does not hold exactly 32 bytes.
    case wrongLength
    /// What the system call said.
    case system(errno: CInt)
}

extension IdentitySeed: CustomStringConvertible, CustomReflectable {
    public var description: String { "an identity's seed" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
