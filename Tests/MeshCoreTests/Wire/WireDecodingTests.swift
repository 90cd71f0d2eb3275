import MeshCore
import Testing

/// What a decoder must stand: bytes that end early, go on, are changed, or are noise.
struct WireDecodingTests {
    @Test(arguments: WireSample.all)
    func decodingGivesBackTheValue(_ sample: WireSample) {
        #expect(sample.isDecoded(sample.bytes))
    }

    @Test(arguments: WireSample.all)
    func noBytesShortOfTheWholeAreAValue(_ sample: WireSample) {
        for length in sample.bytes.indices {
            #expect(throws: WireError.self, "\(length) of \(sample.bytes.count) bytes") {
                try sample.recode(Array(sample.bytes.prefix(length)))
            }
        }
    }

    @Test(arguments: WireSample.all)
    func aByteTooManyIsRefused(_ sample: WireSample) {
        #expect(throws: WireError.trailingBytes(1)) { try sample.recode(sample.bytes + [0]) }
    }

    /// Whatever still decodes after a change encodes to exactly the changed bytes: no value has two forms.
    @Test(arguments: WireSample.all)
    func aChangedByteIsRefusedOrIsAnotherValue(_ sample: WireSample) {
        for index in sample.bytes.indices {
            for mask: UInt8 in [0x01, 0x80, 0xFF] {
                var changed = sample.bytes
                changed[index] ^= mask
                guard let again = try? sample.recode(changed), !Self.isSkipped(sample, changed) else { continue }
                #expect(again == changed, "byte \(index)")
                #expect(!sample.isDecoded(changed), "byte \(index)")
            }
        }
    }

    @Test func noiseIsRefusedOrIsAValue() {
        var random = SeededGenerator(seed: 1)
        for round in 0..<20_000 {
            let count = Int.random(in: 0..<300, using: &random)
            // Small numbers are likely to be tags, counts and flags that exist.
            let largest: UInt8 = Bool.random(using: &random) ? 2 : 255
            var noise = (0..<count).map { _ in UInt8.random(in: 0...largest, using: &random) }
            if noise.count >= 4 { noise.replaceSubrange(0..<4, with: [UInt8(round % 18), 0, 0, 0]) }
            if let message = try? Message(decoding: noise) { #expect(message.encoded() == noise) }
            let sample = WireSample.all[round % WireSample.all.count]
            if let again = try? sample.recode(noise) { #expect(again == noise) }
        }
    }

    @Test func aKindFromTheFutureIsSkippedOrRefused() throws {
        #expect(try Message(decoding: [5, 0, 0, 0x80, 1, 2, 3]) == .unknownOptional(0x8000_0005))
        #expect(throws: WireError.unknownCriticalKind(18)) { try Message(decoding: [18, 0, 0, 0]) }
        #expect(throws: WireError.unknownCriticalKind(0x7FFF_FFFF)) { try Message(decoding: [255, 255, 255, 127]) }
    }

    @Test func aBodyOfAnotherFormatIsRefused() {
        for sample in WireSample.bodies {
            #expect(throws: WireError.unknownFormat(2), "\(sample.name)") {
                try sample.recode([2] + sample.bytes.dropFirst())
            }
        }
    }

    /// A change of the kind may turn a message into an optional one that is skipped unread.
    private static func isSkipped(_ sample: WireSample, _ bytes: [UInt8]) -> Bool {
        guard case .unknownOptional = try? Message(decoding: bytes) else { return false }
        return (try? Message(decoding: sample.bytes)) != nil
    }
}
