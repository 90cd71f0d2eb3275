internal import COpenSSL
package import MeshCore

/// X25519 (RFC 7748).
package enum X25519 {
    package static func publicKey(of privateKey: SecretBytes) -> Bytes32 {
        CurveKey(.x25519, privateKey: privateKey).publicKey
    }

    /// The shared secret; nil for a public key that ``KeyAcceptance`` refuses, or when the secret is all zero.
    package static func agree(_ privateKey: SecretBytes, with publicKey: Bytes32) -> SecretBytes? {
        agree(CurveKey(.x25519, privateKey: privateKey), with: publicKey)
    }

    static func agree(_ own: CurveKey, with publicKey: Bytes32) -> SecretBytes? {
        guard KeyAcceptance.isAcceptable(prekey: publicKey),
            let secret = derive(own, CurveKey(.x25519, publicKey: publicKey))
        else { return nil }
        let zero = SecretBytes(count: secret.count) { _ in }
        return secret.equals(zero) ? nil : secret
    }

    private static func derive(_ own: CurveKey, _ other: CurveKey) -> SecretBytes? {
        // Reason for unsafe: a C object made and freed here; the secret has the 32 bytes that OpenSSL writes.
        let context = unsafe mustExist(own.withHandle { unsafe EVP_PKEY_CTX_new($0, nil) }, "EVP_PKEY_CTX_new")
        defer { unsafe EVP_PKEY_CTX_free(context) }
        let isReady = unsafe EVP_PKEY_derive_init(context)
        mustSucceed(isReady, "EVP_PKEY_derive_init")
        guard unsafe other.withHandle({ unsafe EVP_PKEY_derive_set_peer(context, $0) }) == 1 else {
            ERR_clear_error()
            return nil
        }
        return SecretBytes.attempt(count: Bytes32.count) { secret in
            var count = secret.count
            let result = unsafe secret.withUnsafeMutableBufferPointer {
                unsafe EVP_PKEY_derive(context, $0.baseAddress, &count)
            }
            return result == 1 && count == Bytes32.count ? true : refused()
        }
    }
}
