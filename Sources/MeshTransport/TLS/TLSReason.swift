internal import COpenSSL
internal import MeshCore

/// What OpenSSL's error queue says, in sentences.
enum TLSReason {
    /// Takes the first error, which is the cause, and empties the queue of this thread.
    static func takeFailure() -> LinkFailure {
        let code = ERR_get_error()
        ERR_clear_error()
        return failure(reason: ERR_GET_REASON(code), code: code)
    }

    private static func failure(reason: CInt, code: CUnsignedLong) -> LinkFailure {
        // An alert from the peer is its number plus 1000 (SSL_AD_REASON_OFFSET).
        if (1_000...1_255).contains(reason) { return .handshakeFailed(sentence(alert: Int(reason) - 1_000)) }
        switch reason {
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: return .badCertificate("the peer sent no certificate")
        case SSL_R_UNSUPPORTED_PROTOCOL: return .handshakeFailed("the peer offers no TLS 1.3")
        case SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST:
            return .handshakeFailed("what the peer sent is not TLS")
        default:
            // Reason for unsafe: OpenSSL's constant text.
            let text = unsafe ERR_reason_error_string(code).map { unsafe String(cString: $0) }
            return .handshakeFailed((text ?? "no reason given").printable)
        }
    }

    /// RFC 8446, section 6.
    static func sentence(alert: Int) -> String {
        switch alert {
        case 0: "the peer ended the connection"
        case 40: "the peer found no common algorithm (alert 40)"
        case 42, 43, 44, 45, 46, 48: "the peer refused this node's certificate (alert \(alert))"
        case 47, 50, 10: "the peer did not understand this node (alert \(alert))"
        case 51: "the peer could not verify this node's signature (alert 51)"
        case 70: "the peer speaks no TLS 1.3 (alert 70)"
        case 80: "the peer had an error of its own (alert 80)"
        case 90: "the peer gave up (alert 90)"
        case 109, 116: "the peer demands a certificate (alert \(alert))"
        case 120: "the peer does not speak mesh/1 (alert 120)"
        default: "the peer sent TLS alert \(alert)"
        }
    }
}
