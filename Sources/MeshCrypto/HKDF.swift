/// HKDF-SHA256 (RFC 5869).
package enum HKDF {
    /// The longest output, in bytes: 255 blocks (RFC 5869, section 2.3).
    package static let maximumCount = 255 * HMAC.count

    /// Both steps: `count` bytes from `keyMaterial`.
    package static func derive(from keyMaterial: SecretBytes, salt: [UInt8], info: [UInt8], count: Int) -> SecretBytes {
        expand(extract(from: keyMaterial, salt: salt), info: info, count: count)
    }

    /// Section 2.2. No salt is 32 zero bytes, which is the empty key to HMAC.
    package static func extract(from keyMaterial: SecretBytes, salt: [UInt8]) -> SecretBytes {
        var code = HMAC(key: salt)
        code.update(keyMaterial)
        return code.finalizeSecret()
    }

    /// Section 2.3: T(i) = HMAC(key, T(i-1) ‖ info ‖ i). `count` is our own choice and at most 8,160.
    package static func expand(_ key: SecretBytes, info: [UInt8], count: Int) -> SecretBytes {
        precondition((0...maximumCount).contains(count), "HKDF cannot make \(count) bytes")
        return SecretBytes(count: count) { output in
            var block: SecretBytes?
            for start in stride(from: 0, to: count, by: HMAC.count) {
                var code = HMAC(key: key)
                if let block { code.update(block) }
                code.update(info + [UInt8(start / HMAC.count + 1)])
                let next = code.finalizeSecret()
                let end = min(start + HMAC.count, count)
                next.withBytes { bytes in
                    for index in start..<end { output[index] = bytes[index - start] }
                }
                block = next
            }
        }
    }
}
