/// The first record of a closed network; `networkID` is the hash of its body.
package struct Genesis: SignedContent, Equatable {
    package static let label = Label.SignatureType.genesis

    /// The founder.
    package var signer: NodeID
    package var name: String
    package var at: UInt64
    package var nonce: Bytes32
    /// The network that this one replaces.
    package var previous: Hash?
    /// Further first members, sorted.
    package var roster: [NodeID]

    package init(signer: NodeID, name: String, at: UInt64, nonce: Bytes32, previous: Hash?, roster: [NodeID]) {
        (self.signer, self.name, self.at) = (signer, name, at)
        (self.nonce, self.previous, self.roster) = (nonce, previous, roster)
    }

    package init(signer: NodeID, from reader: inout WireReader) throws(WireError) {
        self.signer = signer
        name = try reader.readText(limit: WireLimits.name, in: "network name")
        at = try reader.read()
        nonce = try reader.readBytes32()
        previous = try reader.readOptional("previous") { reader throws(WireError) in try reader.readHash() }
        roster = try reader.readSorted(limit: WireLimits.roster, itemSize: 32, in: "roster") { $0 }
    }

    package func encodeRest(into writer: inout WireWriter) {
        writer.write(text: name)
        writer.write(at)
        writer.write(nonce)
        writer.write(previous)
        writer.write(list: roster)
    }

    package static func networkID(ofBody body: [UInt8], with cryptography: any Cryptography) -> Hash {
        cryptography.hash(Label.of(.idNetwork) + body)
    }

    /// The id of an open network: anybody who knows the name.
    package static func openNetworkID(name: String, with cryptography: any Cryptography) -> Hash {
        var writer = WireWriter()
        writer.write(text: name)
        return cryptography.hash(Label.of(.open) + writer.bytes)
    }
}

/// "I vouch for this key."
package struct Invite: SignedContent, Equatable {
    package static let label = Label.SignatureType.invite

    package var signer: NodeID
    /// Id of the signer's previous operation, zero for the first.
    package var prev: Hash
    package var subject: NodeID
    /// Shown, never decided by.
    package var at: UInt64

    package init(signer: NodeID, prev: Hash, subject: NodeID, at: UInt64) {
        (self.signer, self.prev, self.subject, self.at) = (signer, prev, subject, at)
    }

    package init(signer: NodeID, from reader: inout WireReader) throws(WireError) {
        self.init(
            signer: signer, prev: try reader.readHash(), subject: try reader.readKey(), at: try reader.read())
    }

    package func encodeRest(into writer: inout WireWriter) {
        writer.write(prev)
        writer.write(subject)
        writer.write(at)
    }
}

/// "This key is out, for ever", and how far its own log is still honoured.
package struct Revoke: SignedContent, Equatable {
    package static let label = Label.SignatureType.revoke

    package var signer: NodeID
    package var prev: Hash
    package var subject: NodeID
    package var at: UInt64
    /// Ids of the subject's newest operations that stay honoured, sorted.
    package var frontier: [Hash]
    /// The last honoured message of each of the subject's group chains, sorted by chain.
    package var chains: [ChainPosition]

    package init(
        signer: NodeID, prev: Hash, subject: NodeID, at: UInt64, frontier: [Hash], chains: [ChainPosition]
    ) {
        (self.signer, self.prev, self.subject, self.at) = (signer, prev, subject, at)
        (self.frontier, self.chains) = (frontier, chains)
    }

    package init(signer: NodeID, from reader: inout WireReader) throws(WireError) {
        self.signer = signer
        prev = try reader.readHash()
        subject = try reader.readKey()
        at = try reader.read()
        frontier = try reader.readSorted(limit: WireLimits.frontier, itemSize: 32, in: "frontier") { $0 }
        chains = try reader.readSorted(limit: WireLimits.chains, itemSize: 24, in: "chains") { $0.chain }
    }

    package func encodeRest(into writer: inout WireWriter) {
        writer.write(prev)
        writer.write(subject)
        writer.write(at)
        writer.write(list: frontier)
        writer.write(list: chains)
    }
}

/// A place in one of an author's message chains.
package struct ChainPosition: Sendable, Hashable, WireValue {
    package var chain: ChainID
    package var seq: UInt64

    package init(chain: ChainID, seq: UInt64) { (self.chain, self.seq) = (chain, seq) }

    package init(from reader: inout WireReader) throws(WireError) {
        chain = try ChainID(from: &reader)
        seq = try reader.readSequence("chain position")
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(chain)
        writer.write(seq)
    }
}

/// 16 random bytes that name one run of an author's messages.
package struct ChainID: Sendable, Hashable, Comparable, WireValue {
    package let high: UInt64
    package let low: UInt64

    /// Nil unless `bytes` holds exactly 16 bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        high = bytes[0..<8].reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
    }

    package init(from reader: inout WireReader) throws(WireError) {
        guard let value = ChainID(try reader.readRaw(16)) else { throw .truncated }
        self = value
    }

    package func encode(into writer: inout WireWriter) {
        for word in [high, low] {
            for shift in stride(from: 56, through: 0, by: -8) {
                writer.write(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
    }

    package static func < (left: ChainID, right: ChainID) -> Bool {
        left.high == right.high ? left.low < right.low : left.high < right.high
    }
}

extension WireReader {
    /// A number below 2^53.
    package mutating func readSequence(_ name: String) throws(WireError) -> UInt64 {
        let value = try read(UInt64.self)
        guard value < WireLimits.sequence else { throw .invalid(name) }
        return value
    }
}

/// A membership operation as it travels.
package enum Operation: Sendable, Hashable, WireValue {
    case invite(Signed)
    case revoke(Signed)

    /// A tag, a body length, the shortest body, a signature.
    package static let minimumSize = 4 + 8 + 33 + 64

    package var signed: Signed {
        switch self {
        case .invite(let signed), .revoke(let signed): signed
        }
    }

    private var tag: UInt32 {
        switch self {
        case .invite: 0
        case .revoke: 1
        }
    }

    package init(from reader: inout WireReader) throws(WireError) {
        switch try reader.read(UInt32.self) {
        case 0: self = .invite(try Signed(from: &reader))
        case 1: self = .revoke(try Signed(from: &reader))
        case let tag: throw .unknownTag(tag, in: "operation")
        }
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(tag)
        writer.write(signed)
    }

    /// SHA-256(L("id/operation") ‖ u32 tag ‖ body): never over the signature.
    package func id(in network: Hash, with cryptography: any Cryptography) -> Hash {
        var writer = WireWriter()
        writer.write(raw: Label.of(.idOperation, in: network))
        writer.write(tag)
        writer.write(raw: signed.body)
        return cryptography.hash(writer.bytes)
    }
}
