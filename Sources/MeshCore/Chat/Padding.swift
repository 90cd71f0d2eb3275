/// Content is padded to a power of two, so that its length on the wire says little (protocol, 3.2).
package enum Padding {
    package static let smallest = 128
    package static let largest = WireLimits.plaintext

    /// u32 length, content, zeros up to the smallest bucket that holds both; nil when no bucket does.
    package static func pad(
        _ content: [UInt8], smallest: Int = Self.smallest, largest: Int = Self.largest
    ) -> [UInt8]? {
        guard let bucket = bucket(for: content.count, from: smallest, to: largest) else { return nil }
        var writer = WireWriter()
        writer.write(UInt32(content.count))
        writer.write(raw: content)
        writer.write(raw: [UInt8](repeating: 0, count: bucket - 4 - content.count))
        return writer.bytes
    }

    /// The content; nil for a length beyond the bucket, padding that is not zero, or a bucket that is not the
    /// smallest: one content has one padded form.
    package static func unpad(_ padded: [UInt8]) -> [UInt8]? {
        guard padded.count >= smallest else { return nil }
        let length = (0..<4).reduce(0) { $0 | Int(padded[$1]) << (8 * $1) }
        guard length <= padded.count - 4, bucket(for: length) == padded.count,
            padded[(4 + length)...].allSatisfy({ $0 == 0 })
        else { return nil }
        return Array(padded[4..<4 + length])
    }

    private static func bucket(for length: Int, from smallest: Int = smallest, to largest: Int = largest) -> Int? {
        var bucket = smallest
        while bucket < length + 4 { bucket *= 2 }
        return bucket <= largest ? bucket : nil
    }
}
