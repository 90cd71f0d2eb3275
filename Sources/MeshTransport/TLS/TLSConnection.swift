internal import COpenSSL
package import MeshCore
internal import MeshCrypto
package import NIOCore

/// One end of a TLS 1.3 connection without any I/O: ciphertext goes in and out through byte buffers.
///
/// Owns OpenSSL's `SSL`. Confined to one event loop, since `SSL` is; non-Sendable says so. After every call, also
/// after one that has failed, `takeOutput()` may hold bytes for the peer: an alert, for instance.
@safe
package final class TLSConnection {
    package enum Role: Sendable { case client, server }

    /// What is known of the other end once the handshake is complete.
    package struct Peer: Sendable, Equatable {
        /// The key in its certificate, of which it has proven possession.
        package let key: NodeID
        /// The exporter value of this connection, equal at both ends.
        package let channel: Hash
        /// "TLSv1.3".
        package let version: String
    }

    private let ssl: OpaquePointer
    /// Owned by `ssl`.
    private let input: OpaquePointer
    private let output: OpaquePointer
    /// Set by the verify callback, which runs before the peer has proven that it holds the key.
    private var verdict: Result<NodeID, LinkFailure>?

    package init(context: TLSContext, role: Role) throws(LinkFailure) {
        // Reason for unsafe: C objects; `ssl` takes both buffers over and is freed in `deinit`.
        guard let ssl = unsafe context.makeConnection(), let input = unsafe BIO_new(BIO_s_mem()),
            let output = unsafe BIO_new(BIO_s_mem())
        else { throw .broken("no memory for TLS") }
        unsafe (self.ssl, self.input, self.output) = (ssl, input, output)
        unsafe SSL_set_bio(ssl, input, output)
        // Callbacks only fire inside calls that this object makes, so the pointer is good whenever it is used.
        unsafe SSL_set_ex_data(ssl, 0, Unmanaged.passUnretained(self).toOpaque())
        switch role {
        case .client: unsafe SSL_set_connect_state(ssl)
        case .server: unsafe SSL_set_accept_state(ssl)
        }
    }

    deinit { unsafe SSL_free(ssl) }

    /// Takes ciphertext from the peer. It is used by the next `handshake` or `read`.
    package func receive(_ bytes: ByteBuffer) {
        // Reason for unsafe: OpenSSL copies the bytes during the call.
        unsafe bytes.withUnsafeReadableBytes { bytes in
            guard bytes.count > 0 else { return }
            let taken = unsafe BIO_write(input, bytes.baseAddress, CInt(bytes.count))
            precondition(taken == bytes.count, "a memory buffer takes everything")
        }
    }

    /// Goes on with the handshake as far as what was received allows; nil until it is complete.
    package func handshake() throws(LinkFailure) -> Peer? {
        ERR_clear_error()
        let result = unsafe SSL_do_handshake(ssl)
        guard result == 1 else {
            if unsafe SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ { return nil }
            throw failure()
        }
        // When one end does not offer the protocol, OpenSSL's handshake succeeds all the same.
        guard selectedProtocol == TLSContext.protocolName else {
            throw .handshakeFailed("the peer does not speak mesh/1")
        }
        guard case .success(let key) = verdict, let channel = exportedValue() else {
            throw .handshakeFailed("the handshake ended without a certificate")
        }
        // Reason for unsafe: OpenSSL's constant text.
        return Peer(key: key, channel: channel, version: unsafe String(cString: SSL_get_version(ssl)))
    }

    /// Appends all plaintext that has arrived; false once the peer has said that nothing more will come.
    package func read(into plaintext: inout ByteBuffer) throws(LinkFailure) -> Bool {
        while true {
            ERR_clear_error()
            var result: CInt = 0
            // Reason for unsafe: OpenSSL writes at most `room.count` bytes and says how many.
            unsafe plaintext.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.recordSize) { room in
                result = unsafe SSL_read(ssl, room.baseAddress, CInt(clamping: room.count))
                return max(0, Int(result))
            }
            if result > 0 { continue }
            switch unsafe SSL_get_error(ssl, result) {
            case SSL_ERROR_WANT_READ: return true
            case SSL_ERROR_ZERO_RETURN: return false
            default: throw failure()
            }
        }
    }

    /// Encrypts. Only after the handshake.
    package func write(_ plaintext: ByteBuffer) throws(LinkFailure) {
        var rest = plaintext
        while rest.readableBytes > 0 {
            ERR_clear_error()
            // Reason for unsafe: OpenSSL reads the bytes during the call.
            let result = unsafe rest.withUnsafeReadableBytes { bytes in
                unsafe SSL_write(ssl, bytes.baseAddress, CInt(clamping: bytes.count))
            }
            guard result > 0 else { throw failure() }
            rest.moveReaderIndex(forwardBy: Int(result))
        }
    }

    /// Tells the peer that nothing more will come (close_notify).
    package func close() {
        ERR_clear_error()
        _ = unsafe SSL_shutdown(ssl)
        ERR_clear_error()
    }

    /// Ciphertext for the peer; nil when there is none.
    package func takeOutput() -> ByteBuffer? {
        let count = unsafe BIO_ctrl_pending(output)
        guard count > 0 else { return nil }
        var bytes = ByteBufferAllocator().buffer(capacity: count)
        // Reason for unsafe: OpenSSL writes at most `room.count` bytes and says how many.
        unsafe bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { room in
            max(0, Int(unsafe BIO_read(output, room.baseAddress, CInt(clamping: room.count))))
        }
        return bytes
    }

    /// The most plaintext that one record holds (RFC 8446, section 5.1).
    private static let recordSize = 16 * 1_024

    private func failure() -> LinkFailure {
        if case .failure(let failure) = verdict {
            ERR_clear_error()
            return failure
        }
        return TLSReason.takeFailure()
    }

    private var selectedProtocol: [UInt8] {
        var name: UnsafePointer<UInt8>?
        var count: CUnsignedInt = 0
        // Reason for unsafe: points into `ssl`; copied at once.
        unsafe SSL_get0_alpn_selected(ssl, &name, &count)
        return unsafe Array(UnsafeBufferPointer(start: name, count: Int(count)))
    }

    /// RFC 8446, section 7.5, without a context.
    private func exportedValue() -> Hash? {
        var value = [UInt8](repeating: 0, count: Bytes32.count)
        let label = Label.exporter
        // Reason for unsafe: writes as many bytes as the array has.
        let result = unsafe SSL_export_keying_material(
            ssl, &value, value.count, label, label.utf8.count, nil, 0, 0)
        return result == 1 ? Hash(value) : nil
    }

    // MARK: Called by OpenSSL

    /// OpenSSL's own chain building is replaced as a whole: the certificate must be the one that follows from an
    /// acceptable key. With the expected key it is compared later, when possession of it is proven.
    fileprivate func judge(count: Int, first: [UInt8]?) -> Bool {
        do throws(CertificateRefusal) {
            verdict = .success(try NodeCertificate.verify(leaf: first, ofChain: count, expected: nil))
            return true
        } catch {
            verdict = .failure(.badCertificate(error.sentence))
            return false
        }
    }
}

extension CertificateRefusal {
    fileprivate var sentence: String {
        switch self {
        case .chainLength(let count): "\(count) certificates were sent instead of one"
        case .malformed: "it cannot be read"
        case .notEd25519: "its key is not an Ed25519 key"
        case .weakKey: "its key is a weak one that nobody can own"
        case .foreignContents: "its contents do not follow from its key"
        case .unexpectedKey(let key): "it is that of another node (\(key.short))"
        }
    }
}

/// The certificate callback of ``TLSContext``.
func judgeCertificate(_ store: OpaquePointer?, _: UnsafeMutableRawPointer?) -> CInt {
    // Reason for unsafe: OpenSSL hands over its own objects, and the pointer that `TLSConnection.init` has set.
    guard let store = unsafe store,
        let ssl = unsafe X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()),
        let data = unsafe SSL_get_ex_data(OpaquePointer(ssl), 0)
    else { return 0 }
    let connection = unsafe Unmanaged<TLSConnection>.fromOpaque(data).takeUnretainedValue()
    let count = unsafe Int(mesh_X509_STORE_CTX_count(store))
    if connection.judge(count: count, first: unsafe derBytes(of: X509_STORE_CTX_get0_cert(store))) { return 1 }
    // Reaches the peer as alert 42, bad_certificate.
    unsafe X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED)
    return 0
}

private func derBytes(of certificate: OpaquePointer?) -> [UInt8]? {
    // Reason for unsafe: the first call says how many bytes the second writes.
    let count = unsafe i2d_X509(certificate, nil)
    guard count > 0 else { return nil }
    return unsafe [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, initialized in
        var end = buffer.baseAddress
        initialized = max(0, Int(unsafe i2d_X509(certificate, &end)))
    }
}

/// The server's choice of ``TLSContext/protocolName`` among what the client offers.
func selectProtocol(
    _: OpaquePointer?, _ selected: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ selectedCount: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?, _ offeredCount: CUnsignedInt,
    _: UnsafeMutableRawPointer?
) -> CInt {
    // Reason for unsafe: the client's list as OpenSSL has checked it, each name after its length; the answer points
    // into it.
    let list = unsafe UnsafeBufferPointer(start: offered, count: Int(offeredCount))
    var position = 0
    while position < list.count {
        let name = position + 1..<min(position + 1 + Int(unsafe list[position]), list.count)
        if unsafe list[name].elementsEqual(TLSContext.protocolName) {
            unsafe selected?.pointee = offered?.advanced(by: name.lowerBound)
            unsafe selectedCount?.pointee = UInt8(name.count)
            return SSL_TLSEXT_ERR_OK
        }
        position = name.upperBound
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL
}
