internal import COpenSSL
internal import MeshCore

/// An OpenSSL key of curve 25519: both halves or the public one.
///
/// Sendable because it is never changed after `init`, and OpenSSL allows many threads to use one key.
@safe
final class CurveKey: @unchecked Sendable {
    enum Algorithm {
        case ed25519, x25519

        fileprivate var identifier: CInt {
            switch self {
            case .ed25519: EVP_PKEY_ED25519
            case .x25519: EVP_PKEY_X25519
            }
        }
    }

    private let key: OpaquePointer

    /// From the 32 bytes of a private key. OpenSSL computes the public half, which takes as long as a signature.
    init(_ algorithm: Algorithm, privateKey: SecretBytes) {
        // Reason for unsafe: a C object that this one owns and frees in `deinit`; here and below.
        let made = unsafe privateKey.withBytes { bytes in
            unsafe bytes.withUnsafeBufferPointer {
                unsafe EVP_PKEY_new_raw_private_key(algorithm.identifier, nil, $0.baseAddress, $0.count)
            }
        }
        unsafe key = Self.secured(mustExist(made, "EVP_PKEY_new_raw_private_key"))
    }

    /// From both halves of an X25519 key, taken as they are: a tenth of the time.
    init(x25519 publicKey: Bytes32, privateKey: SecretBytes) {
        let made = unsafe privateKey.withBytes { bytes in
            precondition(bytes.count == Bytes32.count)
            // Reason for unsafe: both have the 32 bytes that the callee reads.
            return unsafe bytes.withUnsafeBufferPointer { unsafe mesh_x25519_key($0.baseAddress, publicKey.array) }
        }
        unsafe key = Self.secured(mustExist(made, "EVP_PKEY_fromdata"))
    }

    /// OpenSSL 3.0 puts a private key that it is given into ordinary memory (OSSL_PARAM_get_octet_string), where a core
    /// dump finds it, and that of a copy into the secure heap (ossl_ecx_key_dup). It wipes what it frees.
    private static func secured(_ given: OpaquePointer) -> OpaquePointer {
        defer { unsafe EVP_PKEY_free(given) }
        return unsafe mustExist(EVP_PKEY_dup(given), "EVP_PKEY_dup")
    }

    /// From 32 bytes of a public key, whatever they are: see ``KeyAcceptance``.
    init(_ algorithm: Algorithm, publicKey: Bytes32) {
        unsafe key = mustExist(
            EVP_PKEY_new_raw_public_key(algorithm.identifier, nil, publicKey.array, Bytes32.count),
            "EVP_PKEY_new_raw_public_key")
    }

    deinit { unsafe EVP_PKEY_free(key) }

    var publicKey: Bytes32 {
        var bytes = [UInt8](repeating: 0, count: Bytes32.count)
        var count = bytes.count
        let result = unsafe EVP_PKEY_get_raw_public_key(key, &bytes, &count)
        mustSucceed(result, "EVP_PKEY_get_raw_public_key")
        return mustExist(Bytes32(bytes), "EVP_PKEY_get_raw_public_key")
    }

    /// For a call that uses the key and does not keep it, or counts its own reference. Never let the pointer out.
    func withHandle<Result>(_ body: (OpaquePointer) -> Result) -> Result { unsafe body(key) }
}
