package import MeshCore

/// Not a cryptographic hash: 32 bytes that follow from everything absorbed, at several bytes a nanosecond.
///
/// Four 64-bit lanes, each a chain of multiply, xor and rotate steps; every step is a bijection of its lane, so one
/// changed byte always changes the state. The end stirs the lanes into each other. Equal in every process and build.
package struct ByteMixer: Sendable {
    private var lane0, lane1, lane2, lane3: UInt64

    // Odd, with about as many ones as zeros: the constants of xxHash64 (Collet) and of SplitMix64.
    private static let prime0: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime1: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let prime2: UInt64 = 0xBF58_476D_1CE4_E5B9
    private static let prime3: UInt64 = 0x94D0_49BB_1331_11EB

    /// `domain` separates uses: the same bytes in two domains have nothing to do with each other.
    package init(domain: UInt64) {
        (lane0, lane1) = (domain ^ Self.prime1, Self.scramble(domain &+ Self.prime0))
        (lane2, lane3) = (~domain, Self.scramble(domain ^ Self.prime2))
    }

    package mutating func absorb(_ word: UInt64) { absorb(word, Self.prime0, Self.prime2, Self.prime3) }

    package mutating func absorb(_ value: Bytes32) {
        let words = value.words
        absorb(words.0, words.1, words.2, words.3)
    }

    /// The length is absorbed as well, so that no two lists of byte strings run into each other.
    package mutating func absorb(_ bytes: [UInt8]) {
        var index = 0
        while bytes.count - index >= 32 {
            absorb(
                Self.word(bytes, index), Self.word(bytes, index + 8), Self.word(bytes, index + 16),
                Self.word(bytes, index + 24))
            index += 32
        }
        while bytes.count - index >= 8 {
            absorb(Self.word(bytes, index))
            index += 8
        }
        var rest: UInt64 = 0
        while index < bytes.count {
            rest = rest << 8 | UInt64(bytes[index])
            index += 1
        }
        absorb(rest, UInt64(bytes.count), Self.prime1, Self.prime0)
    }

    /// What all of it comes to.
    package var value: Bytes32 {
        var (word0, word1, word2, word3) = (lane0, lane1, lane2, lane3)
        for _ in 0..<3 {
            word0 = Self.scramble(word0 &+ word3)
            word1 = Self.scramble(word1 ^ word0)
            word2 = Self.scramble(word2 &+ word1)
            word3 = Self.scramble(word3 ^ word2)
        }
        return Bytes32(words: word0, word1, word2, word3)
    }

    private mutating func absorb(_ word0: UInt64, _ word1: UInt64, _ word2: UInt64, _ word3: UInt64) {
        lane0 = Self.step(lane0, word0, Self.prime0)
        lane1 = Self.step(lane1, word1, Self.prime1)
        lane2 = Self.step(lane2, word2, Self.prime2)
        lane3 = Self.step(lane3, word3, Self.prime3)
    }

    private static func step(_ lane: UInt64, _ word: UInt64, _ prime: UInt64) -> UInt64 {
        let mixed = (lane ^ word) &* prime
        return mixed << 29 | mixed >> 35
    }

    /// The finaliser of SplitMix64.
    private static func scramble(_ word: UInt64) -> UInt64 {
        var mixed = (word ^ word >> 30) &* prime2
        mixed = (mixed ^ mixed >> 27) &* prime3
        return mixed ^ mixed >> 31
    }

    /// Little-endian. One check of bounds, after which the compiler makes a single load of the eight.
    private static func word(_ bytes: [UInt8], _ index: Int) -> UInt64 {
        precondition(index >= 0 && index <= bytes.count - 8, "eight bytes past the end")
        let low =
            UInt64(bytes[index]) | UInt64(bytes[index + 1]) << 8 | UInt64(bytes[index + 2]) << 16
            | UInt64(bytes[index + 3]) << 24
        let high =
            UInt64(bytes[index + 4]) | UInt64(bytes[index + 5]) << 8 | UInt64(bytes[index + 6]) << 16
            | UInt64(bytes[index + 7]) << 24
        return low | high << 32
    }
}
