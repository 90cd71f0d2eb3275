import COpenSSL
import MeshCore
import MeshCrypto
import Testing

/// What an attacker can make without a key, and what OpenSSL alone says to it. For tests of the rules that we add.
enum Forgery {
    /// OpenSSL's own verification, without our key acceptance.
    static func openSSLAccepts(_ signature: [UInt8], of message: [UInt8], by key: [UInt8]) -> Bool {
        // Reason for unsafe: C objects made and freed here, arrays that live during the calls.
        guard let key = unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, key, key.count) else { return false }
        let context = unsafe EVP_MD_CTX_new()
        defer {
            unsafe EVP_MD_CTX_free(context)
            unsafe EVP_PKEY_free(key)
            ERR_clear_error()
        }
        return unsafe EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1
            && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }

    /// R = rB and S = r for a random r: right for every message whose hash times the key is the neutral element,
    /// which happens for one message in 8, 4, 2 or 1 when the key's order is that small.
    static func keyless() throws -> Signature {
        let seed = RandomBytes.make(32)
        let point = IdentityKey(seed: try #require(IdentitySeed(bytes: seed))).publicKey
        return try #require(Signature(point.rawBytes + reduced(scalar(of: seed))))
    }

    /// With R the neutral element and S = ka, made by the key's owner: OpenSSL's equation SB = R + kA holds.
    static func neutralPoint(_ message: [UInt8], seed: [UInt8]) throws -> Signature {
        let key = IdentityKey(seed: try #require(IdentitySeed(bytes: seed))).publicKey
        let point: [UInt8] = [1] + [UInt8](repeating: 0, count: 31)
        let challenge = sha512(point + key.rawBytes + message)
        return try #require(Signature(point + product(challenge, scalar(of: seed))))
    }

    /// RFC 8032, section 5.1.5.
    private static func scalar(of seed: [UInt8]) -> [UInt8] {
        var scalar = Array(sha512(seed).prefix(32))
        scalar[0] &= 0xF8
        scalar[31] = scalar[31] & 0x7F | 0x40
        return scalar
    }

    private static func sha512(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 64)
        unsafe SHA512(bytes, bytes.count, &digest)
        return digest
    }

    private static func reduced(_ number: [UInt8]) -> [UInt8] { product(number, [1]) }

    /// Little-endian, modulo the group order L = 2^252 + 27742317777372353535851937790883648493.
    private static func product(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        let order: [UInt8] = [
            0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
        ]
        var result = [UInt8](repeating: 0, count: 32)
        let scratch = unsafe BN_CTX_new()
        let numbers = unsafe (number(left), number(right), number(order))
        unsafe BN_mod_mul(numbers.0, numbers.0, numbers.1, numbers.2, scratch)
        unsafe BN_bn2lebinpad(numbers.0, &result, 32)
        unsafe BN_free(numbers.0)
        unsafe BN_free(numbers.1)
        unsafe BN_free(numbers.2)
        unsafe BN_CTX_free(scratch)
        return result
    }

    private static func number(_ littleEndian: [UInt8]) -> OpaquePointer? {
        unsafe BN_lebin2bn(littleEndian, CInt(littleEndian.count), nil)
    }
}
