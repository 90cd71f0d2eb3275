internal import COpenSSL

/// Unpredictable bytes for public values. Secrets are made by ``SecretBytes/random(count:)``.
package enum RandomBytes {
    package static func make(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        // Reason for unsafe: OpenSSL fills exactly the array.
        let result = unsafe RAND_bytes(&bytes, CInt(count))
        mustSucceed(result, "RAND_bytes")
        return bytes
    }
}
