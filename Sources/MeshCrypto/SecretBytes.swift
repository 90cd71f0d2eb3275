internal import COpenSSL
internal import MeshCore

/// Secret bytes: in locked memory, immutable from birth, zeroed when the last reference goes.
///
/// Only MeshCrypto can read them. Others hold them, hand them back, and compare them in constant time.
///
/// Sendable because nothing changes the memory between `init` and `deinit`.
@safe
package final class SecretBytes: @unchecked Sendable {
    private let storage: UnsafeMutableBufferPointer<UInt8>

    /// `count` bytes that `fill` writes; what it leaves alone is zero.
    init(count: Int, filling fill: (inout MutableSpan<UInt8>) -> Void) {
        // Reason for unsafe: memory owned by this object alone, released in `deinit`.
        unsafe storage = SecretMemory.allocate(count)
        var bytes = unsafe storage.mutableSpan
        fill(&bytes)
    }

    /// The same where filling can fail; nil when `fill` says so.
    static func attempt(count: Int, filling fill: (inout MutableSpan<UInt8>) -> Bool) -> SecretBytes? {
        var isFilled = false
        let secret = SecretBytes(count: count) { isFilled = fill(&$0) }
        return isFilled ? secret : nil
    }

    /// For bytes that are in ordinary memory anyhow: test vectors, a seed given as text. The caller's copy remains.
    package convenience init(copying bytes: [UInt8]) {
        self.init(count: bytes.count) { copy in
            for index in bytes.indices { copy[index] = bytes[index] }
        }
    }

    /// One after the other.
    convenience init(joining parts: [SecretBytes]) {
        self.init(count: parts.reduce(0) { $0 + $1.count }) { joined in
            var start = 0
            for part in parts {
                part.copy(into: &joined, at: start)
                start += part.count
            }
        }
    }

    private func copy(into other: inout MutableSpan<UInt8>, at start: Int) {
        withBytes { bytes in
            for index in 0..<bytes.count { other[start + index] = bytes[index] }
        }
    }

    /// Fresh bytes of OpenSSL's generator for private values.
    package static func random(count: Int) -> SecretBytes {
        SecretBytes(count: count) { bytes in
            // Reason for unsafe: writes exactly the bytes of this new secret.
            let result = unsafe bytes.withUnsafeMutableBufferPointer {
                unsafe RAND_priv_bytes($0.baseAddress, CInt($0.count))
            }
            mustSucceed(result, "RAND_priv_bytes")
        }
    }

    deinit { unsafe SecretMemory.release(storage) }

    package var count: Int { unsafe storage.count }

    /// The bytes for the duration of `body`.
    func withBytes<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        // Reason for unsafe: the memory lives as long as `self`, which the caller holds.
        body(unsafe UnsafeBufferPointer(storage).span)
    }

    /// A copy of a part of it.
    func part(_ range: Range<Int>) -> SecretBytes {
        SecretBytes(count: range.count) { copy in
            withBytes { bytes in
                for index in range { copy[index - range.lowerBound] = bytes[index] }
            }
        }
    }

    /// Whether it begins with bytes that everybody knows.
    package func starts(with prefix: [UInt8]) -> Bool {
        guard count >= prefix.count else { return false }
        return part(0..<prefix.count).equals(SecretBytes(copying: prefix))
    }

    /// Compares in constant time for equal lengths.
    package func equals(_ other: SecretBytes) -> Bool {
        guard count == other.count else { return false }
        // Reason for unsafe: both buffers are alive and have the same length.
        return unsafe CRYPTO_memcmp(storage.baseAddress, other.storage.baseAddress, count) == 0
    }
}

extension SecretBytes: Secret {}

extension SecretBytes: CustomStringConvertible, CustomReflectable {
    package var description: String { "\(count) secret bytes" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
