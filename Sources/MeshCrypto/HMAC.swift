internal import COpenSSL

/// HMAC-SHA256 (RFC 2104), fed piece by piece so that secrets and public bytes need not be put together first.
@safe
package struct HMAC: ~Copyable {
    package static let count = 32

    private let context: OpaquePointer

    /// All at once, for public bytes.
    package static func authenticate(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        var code = HMAC(key: key)
        code.update(bytes)
        return code.finalize()
    }

    package init(key: SecretBytes) {
        self.init()
        key.withBytes { setKey($0) }
    }

    package init(key: [UInt8]) {
        self.init()
        setKey(key.span)
    }

    private init() {
        // Reason for unsafe: a C object that this value owns and frees in `deinit`.
        unsafe context = mustExist(EVP_MAC_CTX_dup(Algorithms.shared.hmacSHA256), "EVP_MAC_CTX_dup")
    }

    deinit { unsafe EVP_MAC_CTX_free(context) }

    package mutating func update(_ bytes: [UInt8]) { update(bytes.span) }

    mutating func update(_ secret: SecretBytes) { secret.withBytes { update($0) } }

    mutating func update(_ bytes: Span<UInt8>) {
        // Reason for unsafe: OpenSSL reads the bytes during the call.
        let result = unsafe bytes.withUnsafeBufferPointer { unsafe EVP_MAC_update(context, $0.baseAddress, $0.count) }
        mustSucceed(result, "EVP_MAC_update")
    }

    /// The code, public.
    package consuming func finalize() -> [UInt8] {
        var code = [UInt8](repeating: 0, count: Self.count)
        var span = code.mutableSpan
        write(to: &span)
        return code
    }

    /// The code as a key for something else.
    consuming func finalizeSecret() -> SecretBytes {
        SecretBytes(count: Self.count) { write(to: &$0) }
    }

    private borrowing func write(to code: inout MutableSpan<UInt8>) {
        var written = 0
        // Reason for unsafe: OpenSSL is told how much room there is.
        let result = unsafe code.withUnsafeMutableBufferPointer {
            unsafe EVP_MAC_final(context, $0.baseAddress, &written, $0.count)
        }
        mustSucceed(result, "EVP_MAC_final")
    }

    private borrowing func setKey(_ key: Span<UInt8>) {
        // A duplicated context has the empty key already, and a null pointer would not mean another one.
        guard !key.isEmpty else { return }
        // Reason for unsafe: OpenSSL copies the key.
        let result = unsafe key.withUnsafeBufferPointer { unsafe EVP_MAC_init(context, $0.baseAddress, $0.count, nil) }
        mustSucceed(result, "EVP_MAC_init")
    }
}
