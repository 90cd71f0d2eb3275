internal import COpenSSL

/// SHA-256 and SHA-512 (FIPS 180-4).
package enum SHA2 {
    package static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        // Reason for unsafe: both arrays live during the call, and the digest has the algorithm's length.
        let result = unsafe EVP_Digest(bytes, bytes.count, &digest, nil, Algorithms.shared.sha256, nil)
        mustSucceed(result, "EVP_Digest")
        return digest
    }

    /// Of a secret, and so a secret: 64 bytes.
    static func sha512(_ secret: SecretBytes) -> SecretBytes {
        SecretBytes(count: 64) { digest in
            secret.withBytes { bytes in
                // Reason for unsafe: both buffers live here, and the digest has the algorithm's length.
                let result = unsafe bytes.withUnsafeBufferPointer { bytes in
                    unsafe digest.withUnsafeMutableBufferPointer { digest in
                        unsafe EVP_Digest(
                            bytes.baseAddress, bytes.count, digest.baseAddress, nil, Algorithms.shared.sha512, nil)
                    }
                }
                mustSucceed(result, "EVP_Digest")
            }
        }
    }
}
