/// 32 bytes as a value: what keys and hashes are made of.
///
/// Kept as four big-endian words, so that comparing two values is comparing their bytes as unsigned numbers
/// from the first byte on: the order of every *sorted* list on the wire and of the ring.
package struct Bytes32: Hashable, Sendable {
    private let word0, word1, word2, word3: UInt64

    /// 32 zero bytes: `Z` in the wire format, "no network", "no previous operation".
    package static let zero = Bytes32(words: 0, 0, 0, 0)
    package static let count = 32

    /// The four words from the first byte on.
    package init(words word0: UInt64, _ word1: UInt64, _ word2: UInt64, _ word3: UInt64) {
        (self.word0, self.word1, self.word2, self.word3) = (word0, word1, word2, word3)
    }

    /// Nil unless `bytes` holds exactly 32 bytes. Not generic: every hash of every message passes here, and a
    /// generic across modules costs a tenth of a node's time (measured with `perf`).
    package init?(_ bytes: [UInt8]) { self.init(bytes[...]) }

    /// Nil unless `bytes` holds exactly 32 bytes.
    package init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count == Self.count else { return nil }
        let start = bytes.startIndex
        func word(_ number: Int) -> UInt64 {
            var value: UInt64 = 0
            for index in start + 8 * number..<start + 8 * number + 8 { value = value << 8 | UInt64(bytes[index]) }
            return value
        }
        self.init(words: word(0), word(1), word(2), word(3))
    }

    /// From 64 hex digits, upper or lower case; nil for anything else.
    package init?(hex: some StringProtocol) {
        guard let bytes = Hex.decode(hex) else { return nil }
        self.init(bytes)
    }

    package var words: (UInt64, UInt64, UInt64, UInt64) { (word0, word1, word2, word3) }

    package var array: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.count)
        append(to: &bytes)
        return bytes
    }

    /// Room is asked for once: byte for byte, an array asks each time, which took 22 ns instead of 10.
    package func append(to bytes: inout [UInt8]) {
        bytes.append(addingCapacity: Self.count) { output in
            Self.append(word0, to: &output)
            Self.append(word1, to: &output)
            Self.append(word2, to: &output)
            Self.append(word3, to: &output)
        }
    }

    private static func append(_ word: UInt64, to output: inout OutputSpan<UInt8>) {
        var shift: UInt64 = 64
        while shift > 0 {
            shift -= 8
            output.append(UInt8(truncatingIfNeeded: word >> shift))
        }
    }

    package var hex: String { Hex.encode(array) }

    /// The first 8 bytes, big-endian: enough to tell values apart where nobody forges, as in a simulation.
    package var leadingWord: UInt64 { word0 }
}

extension Bytes32: Comparable {
    package static func < (left: Bytes32, right: Bytes32) -> Bool {
        if left.word0 != right.word0 { return left.word0 < right.word0 }
        if left.word1 != right.word1 { return left.word1 < right.word1 }
        if left.word2 != right.word2 { return left.word2 < right.word2 }
        return left.word3 < right.word3
    }
}
