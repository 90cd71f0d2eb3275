internal import COpenSSL
package import MeshCore

/// Ed25519 (RFC 8032, pure).
package enum Ed25519 {
    /// Deterministic: the same key and bytes give the same signature everywhere.
    static func sign(_ bytes: [UInt8], with key: CurveKey) -> Signature {
        let context = DigestContext()
        var signature = [UInt8](repeating: 0, count: Signature.count)
        unsafe key.withHandle { unsafe context.sign(bytes, with: $0, into: &signature) }
        return mustExist(Signature(signature), "EVP_DigestSign")
    }

    /// Stricter than RFC 8032 by the rule of ``KeyAcceptance`` for the key and for the signature's R. What remains
    /// is OpenSSL's check without cofactor, which also refuses an S that is not below the group order.
    package static func verify(_ signature: Signature, of bytes: [UInt8], by key: NodeID) -> Bool {
        guard KeyAcceptance.isAcceptable(key),
            let point = NodeID(signature.bytes.prefix(Bytes32.count)), KeyAcceptance.isAcceptable(point)
        else { return false }
        let context = DigestContext()
        return unsafe CurveKey(.ed25519, publicKey: key.bytes).withHandle {
            unsafe context.verify(signature.bytes, of: bytes, with: $0)
        }
    }
}

/// One signature made or checked. Ed25519 has no digest to choose.
@safe
private struct DigestContext: ~Copyable {
    private let context: OpaquePointer

    init() {
        // Reason for unsafe: a C object that this value owns and frees in `deinit`.
        unsafe context = mustExist(EVP_MD_CTX_new(), "EVP_MD_CTX_new")
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    borrowing func sign(_ bytes: [UInt8], with key: OpaquePointer, into signature: inout [UInt8]) {
        var count = signature.count
        // Reason for unsafe: the arrays live during the calls; `count` says how much room there is.
        unsafe mustSucceed(EVP_DigestSignInit(context, nil, nil, nil, key), "EVP_DigestSignInit")
        unsafe mustSucceed(EVP_DigestSign(context, &signature, &count, bytes, bytes.count), "EVP_DigestSign")
    }

    borrowing func verify(_ signature: [UInt8], of bytes: [UInt8], with key: OpaquePointer) -> Bool {
        // Reason for unsafe: OpenSSL only reads the arrays.
        unsafe mustSucceed(EVP_DigestVerifyInit(context, nil, nil, nil, key), "EVP_DigestVerifyInit")
        let result = unsafe EVP_DigestVerify(context, signature, signature.count, bytes, bytes.count)
        return result == 1 ? true : refused()
    }
}
