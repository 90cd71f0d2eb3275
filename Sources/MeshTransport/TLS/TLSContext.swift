internal import COpenSSL
package import MeshCrypto

/// What all TLS links of a node have in common, in either role: TLS 1.3 only, X25519 only, Ed25519 only, one
/// self-signed certificate at each end that follows from the identity, no tickets, no resumption, no early data.
///
/// Sendable because it is complete after `init` and OpenSSL allows many threads to use one `SSL_CTX`.
@safe
package final class TLSContext: @unchecked Sendable {
    /// The application protocol that both ends must select (RFC 7301).
    static let protocolName = Array("mesh/1".utf8)

    private let context: OpaquePointer

    /// - Throws: the name of the call that OpenSSL refused, which means that this OpenSSL lacks something we need.
    package init(identity: IdentityKey) throws(TLSSetupError) {
        // Reason for unsafe: C objects owned by this class and freed in `deinit`; here and below.
        guard let context = unsafe SSL_CTX_new(TLS_method()) else { throw TLSSetupError(call: "SSL_CTX_new") }
        unsafe self.context = context
        try restrict()
        unsafe identity.install(NodeCertificate(of: identity), in: context)
        unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
        unsafe SSL_CTX_set_cert_verify_callback(context, judgeCertificate, nil)
        unsafe SSL_CTX_set_alpn_select_cb(context, selectProtocol, nil)
    }

    deinit { unsafe SSL_CTX_free(context) }

    /// A new `SSL` for one connection; the caller owns it.
    func makeConnection() -> OpaquePointer? { unsafe SSL_new(context) }

    private func restrict() throws(TLSSetupError) {
        let suites = "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256"
        try check(unsafe mesh_SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION), "min_proto_version")
        try check(unsafe mesh_SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION), "max_proto_version")
        try check(unsafe SSL_CTX_set_ciphersuites(context, suites), "ciphersuites")
        try check(unsafe mesh_SSL_CTX_set1_groups_list(context, "X25519"), "groups")
        try check(unsafe mesh_SSL_CTX_set1_sigalgs_list(context, "ed25519"), "sigalgs")
        try check(unsafe SSL_CTX_set_num_tickets(context, 0), "num_tickets")
        let protocols = [UInt8(Self.protocolName.count)] + Self.protocolName
        // Unlike all others this call returns 0 for success.
        try check(
            unsafe SSL_CTX_set_alpn_protos(context, protocols, CUnsignedInt(protocols.count)) == 0 ? 1 : 0, "alpn")
        unsafe mesh_SSL_CTX_prefer_own_ciphers(context)
        unsafe mesh_SSL_CTX_set_session_cache_off(context)
        unsafe mesh_SSL_CTX_set_modes(context)
        // A node certificate has some 380 bytes; this is room for those that are refused with a reason.
        unsafe mesh_SSL_CTX_set_max_cert_list(context, 16 * 1_024)
    }

    private func check(_ result: CInt, _ call: String) throws(TLSSetupError) {
        if result != 1 { throw TLSSetupError(call: call) }
    }
}

/// A call that OpenSSL refused while a context was set up.
package struct TLSSetupError: Error, Hashable {
    package let call: String
}
