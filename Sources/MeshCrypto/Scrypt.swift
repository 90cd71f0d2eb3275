internal import COpenSSL

/// scrypt (RFC 7914): a key from a passphrase, so dear in memory and time that guessing passphrases is dear too.
package enum Scrypt {
    /// What one derivation costs. The limits hold for every cost, also one that a file asks for: whoever can put a
    /// file in our way must not be able to take all memory or hours of time.
    package struct Cost: Hashable, Sendable {
        /// 1 GiB and a little: N = 2^20 with r = 8 (1 GiB, seconds), which is the largest example of the RFC.
        package static let memoryLimit: UInt64 = (1 << 30) + (1 << 20)

        /// RFC 7914's N, r and p.
        package let iterations: UInt32
        package let blockSize: UInt32
        package let parallelism: UInt32

        /// Nil unless N is a power of two from 2 to 2^20, r from 1 to 16, p from 1 to 4, and the memory in bounds.
        package init?(iterations: UInt32, blockSize: UInt32, parallelism: UInt32) {
            (self.iterations, self.blockSize, self.parallelism) = (iterations, blockSize, parallelism)
            guard (2...1 << 20).contains(iterations), iterations.nonzeroBitCount == 1,
                (1...16).contains(blockSize), (1...4).contains(parallelism), memory <= Self.memoryLimit
            else { return nil }
        }

        private init() { (iterations, blockSize, parallelism) = (1 << 17, 8, 1) }

        /// N = 2^17, r = 8, p = 1: 134 MB, and 0.7 s on the machine that we measured on.
        package static let standard = Cost()

        /// In bytes, as OpenSSL reckons: p blocks of 128 r bytes, and N + 2 more for the table and its work space.
        package var memory: UInt64 {
            128 * UInt64(blockSize) * (UInt64(parallelism) + UInt64(iterations) + 2)
        }
    }

    /// `count` bytes; nil when the memory that `cost` takes is not to be had.
    package static func derive(
        from passphrase: SecretBytes, salt: [UInt8], cost: Cost, count: Int
    ) -> SecretBytes? {
        SecretBytes.attempt(count: count) { key in
            // Reason for unsafe: OpenSSL reads the passphrase and the salt by their lengths and fills the new secret.
            // The bound on memory has to be given: without one it refuses everything above 32 MiB.
            let result = passphrase.withBytes { passphrase in
                unsafe passphrase.withUnsafeBytes { passphrase in
                    unsafe key.withUnsafeMutableBufferPointer { key in
                        unsafe EVP_PBE_scrypt(
                            passphrase.baseAddress?.assumingMemoryBound(to: CChar.self), passphrase.count, salt,
                            salt.count, UInt64(cost.iterations), UInt64(cost.blockSize), UInt64(cost.parallelism),
                            cost.memory, key.baseAddress, key.count)
                    }
                }
            }
            return result == 1 || refused()
        }
    }
}
