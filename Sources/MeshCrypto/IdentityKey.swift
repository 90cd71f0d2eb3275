internal import COpenSSL
package import MeshCore

/// A node's identity in the form that signs: OpenSSL's key, made once from the seed because that costs as much as
/// a signature.
package struct IdentityKey: Sendable {
    package let publicKey: NodeID
    private let key: CurveKey

    package init(seed: IdentitySeed) {
        key = CurveKey(.ed25519, privateKey: seed.secret)
        publicKey = NodeID(key.publicKey)
    }

    package func sign(_ bytes: [UInt8]) -> Signature { Ed25519.sign(bytes, with: key) }

    /// Gives an `SSL_CTX` this identity: its private key and its certificate. OpenSSL counts a reference of its own,
    /// so the key leaves this module only inside OpenSSL.
    package func install(_ certificate: NodeCertificate, in context: OpaquePointer) {
        let der = certificate.der
        // Reason for unsafe: `context` is the caller's live `SSL_CTX`; OpenSSL copies the certificate.
        let isCertificateSet = unsafe SSL_CTX_use_certificate_ASN1(context, CInt(der.count), der)
        mustSucceed(isCertificateSet, "SSL_CTX_use_certificate_ASN1")
        let isKeySet = unsafe key.withHandle { unsafe SSL_CTX_use_PrivateKey(context, $0) }
        mustSucceed(isKeySet, "SSL_CTX_use_PrivateKey")
    }
}
