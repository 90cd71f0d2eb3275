/// As much of DER (ITU-T X.690, section 10) as a node's certificate needs.
enum DER {
    enum Tag {
        static let boolean: UInt8 = 0x01
        static let integer: UInt8 = 0x02
        static let bitString: UInt8 = 0x03
        static let octetString: UInt8 = 0x04
        static let objectIdentifier: UInt8 = 0x06
        static let utf8String: UInt8 = 0x0C
        static let utcTime: UInt8 = 0x17
        static let generalizedTime: UInt8 = 0x18
        static let sequence: UInt8 = 0x30
        static let set: UInt8 = 0x31
        /// `[number]` around a whole element.
        static func explicit(_ number: UInt8) -> UInt8 { 0xA0 | number }
    }

    /// Tag, shortest length, contents. Our certificates stay far below 64 KiB.
    static func element(_ tag: UInt8, _ contents: [UInt8]...) -> [UInt8] {
        let body = Array(contents.joined())
        switch body.count {
        case ..<0x80: return [tag, UInt8(body.count)] + body
        case ..<0x100: return [tag, 0x81, UInt8(body.count)] + body
        case ..<0x10000: return [tag, 0x82, UInt8(body.count >> 8), UInt8(body.count & 0xFF)] + body
        default: preconditionFailure("an element of \(body.count) bytes")
        }
    }

    static func sequence(_ contents: [UInt8]...) -> [UInt8] { element(Tag.sequence, Array(contents.joined())) }
}

/// Walks the elements of a DER encoding that came from somebody else.
struct DERReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    /// The next element's contents and whole encoding; nil unless it has this tag and a shortest length (up to two
    /// bytes of it) within the input.
    mutating func read(_ tag: UInt8) -> (contents: ArraySlice<UInt8>, whole: ArraySlice<UInt8>)? {
        guard rest.first == tag, let (headerCount, count) = length(), rest.count >= headerCount + count else {
            return nil
        }
        let whole = rest.prefix(headerCount + count)
        rest = rest.dropFirst(whole.count)
        return (whole.dropFirst(headerCount), whole)
    }

    private func length() -> (headerCount: Int, count: Int)? {
        let bytes = Array(rest.prefix(4))
        guard bytes.count >= 2 else { return nil }
        switch bytes[1] {
        case ..<0x80:
            return (2, Int(bytes[1]))
        case 0x81 where bytes.count >= 3 && bytes[2] >= 0x80:
            return (3, Int(bytes[2]))
        case 0x82 where bytes.count == 4 && bytes[2] > 0:
            return (4, Int(bytes[2]) << 8 | Int(bytes[3]))
        default:
            return nil
        }
    }
}
