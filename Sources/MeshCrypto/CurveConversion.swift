internal import COpenSSL
package import MeshCore

/// An identity's key as an X25519 key: the birational map between the two forms of curve 25519 (RFC 7748, section
/// 4.1). For sealing to somebody who has published no prekey yet; it gives no forward secrecy.
package enum CurveConversion {
    /// u = (1 + y) / (1 - y) mod p. Nil for a key that ``KeyAcceptance`` refuses, so 1 - y is never zero.
    ///
    /// Whether the key is on the curve at all is not asked: nobody holds one that is not, so nobody would open what
    /// is sealed to it.
    package static func convertToX25519(_ key: NodeID) -> Bytes32? {
        guard KeyAcceptance.isAcceptable(key) else { return nil }
        var coordinate = key.rawBytes
        coordinate[31] &= 0x7F
        let one = BigNumber(littleEndian: [1])
        let y = BigNumber(littleEndian: coordinate)
        let u = FieldArithmetic().quotient(of: one, plus: y, by: one, minus: y)
        return Bytes32(u.littleEndian(count: Bytes32.count))
    }

    /// The scalar that RFC 8032, section 5.1.5, derives from the seed: the first half of SHA-512, clamped.
    package static func convertToX25519(_ seed: IdentitySeed) -> SecretBytes {
        let digest = SHA2.sha512(seed.secret)
        return SecretBytes(count: 32) { scalar in
            digest.withBytes { digest in
                for index in 0..<32 { scalar[index] = digest[index] }
            }
            scalar[0] &= 0xF8
            scalar[31] = scalar[31] & 0x7F | 0x40
        }
    }
}

/// A number of OpenSSL's, for public values only: the arithmetic takes a time that depends on them.
@safe
private struct BigNumber: ~Copyable {
    fileprivate let raw: OpaquePointer

    init(littleEndian bytes: [UInt8]) {
        // Reason for unsafe: a C object that this value owns and frees in `deinit`.
        unsafe raw = mustExist(BN_lebin2bn(bytes, CInt(bytes.count), nil), "BN_lebin2bn")
    }

    deinit { unsafe BN_free(raw) }

    borrowing func littleEndian(count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        // Reason for unsafe: OpenSSL writes exactly `count` bytes or fails.
        let written = unsafe BN_bn2lebinpad(raw, &bytes, CInt(count))
        precondition(Int(written) == count, "a field element longer than \(count) bytes")
        return bytes
    }
}

/// Arithmetic modulo p = 2^255 - 19.
@safe
private struct FieldArithmetic: ~Copyable {
    private let scratch: OpaquePointer
    private let prime = BigNumber(littleEndian: KeyAcceptance.prime)

    init() {
        // Reason for unsafe: a C object that this value owns and frees in `deinit`.
        unsafe scratch = mustExist(BN_CTX_new(), "BN_CTX_new")
    }

    deinit { unsafe BN_CTX_free(scratch) }

    /// (a + b) / (c - d). The divisor must not be zero.
    borrowing func quotient(
        of a: borrowing BigNumber, plus b: borrowing BigNumber, by c: borrowing BigNumber, minus d: borrowing BigNumber
    ) -> BigNumber {
        let sum = BigNumber(littleEndian: [])
        let difference = BigNumber(littleEndian: [])
        // Reason for unsafe: all numbers live here, and OpenSSL allows a result to be one of the operands.
        let isAdded = unsafe BN_mod_add(sum.raw, a.raw, b.raw, prime.raw, scratch)
        mustSucceed(isAdded, "BN_mod_add")
        let isSubtracted = unsafe BN_mod_sub(difference.raw, c.raw, d.raw, prime.raw, scratch)
        mustSucceed(isSubtracted, "BN_mod_sub")
        let inverse = unsafe BN_mod_inverse(difference.raw, difference.raw, prime.raw, scratch)
        precondition(unsafe inverse != nil, "BN_mod_inverse: division by zero")
        let isMultiplied = unsafe BN_mod_mul(sum.raw, sum.raw, difference.raw, prime.raw, scratch)
        mustSucceed(isMultiplied, "BN_mod_mul")
        return sum
    }
}
