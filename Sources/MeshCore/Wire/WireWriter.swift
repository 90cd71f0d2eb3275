/// Writes bincode 1.x: little-endian fixed-width integers, u64 lengths, u32 variant tags, u8 option tags.
package struct WireWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// Room for this many bytes more, where they are known beforehand.
    mutating func reserve(_ count: Int) { bytes.reserveCapacity(bytes.count + count) }

    package mutating func write(_ value: UInt8) { bytes.append(value) }

    package mutating func write<Integer: FixedWidthInteger & UnsignedInteger>(_ value: Integer) {
        var rest = value
        for _ in 0..<(Integer.bitWidth / 8) {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    package mutating func write(_ value: Bool) { bytes.append(value ? 1 : 0) }
    package mutating func write(_ value: Bytes32) { value.append(to: &bytes) }
    package mutating func write(_ value: NodeID) { write(value.bytes) }
    package mutating func write(_ value: Hash) { write(value.bytes) }
    package mutating func write(_ value: Signature) { bytes.append(contentsOf: value.bytes) }

    /// Bytes of a length that both ends know: no length field.
    package mutating func write(raw value: [UInt8]) { bytes.append(contentsOf: value) }

    package mutating func write(bytes value: [UInt8]) {
        write(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// A list of `count` items that are encoded already.
    mutating func write(bytes items: [UInt8], count: Int) {
        write(UInt64(count))
        bytes.append(contentsOf: items)
    }

    package mutating func write(text value: String) { write(bytes: Array(value.utf8)) }

    package mutating func write(_ value: some WireValue) { value.encode(into: &self) }

    package mutating func write<Value: WireValue>(_ value: Value?) {
        write(value == nil ? UInt8(0) : UInt8(1))
        if let value { write(value) }
    }

    package mutating func write(text value: String?) {
        write(value == nil ? UInt8(0) : UInt8(1))
        if let value { write(text: value) }
    }

    package mutating func write<Value: WireValue>(list: [Value]) {
        write(UInt64(list.count))
        for value in list { write(value) }
    }
}

/// Something with one byte form.
package protocol WireValue {
    init(from reader: inout WireReader) throws(WireError)
    func encode(into writer: inout WireWriter)
}

extension WireValue {
    package func encoded() -> [UInt8] {
        var writer = WireWriter()
        encode(into: &writer)
        return writer.bytes
    }

    /// Decodes all of `bytes`; a byte left over is an error.
    package init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = WireReader(bytes)
        try self.init(from: &reader)
        try reader.finish()
    }
}

extension Hash: WireValue {
    package init(from reader: inout WireReader) throws(WireError) { self.init(try reader.readBytes32()) }
    package func encode(into writer: inout WireWriter) { writer.write(bytes) }
}

extension NodeID: WireValue {
    package init(from reader: inout WireReader) throws(WireError) { self.init(try reader.readBytes32()) }
    package func encode(into writer: inout WireWriter) { writer.write(bytes) }
}
