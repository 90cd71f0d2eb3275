internal import COpenSSL

/// OpenSSL's algorithms, looked up once: a look-up in OpenSSL 3 costs as much as hashing a short message.
///
/// Sendable because the objects are never changed after `init` and OpenSSL counts its references atomically. They
/// live as long as the process.
@safe
final class Algorithms: @unchecked Sendable {
    static let shared = Algorithms()

    let sha256: OpaquePointer
    let sha512: OpaquePointer
    let chaChaPoly: OpaquePointer
    /// An `EVP_MAC_CTX` for HMAC-SHA256 with the empty key, to be duplicated and keyed.
    let hmacSHA256: OpaquePointer

    private init() {
        // Reason for unsafe: C objects that are made here and never freed.
        unsafe sha256 = mustExist(EVP_MD_fetch(nil, "SHA256", nil), "EVP_MD_fetch")
        unsafe sha512 = mustExist(EVP_MD_fetch(nil, "SHA512", nil), "EVP_MD_fetch")
        unsafe chaChaPoly = mustExist(EVP_CIPHER_fetch(nil, "ChaCha20-Poly1305", nil), "EVP_CIPHER_fetch")
        unsafe hmacSHA256 = Self.makeHMAC()
    }

    private static func makeHMAC() -> OpaquePointer {
        // Reason for unsafe: C objects; the parameter array is only read during the call.
        let mac = unsafe mustExist(EVP_MAC_fetch(nil, "HMAC", nil), "EVP_MAC_fetch")
        let context = unsafe mustExist(EVP_MAC_CTX_new(mac), "EVP_MAC_CTX_new")
        unsafe mustSucceed(mesh_hmac_init_sha256(context), "EVP_MAC_init")
        return unsafe context
    }
}
