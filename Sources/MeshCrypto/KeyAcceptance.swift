package import MeshCore

/// Which public keys may enter a node. OpenSSL 3.0 verifies signatures under keys of small order, which nobody
/// holds: with the key `0100…00` everybody can sign everything. So every key passes here first.
package enum KeyAcceptance {
    /// Ed25519: canonical (y < p = 2^255 - 19, RFC 8032, section 5.1.3) and not a point of small order. Also the
    /// rule for the point R of a signature.
    package static func isAcceptable(_ key: NodeID) -> Bool {
        let (first, second, third, last) = key.bytes.words
        // The top bit, in the last byte, is the sign of x. Points of small order are refused with either sign.
        let coordinate = Bytes32(words: first, second, third, last & ~0x80)
        return isBelowPrime(coordinate) && !smallOrderY.contains(coordinate)
    }

    /// X25519: u < p and not a point of small order, on the curve or its twist (RFC 7748, section 6.1).
    package static func isAcceptable(prekey: Bytes32) -> Bool {
        isBelowPrime(prekey) && !smallOrderU.contains(prekey)
    }

    /// Both RFCs encode coordinates little-endian: the last word is the greatest, and each is to be read backwards.
    private static func isBelowPrime(_ coordinate: Bytes32) -> Bool {
        let (first, second, third, last) = coordinate.words
        let number = (last.byteSwapped, third.byteSwapped, second.byteSwapped, first.byteSwapped)
        return number < (.max >> 1, .max, .max, .max - 18)
    }

    /// p = 2^255 - 19, little-endian.
    static let prime: [UInt8] = [0xED] + [UInt8](repeating: 0xFF, count: 30) + [0x7F]
    private static let one = literal("01" + String(repeating: "00", count: 31))
    private static let minusOne = literal("ec" + String(repeating: "ff", count: 30) + "7f")

    /// The y of the eight points whose order divides 8: order 1 (y = 1), 2 (-1), 4 (0) and 8 (the last two).
    private static let smallOrderY = [
        .zero, one, minusOne,
        literal("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
        literal("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    ]

    /// The u of the points whose order divides 8 on the curve, and 4 on the twist.
    private static let smallOrderU = [
        .zero, one, minusOne,
        literal("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
        literal("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
    ]

    private static func literal(_ hex: String) -> Bytes32 {
        guard let bytes = Bytes32(hex: hex) else { preconditionFailure("a constant of this file is not hex") }
        return bytes
    }
}
