/// An identity: the 32-byte Ed25519 public key of a node.
///
/// Printed short as its first 8 hex digits for people to recognise; never addressed or verified by the short form,
/// which anybody can grind in minutes.
public struct NodeID: Hashable, Sendable {
    package let bytes: Bytes32

    package init(_ bytes: Bytes32) { self.bytes = bytes }

    /// Nil unless `bytes` holds exactly 32 bytes. Says nothing about whether the key is acceptable.
    public init?(_ bytes: [UInt8]) {
        guard let value = Bytes32(bytes) else { return nil }
        self.init(value)
    }

    package init?(_ bytes: ArraySlice<UInt8>) {
        guard let value = Bytes32(bytes) else { return nil }
        self.init(value)
    }

    /// From 64 hex digits.
    public init?(hex: some StringProtocol) {
        guard let value = Bytes32(hex: hex) else { return nil }
        self.init(value)
    }

    public var rawBytes: [UInt8] { bytes.array }
    public var hex: String { bytes.hex }
    /// The first 8 hex digits.
    public var short: String { String(hex.prefix(8)) }
}

extension NodeID: Comparable, CustomStringConvertible {
    public static func < (left: NodeID, right: NodeID) -> Bool { left.bytes < right.bytes }
    public var description: String { short }
}

/// A SHA-256 value: ids of messages, operations, records and networks.
public struct Hash: Hashable, Sendable {
    package let bytes: Bytes32

    package init(_ bytes: Bytes32) { self.bytes = bytes }

    public init?(_ bytes: [UInt8]) {
        guard let value = Bytes32(bytes) else { return nil }
        self.init(value)
    }

    public init?(hex: some StringProtocol) {
        guard let value = Bytes32(hex: hex) else { return nil }
        self.init(value)
    }

    /// 32 zero bytes, `Z` in the wire format.
    package static let zero = Hash(.zero)

    public var rawBytes: [UInt8] { bytes.array }
    public var hex: String { bytes.hex }
}

extension Hash: Comparable, CustomStringConvertible {
    public static func < (left: Hash, right: Hash) -> Bool { left.bytes < right.bytes }
    public var description: String { String(hex.prefix(8)) }
}
