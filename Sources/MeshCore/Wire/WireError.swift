/// Why bytes from a peer, a file or a datagram are not a message. Never a trap.
public enum WireError: Error, Hashable, Sendable {
    /// The bytes end inside a field.
    case truncated
    /// Bytes follow the last field.
    case trailingBytes(Int)
    /// An enum or option tag that does not exist.
    case unknownTag(UInt32, in: String)
    /// A message kind that this version does not know and may not skip.
    case unknownCriticalKind(UInt32)
    /// A count or length above its maximum; checked before anything is allocated.
    case tooMany(UInt64, limit: Int, in: String)
    /// A list that must be strictly ascending is not.
    case unsorted(String)
    case notUTF8(String)
    /// A signed body of a format this version does not know.
    case unknownFormat(UInt8)
    /// A field whose value makes no sense, e.g. a sequence number of 2^53 or more.
    case invalid(String)
}

extension WireError {
    /// The counter that a rejected message increments.
    package var counter: String {
        switch self {
        case .truncated: "malformed.truncated"
        case .trailingBytes: "malformed.trailingBytes"
        case .unknownTag: "malformed.unknownTag"
        case .unknownCriticalKind: "malformed.unknownKind"
        case .tooMany: "malformed.tooMany"
        case .unsorted: "malformed.unsorted"
        case .notUTF8: "malformed.notUTF8"
        case .unknownFormat: "malformed.unknownFormat"
        case .invalid: "malformed.invalid"
        }
    }
}
