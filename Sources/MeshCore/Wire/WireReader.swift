/// Reads what ``WireWriter`` writes and nothing else: total, canonical, and never allocating by an unchecked length.
package struct WireReader {
    private let bytes: [UInt8]
    private var position = 0

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var remaining: Int { bytes.count - position }

    package func finish() throws(WireError) {
        if remaining > 0 { throw .trailingBytes(remaining) }
    }

    package mutating func readRaw(_ count: Int) throws(WireError) -> [UInt8] {
        guard count <= remaining else { throw .truncated }
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    package mutating func read<Integer: FixedWidthInteger & UnsignedInteger>(
        _: Integer.Type = Integer.self
    ) throws(WireError) -> Integer {
        let count = Integer.bitWidth / 8
        guard count <= remaining else { throw .truncated }
        var value: Integer = 0
        for index in stride(from: position + count - 1, through: position, by: -1) {
            // A byte is shifted by its own width; shifting a UInt8 by 8 gives 0, which is right for the one round.
            value = value << 8 | Integer(bytes[index])
        }
        position += count
        return value
    }

    package mutating func readBool(_ name: String) throws(WireError) -> Bool {
        switch try read(UInt8.self) {
        case 0: false
        case 1: true
        case let tag: throw .unknownTag(UInt32(tag), in: name)
        }
    }

    package mutating func readBytes32() throws(WireError) -> Bytes32 {
        guard Bytes32.count <= remaining, let value = Bytes32(bytes[position..<position + Bytes32.count])
        else { throw .truncated }
        position += Bytes32.count
        return value
    }

    package mutating func readKey() throws(WireError) -> NodeID { NodeID(try readBytes32()) }
    package mutating func readHash() throws(WireError) -> Hash { Hash(try readBytes32()) }

    package mutating func readSignature() throws(WireError) -> Signature {
        guard let signature = Signature(try readRaw(Signature.count)) else { throw .truncated }
        return signature
    }

    /// A u64 length that is at most `limit` and, for items of at least `itemSize` bytes, fits what is left.
    package mutating func readCount(limit: Int, itemSize: Int = 1, in name: String) throws(WireError) -> Int {
        let count = try read(UInt64.self)
        guard count <= UInt64(limit) else { throw .tooMany(count, limit: limit, in: name) }
        guard Int(count) <= remaining / max(itemSize, 1) else { throw .truncated }
        return Int(count)
    }

    package mutating func readBytes(limit: Int, in name: String) throws(WireError) -> [UInt8] {
        try readRaw(try readCount(limit: limit, in: name))
    }

    package mutating func readText(limit: Int, in name: String) throws(WireError) -> String {
        guard let text = String(validating: try readBytes(limit: limit, in: name), as: UTF8.self)
        else { throw .notUTF8(name) }
        return text
    }

    package mutating func readOptional<Value>(
        _ name: String, _ read: (inout WireReader) throws(WireError) -> Value
    ) throws(WireError) -> Value? {
        try readBool(name) ? try read(&self) : nil
    }

    package mutating func readList<Value: WireValue>(
        of: Value.Type = Value.self, limit: Int, itemSize: Int, in name: String
    ) throws(WireError) -> [Value] {
        let count = try readCount(limit: limit, itemSize: itemSize, in: name)
        var list: [Value] = []
        list.reserveCapacity(count)
        for _ in 0..<count { list.append(try Value(from: &self)) }
        return list
    }

    /// A list that must be strictly ascending in `order`.
    package mutating func readSorted<Value: WireValue, Order: Comparable>(
        of: Value.Type = Value.self, limit: Int, itemSize: Int, in name: String, by order: (Value) -> Order
    ) throws(WireError) -> [Value] {
        let list = try readList(of: Value.self, limit: limit, itemSize: itemSize, in: name)
        for index in list.indices.dropFirst() where !(order(list[index - 1]) < order(list[index])) {
            throw .unsorted(name)
        }
        return list
    }
}
