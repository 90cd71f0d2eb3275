/// What Plumtree spreads.
package enum BroadcastItem: Sendable, Equatable, WireValue {
    case chat(Envelope)
    case raw(Signed)

    package init(from reader: inout WireReader) throws(WireError) {
        switch try reader.read(UInt32.self) {
        case 0: self = .chat(try Envelope(from: &reader))
        case 1: self = .raw(try Signed(from: &reader))
        case let tag: throw .unknownTag(tag, in: "broadcast item")
        }
    }

    package func encode(into writer: inout WireWriter) {
        switch self {
        case .chat(let envelope):
            writer.write(UInt32(0))
            writer.write(envelope)
        case .raw(let signed):
            writer.write(UInt32(1))
            writer.write(signed)
        }
    }
}

extension BroadcastItem {
    /// About as many bytes as it takes on the wire.
    var size: Int {
        switch self {
        case .chat(let envelope): envelope.message.body.count + envelope.wraps.bytes.count + envelope.ciphertext.count
        case .raw(let signed): signed.body.count
        }
    }
}

/// Plumtree GOSSIP: the payload, pushed along the tree.
package struct Gossip: Sendable, Equatable, WireValue {
    /// The sender lost or gained a link: treat this link as eager for all authors.
    package var isReset: Bool
    /// Links crossed so far, 0 from the author.
    package var hops: UInt16
    package var item: BroadcastItem

    package init(isReset: Bool, hops: UInt16, item: BroadcastItem) {
        (self.isReset, self.hops, self.item) = (isReset, hops, item)
    }

    package init(from reader: inout WireReader) throws(WireError) {
        isReset = try reader.readBool("reset")
        hops = try reader.read()
        item = try BroadcastItem(from: &reader)
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(isReset)
        writer.write(hops)
        writer.write(item)
    }
}

/// Plumtree IHAVE: announcements over lazy links, batched.
package struct IHave: Sendable, Equatable, WireValue {
    package struct Entry: Sendable, Hashable, WireValue {
        package var id: Hash
        package var author: NodeID
        /// Links crossed when it gets there, or ``repaired``.
        package var hops: UInt16

        /// In place of hops: the announcer got the message by repair, so it holds no envelope that a GRAFT could fetch;
        /// a SyncRequest can. Nor is the way it came any path of the author's tree.
        package static let repaired = UInt16.max
        package var isRepaired: Bool { hops == Self.repaired }

        package init(id: Hash, author: NodeID, hops: UInt16) {
            (self.id, self.author, self.hops) = (id, author, hops)
        }

        package init(from reader: inout WireReader) throws(WireError) {
            self.init(id: try reader.readHash(), author: try reader.readKey(), hops: try reader.read())
        }

        package func encode(into writer: inout WireWriter) {
            writer.write(id)
            writer.write(author)
            writer.write(hops)
        }
    }

    package var isReset: Bool
    package var entries: [Entry]

    package init(isReset: Bool, entries: [Entry]) { (self.isReset, self.entries) = (isReset, entries) }

    package init(from reader: inout WireReader) throws(WireError) {
        isReset = try reader.readBool("reset")
        entries = try reader.readList(limit: WireLimits.ihave, itemSize: 66, in: "ihave")
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(isReset)
        writer.write(list: entries)
    }
}

/// Plumtree GRAFT: "push this author's messages to me, and send me this one".
package struct Graft: Sendable, Equatable, WireValue {
    package var author: NodeID
    package var id: Hash?

    package init(author: NodeID, id: Hash?) { (self.author, self.id) = (author, id) }

    package init(from reader: inout WireReader) throws(WireError) {
        author = try reader.readKey()
        id = try reader.readOptional("id") { reader throws(WireError) in try reader.readHash() }
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(author)
        writer.write(id)
    }
}

/// Plumtree PRUNE: "announce this author's messages to me, do not push them".
package struct Prune: Sendable, Equatable, WireValue {
    package var author: NodeID

    package init(author: NodeID) { self.author = author }
    package init(from reader: inout WireReader) throws(WireError) { author = try reader.readKey() }
    package func encode(into writer: inout WireWriter) { writer.write(author) }
}

/// The answer to a GRAFT that cannot be served: ask somebody else.
package struct NotFound: Sendable, Equatable, WireValue {
    package var id: Hash

    package init(id: Hash) { self.id = id }
    package init(from reader: inout WireReader) throws(WireError) { id = try reader.readHash() }
    package func encode(into writer: inout WireWriter) { writer.write(id) }
}

/// Application bytes: signed by their author, not sealed end to end.
package struct RawMessage: SignedContent, Equatable {
    package static let label = Label.SignatureType.raw

    package var signer: NodeID
    /// Nil: to everybody.
    package var to: NodeID?
    /// (life, seq) makes two equal payloads two messages.
    package var life: UInt64
    package var seq: UInt64
    package var data: [UInt8]

    package init(signer: NodeID, to: NodeID?, life: UInt64, seq: UInt64, data: [UInt8]) {
        (self.signer, self.to, self.life, self.seq, self.data) = (signer, to, life, seq, data)
    }

    package init(signer: NodeID, from reader: inout WireReader) throws(WireError) {
        self.signer = signer
        to = try reader.readOptional("to") { reader throws(WireError) in try reader.readKey() }
        life = try reader.readSequence("life")
        seq = try reader.readSequence("seq")
        data = try reader.readBytes(limit: WireLimits.raw, in: "raw data")
    }

    package func encodeRest(into writer: inout WireWriter) {
        writer.write(to)
        writer.write(life)
        writer.write(seq)
        writer.write(bytes: data)
    }

    package static func id(ofBody body: [UInt8], in network: Hash, with cryptography: any Cryptography) -> Hash {
        cryptography.hash(Label.of(.idRaw, in: network) + body)
    }
}
