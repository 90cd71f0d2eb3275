/// One frame: everything a peer can say over a link. The kind is a u32; kinds at or above ``optionalKinds`` are
/// skipped by a node that does not know them, others refused.
package enum Message: Sendable, Equatable {
    // Handshake; before WELCOME nothing else is accepted.
    case hello(Signed)
    case welcome(Signed)
    case reject(Signed)
    // Life of a link
    case heartbeat(Heartbeat)
    case leave(LeaveNotice)
    case drain(Drain)
    case dialBack(DialBack)
    // Scuttlebutt and the set of operations
    case digest(Digest)
    case delta(Delta)
    case operationIDs(OperationIDs)
    case operations(OperationsChunk)
    // Plumtree
    case gossip(Gossip)
    case ihave(IHave)
    case graft(Graft)
    case prune(Prune)
    case notFound(NotFound)
    // Repair
    case vector(VersionVector)
    case routed(Routed)
    /// A kind from the future that may be skipped.
    case unknownOptional(UInt32)

    package static let optionalKinds: UInt32 = 0x8000_0000

    package var kind: UInt32 {
        switch self {
        case .hello: 0
        case .welcome: 1
        case .reject: 2
        case .heartbeat: 3
        case .leave: 4
        case .drain: 5
        case .dialBack: 6
        case .digest: 7
        case .delta: 8
        case .operationIDs: 9
        case .operations: 10
        case .gossip: 11
        case .ihave: 12
        case .graft: 13
        case .prune: 14
        case .notFound: 15
        case .vector: 16
        case .routed: 17
        case .unknownOptional(let kind): kind
        }
    }

    package var isFarewell: Bool { if case .leave = self { true } else { false } }

    /// The word that counters and traces use.
    package var name: String { Self.names[nameIndex] }

    /// Where ``name`` stands in ``names``.
    package var nameIndex: Int { Int(min(kind, UInt32(Self.names.count - 1))) }

    /// The words for the kinds from 0 on, and last the one for kinds that this version does not know.
    package static let names = [
        "hello", "welcome", "reject", "heartbeat", "leave", "drain", "dialBack", "digest", "delta", "operationIDs",
        "operations", "gossip", "ihave", "graft", "prune", "notFound", "vector", "routed", "unknown",
    ]
}

extension Message: WireValue {
    package init(from reader: inout WireReader) throws(WireError) {
        let kind = try reader.read(UInt32.self)
        switch kind {
        case 0: self = .hello(try Signed(from: &reader))
        case 1: self = .welcome(try Signed(from: &reader))
        case 2: self = .reject(try Signed(from: &reader))
        case 3: self = .heartbeat(try Heartbeat(from: &reader))
        case 4: self = .leave(try LeaveNotice(from: &reader))
        case 5: self = .drain(try Drain(from: &reader))
        case 6: self = .dialBack(try DialBack(from: &reader))
        case 7: self = .digest(try Digest(from: &reader))
        case 8: self = .delta(try Delta(from: &reader))
        case 9: self = .operationIDs(try OperationIDs(from: &reader))
        case 10: self = .operations(try OperationsChunk(from: &reader))
        case 11: self = .gossip(try Gossip(from: &reader))
        case 12: self = .ihave(try IHave(from: &reader))
        case 13: self = .graft(try Graft(from: &reader))
        case 14: self = .prune(try Prune(from: &reader))
        case 15: self = .notFound(try NotFound(from: &reader))
        case 16: self = .vector(try VersionVector(from: &reader))
        case 17: self = .routed(try Routed(from: &reader))
        case Self.optionalKinds...:
            _ = try reader.readRaw(reader.remaining)
            self = .unknownOptional(kind)
        default: throw .unknownCriticalKind(kind)
        }
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(kind)
        switch self {
        case .hello(let value), .welcome(let value), .reject(let value): writer.write(value)
        case .heartbeat(let value): writer.write(value)
        case .leave(let value): writer.write(value)
        case .drain(let value): writer.write(value)
        case .dialBack(let value): writer.write(value)
        case .digest(let value): writer.write(value)
        case .delta(let value): writer.write(value)
        case .operationIDs(let value): writer.write(value)
        case .operations(let value): writer.write(value)
        case .gossip(let value): writer.write(value)
        case .ihave(let value): writer.write(value)
        case .graft(let value): writer.write(value)
        case .prune(let value): writer.write(value)
        case .notFound(let value): writer.write(value)
        case .vector(let value): writer.write(value)
        case .routed(let value): writer.write(value)
        case .unknownOptional: break
        }
    }
}
