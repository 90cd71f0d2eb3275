internal import COpenSSL

/// For calls that only fail when memory is out or this program is wrong: what a peer sends cannot lead here.
/// OpenSSL says success with 1, and failure with 0 or a negative number.
func mustSucceed(_ result: CInt, _ operation: StaticString) {
    guard result == 1 else { openSSLFailed(operation) }
}

/// The same for calls that return an object or nothing.
func mustExist<Value>(_ value: Value?, _ operation: StaticString) -> Value {
    guard let value else { openSSLFailed(operation) }
    return value
}

private func openSSLFailed(_ operation: StaticString) -> Never {
    let code = ERR_get_error()
    // Reason for unsafe: OpenSSL's constant texts, which live as long as the process.
    let reason = unsafe ERR_reason_error_string(code).map { unsafe String(cString: $0) } ?? "no reason given"
    fatalError("OpenSSL failed in \(operation): \(reason)")
}

/// Errors wait in a queue per thread, where TLS would mistake ours for its own: empty it after a refusal.
func refused() -> Bool {
    ERR_clear_error()
    return false
}
