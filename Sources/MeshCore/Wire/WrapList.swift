/// The wraps of a message, in the bytes in which they travel.
///
/// Every receiver hashes all of them and opens one: as values of their own, those of 1,000 recipients cost a node 92
/// microseconds a message, most of it in allocating and writing them out again.
package struct WrapList: Sendable, Hashable, RandomAccessCollection {
    /// The items of a list in the wire format, without its length.
    package let bytes: [UInt8]

    package init(_ wraps: [Wrap]) {
        var writer = WireWriter()
        writer.reserve(wraps.count * Wrap.size)
        for wrap in wraps { wrap.encode(into: &writer) }
        bytes = writer.bytes
    }

    /// Of at most ``WireLimits/wraps``, in strictly ascending order of (prekeyID, encapsulated).
    package init(from reader: inout WireReader) throws(WireError) {
        let count = try reader.readCount(limit: WireLimits.wraps, itemSize: Wrap.size, in: "wraps")
        bytes = try reader.readRaw(count * Wrap.size)
        for index in indices.dropFirst() where !isAscending(before: index) { throw .unsorted("wraps") }
    }

    package func encode(into writer: inout WireWriter) { writer.write(bytes: bytes, count: count) }

    package var startIndex: Int { 0 }
    package var endIndex: Int { bytes.count / Wrap.size }

    package subscript(index: Int) -> Wrap {
        let wrap = bytes[index * Wrap.size..<(index + 1) * Wrap.size]
        guard let encapsulated = Bytes32(wrap.dropFirst(8).prefix(Bytes32.count)) else {
            preconditionFailure("a slice of 32 bytes")
        }
        return Wrap(
            prekeyID: prekeyID(at: index), encapsulated: encapsulated, sealed: Array(wrap.suffix(Wrap.sealedCount)))
    }

    package func prekeyID(at index: Int) -> UInt64 {
        let start = index * Wrap.size
        var id: UInt64 = 0
        for offset in 0..<8 { id = id << 8 | UInt64(bytes[start + offset]) }
        return id
    }

    /// Where the wraps for the prekey with this id begin, or would.
    package func firstIndex(of id: UInt64) -> Int {
        indices.partitioningIndex { prekeyID(at: $0) >= id }
    }

    /// The bytes of id and encapsulated key, which stand first, order like the two as numbers.
    private func isAscending(before index: Int) -> Bool {
        let (left, right) = ((index - 1) * Wrap.size, index * Wrap.size)
        for offset in 0..<8 + Bytes32.count where bytes[left + offset] != bytes[right + offset] {
            return bytes[left + offset] < bytes[right + offset]
        }
        return false
    }
}

extension WrapList: ExpressibleByArrayLiteral {
    package init(arrayLiteral elements: Wrap...) { self.init(elements) }
}
