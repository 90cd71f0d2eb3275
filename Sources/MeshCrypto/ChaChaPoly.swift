internal import COpenSSL

/// ChaCha20-Poly1305 (RFC 8439). What is sealed is ciphertext ‖ 16-byte tag.
///
/// The node seals each thing under a key of its own with nonce zero; other nonces are HPKE's.
package enum ChaChaPoly {
    package static let keyCount = 32
    package static let nonceCount = 12
    package static let tagCount = 16
    package static let zeroNonce = [UInt8](repeating: 0, count: nonceCount)

    package static func seal(
        _ plaintext: [UInt8], with key: SecretBytes, nonce: [UInt8] = zeroNonce, authenticating: [UInt8]
    ) -> [UInt8] {
        seal(plaintext.span, key, nonce, authenticating)
    }

    /// Nil when the tag does not match.
    package static func open(
        _ sealed: [UInt8], with key: SecretBytes, nonce: [UInt8] = zeroNonce, authenticating: [UInt8]
    ) -> [UInt8]? {
        guard sealed.count >= tagCount else { return nil }
        var plaintext = [UInt8](repeating: 0, count: sealed.count - tagCount)
        var span = plaintext.mutableSpan
        return open(sealed, into: &span, key, nonce, authenticating) ? plaintext : nil
    }

    /// Seals a secret under another one.
    package static func seal(
        _ secret: SecretBytes, with key: SecretBytes, nonce: [UInt8] = zeroNonce, authenticating: [UInt8] = []
    ) -> [UInt8] {
        secret.withBytes { seal($0, key, nonce, authenticating) }
    }

    /// Opens a sealed secret straight into secret memory. Nil when the tag does not match.
    package static func openSecret(
        _ sealed: [UInt8], with key: SecretBytes, nonce: [UInt8] = zeroNonce, authenticating: [UInt8] = []
    ) -> SecretBytes? {
        guard sealed.count >= tagCount else { return nil }
        return SecretBytes.attempt(count: sealed.count - tagCount) {
            open(sealed, into: &$0, key, nonce, authenticating)
        }
    }

    private static func seal(
        _ plaintext: Span<UInt8>, _ key: SecretBytes, _ nonce: [UInt8], _ authenticated: [UInt8]
    ) -> [UInt8] {
        let cipher = CipherContext(.encrypt, key: key, nonce: nonce)
        cipher.authenticate(authenticated)
        var sealed = [UInt8](repeating: 0, count: plaintext.count)
        var span = sealed.mutableSpan
        let isDone = cipher.update(plaintext, into: &span) && cipher.finish()
        precondition(isDone, "OpenSSL did not encrypt")
        sealed += cipher.tag
        return sealed
    }

    private static func open(
        _ sealed: [UInt8], into plaintext: inout MutableSpan<UInt8>, _ key: SecretBytes, _ nonce: [UInt8],
        _ authenticated: [UInt8]
    ) -> Bool {
        let cipher = CipherContext(.decrypt, key: key, nonce: nonce)
        cipher.expectTag(Array(sealed.suffix(tagCount)))
        cipher.authenticate(authenticated)
        let ciphertext = sealed.span.extracting(droppingLast: tagCount)
        return cipher.update(ciphertext, into: &plaintext) && cipher.finish() ? true : refused()
    }
}

/// One use of the cipher.
@safe
private struct CipherContext: ~Copyable {
    enum Direction: CInt { case decrypt = 0, encrypt = 1 }

    private let context: OpaquePointer

    init(_ direction: Direction, key: SecretBytes, nonce: [UInt8]) {
        precondition(key.count == ChaChaPoly.keyCount && nonce.count == ChaChaPoly.nonceCount)
        // Reason for unsafe: a C object that this value owns and frees in `deinit`; key and nonce have the lengths
        // that the cipher reads.
        unsafe context = mustExist(EVP_CIPHER_CTX_new(), "EVP_CIPHER_CTX_new")
        let algorithm = unsafe Algorithms.shared.chaChaPoly
        let result = key.withBytes { key in
            unsafe key.withUnsafeBufferPointer {
                unsafe EVP_CipherInit_ex2(context, algorithm, $0.baseAddress, nonce, direction.rawValue, nil)
            }
        }
        mustSucceed(result, "EVP_CipherInit_ex2")
    }

    deinit { unsafe EVP_CIPHER_CTX_free(context) }

    borrowing func authenticate(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        var count: CInt = 0
        // Reason for unsafe: without output OpenSSL only reads the array.
        let result = unsafe EVP_CipherUpdate(context, nil, &count, bytes, CInt(bytes.count))
        mustSucceed(result, "EVP_CipherUpdate")
    }

    /// `output` must have room for all of `input`.
    borrowing func update(_ input: Span<UInt8>, into output: inout MutableSpan<UInt8>) -> Bool {
        guard !input.isEmpty else { return true }
        precondition(output.count >= input.count)
        var count: CInt = 0
        // Reason for unsafe: a stream cipher writes as many bytes as it reads.
        let result = unsafe input.withUnsafeBufferPointer { input in
            unsafe output.withUnsafeMutableBufferPointer { output in
                unsafe EVP_CipherUpdate(context, output.baseAddress, &count, input.baseAddress, CInt(input.count))
            }
        }
        return result == 1 && Int(count) == input.count
    }

    /// False when the tag does not match. A stream cipher writes nothing here.
    borrowing func finish() -> Bool {
        var nothing = [UInt8](repeating: 0, count: ChaChaPoly.tagCount)
        var count: CInt = 0
        return unsafe EVP_CipherFinal_ex(context, &nothing, &count) == 1
    }

    borrowing func expectTag(_ tag: [UInt8]) {
        var tag = tag
        // Reason for unsafe: OpenSSL copies the 16 bytes.
        let result = unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, CInt(tag.count), &tag)
        mustSucceed(result, "EVP_CTRL_AEAD_SET_TAG")
    }

    var tag: [UInt8] {
        var tag = [UInt8](repeating: 0, count: ChaChaPoly.tagCount)
        // Reason for unsafe: OpenSSL writes as many bytes as it is told.
        let result = unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, CInt(tag.count), &tag)
        mustSucceed(result, "EVP_CTRL_AEAD_GET_TAG")
        return tag
    }
}
