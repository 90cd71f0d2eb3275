/// What the sender holds of all group chains. Like a digest: the root alone, the chains after a difference.
package struct VersionVector: Sendable, Equatable, WireValue {
    package struct Entry: Sendable, Equatable, WireValue {
        package var author: NodeID
        package var chain: ChainID
        /// All messages below this number are held: nothing is missing before it.
        package var next: UInt64

        package init(author: NodeID, chain: ChainID, next: UInt64) {
            (self.author, self.chain, self.next) = (author, chain, next)
        }

        package init(from reader: inout WireReader) throws(WireError) {
            self.init(
                author: try reader.readKey(), chain: try ChainID(from: &reader), next: try reader.readSequence("next"))
        }

        package func encode(into writer: inout WireWriter) {
            writer.write(author)
            writer.write(chain)
            writer.write(next)
        }

        fileprivate var order: Bytes48 { Bytes48(author: author, chain: chain) }
    }

    fileprivate struct Bytes48: Comparable {
        let author: NodeID
        let chain: ChainID
        static func < (left: Bytes48, right: Bytes48) -> Bool {
            left.author == right.author ? left.chain < right.chain : left.author < right.author
        }
    }

    package var root: Hash
    /// Sorted by author, then chain.
    package var chains: [Entry]?

    package init(root: Hash, chains: [Entry]? = nil) { (self.root, self.chains) = (root, chains) }

    package init(from reader: inout WireReader) throws(WireError) {
        root = try reader.readHash()
        chains = try reader.readOptional("chains") { reader throws(WireError) in
            try reader.readSorted(limit: WireLimits.vectorChains, itemSize: 56, in: "chains") { $0.order }
        }
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(root)
        writer.write(chains == nil ? UInt8(0) : 1)
        if let chains { writer.write(list: chains) }
    }
}

/// A signed object for one member, carried hop by hop along the shortest path.
package struct Routed: Sendable, Equatable, WireValue {
    package enum Item: Sendable, Equatable, WireValue {
        case raw(Signed)
        case request(Signed)
        case response(Signed)
        case ack(Signed)

        package init(from reader: inout WireReader) throws(WireError) {
            switch try reader.read(UInt32.self) {
            case 0: self = .raw(try Signed(from: &reader))
            case 1: self = .request(try Signed(from: &reader))
            case 2: self = .response(try Signed(from: &reader))
            case 3: self = .ack(try Signed(from: &reader))
            case let tag: throw .unknownTag(tag, in: "routed item")
            }
        }

        package func encode(into writer: inout WireWriter) {
            switch self {
            case .raw: writer.write(UInt32(0))
            case .request: writer.write(UInt32(1))
            case .response: writer.write(UInt32(2))
            case .ack: writer.write(UInt32(3))
            }
            writer.write(signed)
        }

        package var signed: Signed {
            switch self {
            case .raw(let signed), .request(let signed), .response(let signed), .ack(let signed): signed
            }
        }
    }

    package var to: NodeID
    package var hopsLeft: UInt8
    package var item: Item

    package init(to: NodeID, hopsLeft: UInt8 = WireLimits.routedHops, item: Item) {
        (self.to, self.hopsLeft, self.item) = (to, hopsLeft, item)
    }

    package init(from reader: inout WireReader) throws(WireError) {
        to = try reader.readKey()
        hopsLeft = try reader.read()
        item = try Item(from: &reader)
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(to)
        writer.write(hopsLeft)
        writer.write(item)
    }
}

/// Messages `from ..< to` of one chain.
package struct ChainRange: Sendable, Hashable, WireValue {
    package var author: NodeID
    package var chain: ChainID
    package var from: UInt64
    package var to: UInt64

    package init(author: NodeID, chain: ChainID, from: UInt64, to: UInt64) {
        (self.author, self.chain, self.from, self.to) = (author, chain, from, to)
    }

    package init(from reader: inout WireReader) throws(WireError) {
        self.init(
            author: try reader.readKey(), chain: try ChainID(from: &reader), from: try reader.readSequence("from"),
            to: try reader.readSequence("to"))
        guard from < to else { throw .invalid("empty range") }
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(author)
        writer.write(chain)
        writer.write(from)
        writer.write(to)
    }
}

/// "Hand me these messages, re-sealed to this prekey if need be" (protocol, 3.3).
package struct SyncRequest: SignedContent, Equatable {
    package static let label = Label.SignatureType.sync

    package enum Want: Sendable, Equatable {
        case ranges([ChainRange])
        case ids([Hash])
        /// Direct messages to the signer; what the signer holds of each author's chains to it.
        case direct([ChainRange])
    }

    package var signer: NodeID
    package var to: NodeID
    package var nonce: Bytes32
    /// A live one of the signer's own record.
    package var prekey: Bytes32?
    package var want: Want

    package init(signer: NodeID, to: NodeID, nonce: Bytes32, prekey: Bytes32?, want: Want) {
        (self.signer, self.to, self.nonce, self.prekey, self.want) = (signer, to, nonce, prekey, want)
    }

    package init(signer: NodeID, from reader: inout WireReader) throws(WireError) {
        self.signer = signer
        to = try reader.readKey()
        nonce = try reader.readBytes32()
        prekey = try reader.readOptional("prekey") { reader throws(WireError) in try reader.readBytes32() }
        switch try reader.read(UInt32.self) {
        case 0: want = .ranges(try reader.readList(limit: WireLimits.ranges, itemSize: 64, in: "ranges"))
        case 1: want = .ids(try reader.readList(limit: WireLimits.ranges, itemSize: 32, in: "ids"))
        case 2: want = .direct(try reader.readList(limit: WireLimits.ranges, itemSize: 64, in: "direct"))
        case let tag: throw .unknownTag(tag, in: "want")
        }
    }

    package func encodeRest(into writer: inout WireWriter) {
        writer.write(to)
        writer.write(nonce)
        writer.write(prekey == nil ? UInt8(0) : 1)
        if let prekey { writer.write(prekey) }
        switch want {
        case .ranges(let ranges):
            writer.write(UInt32(0))
            writer.write(list: ranges)
        case .ids(let ids):
            writer.write(UInt32(1))
            writer.write(list: ids)
        case .direct(let ranges):
            writer.write(UInt32(2))
            writer.write(list: ranges)
        }
    }

    package static func id(ofBody body: [UInt8], in network: Hash, with cryptography: any Cryptography) -> Hash {
        cryptography.hash(Label.of(.idSync, in: network) + body)
    }
}

/// Messages in answer to a ``SyncRequest``.
package struct SyncResponse: SignedContent, Equatable {
    package static let label = Label.SignatureType.reply

    package enum Item: Sendable, Equatable, WireValue {
        /// As it travelled.
        case sealed(Envelope)
        /// The author's signed body unchanged, the message key sealed anew by the provider.
        case resealed(message: Signed, ciphertext: [UInt8], encapsulated: Bytes32, sealed: [UInt8])
        case missing(Hash)

        package init(from reader: inout WireReader) throws(WireError) {
            switch try reader.read(UInt32.self) {
            case 0: self = .sealed(try Envelope(from: &reader))
            case 1:
                self = .resealed(
                    message: try Signed(from: &reader),
                    ciphertext: try reader.readBytes(limit: WireLimits.ciphertext, in: "ciphertext"),
                    encapsulated: try reader.readBytes32(), sealed: try reader.readRaw(Wrap.sealedCount))
            case 2: self = .missing(try reader.readHash())
            case let tag: throw .unknownTag(tag, in: "sync item")
            }
        }

        package func encode(into writer: inout WireWriter) {
            switch self {
            case .sealed(let envelope):
                writer.write(UInt32(0))
                writer.write(envelope)
            case .resealed(let message, let ciphertext, let encapsulated, let sealed):
                writer.write(UInt32(1))
                writer.write(message)
                writer.write(bytes: ciphertext)
                writer.write(encapsulated)
                writer.write(raw: sealed)
            case .missing(let id):
                writer.write(UInt32(2))
                writer.write(id)
            }
        }
    }

    package var signer: NodeID
    package var request: Hash
    package var items: [Item]
    /// More follows under the same request.
    package var hasMore: Bool

    package init(signer: NodeID, request: Hash, items: [Item], hasMore: Bool) {
        (self.signer, self.request, self.items, self.hasMore) = (signer, request, items, hasMore)
    }

    package init(signer: NodeID, from reader: inout WireReader) throws(WireError) {
        self.signer = signer
        request = try reader.readHash()
        items = try reader.readList(limit: WireLimits.syncItems, itemSize: 36, in: "sync items")
        hasMore = try reader.readBool("more")
    }

    package func encodeRest(into writer: inout WireWriter) {
        writer.write(request)
        writer.write(list: items)
        writer.write(hasMore)
    }
}

/// "I hold this direct chain up to and with `seq`": sent to its author.
package struct Ack: SignedContent, Equatable {
    package static let label = Label.SignatureType.ack

    package var signer: NodeID
    package var to: NodeID
    package var chain: ChainID
    package var seq: UInt64

    package init(signer: NodeID, to: NodeID, chain: ChainID, seq: UInt64) {
        (self.signer, self.to, self.chain, self.seq) = (signer, to, chain, seq)
    }

    package init(signer: NodeID, from reader: inout WireReader) throws(WireError) {
        self.init(
            signer: signer, to: try reader.readKey(), chain: try ChainID(from: &reader),
            seq: try reader.readSequence("seq"))
    }

    package func encodeRest(into writer: inout WireWriter) {
        writer.write(to)
        writer.write(chain)
        writer.write(seq)
    }
}
