/// 32 bytes as a value: what keys and hashes are made of.
///
/// Kept as four big-endian words, so that comparing two values is comparing their bytes as unsigned numbers
/// from the first byte on: the order of every *sorted* list on the wire and of the ring.
package struct Bytes32: Hashable, Sendable {
    private let word0, word1, word2, word3: UInt64

    /// 32 zero bytes: `Z` in the wire format, "no network", "no previous operation".
    package static let zero = Bytes32(words: 0, 0, 0, 0)
    package static let count = 32

    private init(words word0: UInt64, _ word1: UInt64, _ word2: UInt64, _ word3: UInt64) {
        (self.word0, self.word1, self.word2, self.word3) = (word0, word1, word2, word3)
    }

    /// Nil unless `bytes` holds exactly 32 bytes.
    package init?(_ bytes: some RandomAccessCollection<UInt8>) {
        guard bytes.count == Self.count else { return nil }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        for (index, byte) in bytes.enumerated() {
            let value = UInt64(byte)
            switch index / 8 {
            case 0: words.0 = words.0 << 8 | value
            case 1: words.1 = words.1 << 8 | value
            case 2: words.2 = words.2 << 8 | value
            default: words.3 = words.3 << 8 | value
            }
        }
        self.init(words: words.0, words.1, words.2, words.3)
    }

    /// From 64 hex digits, upper or lower case; nil for anything else.
    package init?(hex: some StringProtocol) {
        guard let bytes = Hex.decode(hex) else { return nil }
        self.init(bytes)
    }

    package var array: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.count)
        append(to: &bytes)
        return bytes
    }

    package func append(to bytes: inout [UInt8]) {
        for word in [word0, word1, word2, word3] {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
    }

    package var hex: String { Hex.encode(array) }
}

extension Bytes32: Comparable {
    package static func < (left: Bytes32, right: Bytes32) -> Bool {
        if left.word0 != right.word0 { return left.word0 < right.word0 }
        if left.word1 != right.word1 { return left.word1 < right.word1 }
        if left.word2 != right.word2 { return left.word2 < right.word2 }
        return left.word3 < right.word3
    }
}
