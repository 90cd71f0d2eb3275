package import MeshCore

// The contents of rows, in the wire format's encoding. Decoding is total: who opens a row trusts its key, not its disk.

struct MetaRecord: WireValue {
    var identity: NodeID
    var network: Hash?
    /// At least one more than the greatest index of the messages that were pruned.
    var nextIndex: UInt64

    init(identity: NodeID, network: Hash?, nextIndex: UInt64) {
        (self.identity, self.network, self.nextIndex) = (identity, network, nextIndex)
    }

    init(from reader: inout WireReader) throws(WireError) {
        identity = try reader.readKey()
        network = try reader.readOptional("network") { reader throws(WireError) in try reader.readHash() }
        nextIndex = try reader.read()
        guard nextIndex <= UInt64(StoreLimits.index) else { throw .invalid("next index") }
    }

    func encode(into writer: inout WireWriter) {
        writer.write(identity)
        writer.write(network)
        writer.write(nextIndex)
    }
}

/// A message without its index, which is the row's number, and its key, which has a column of its own.
struct MessageRecord: WireValue {
    let id: Hash
    let place: ChainPlace
    let via: NodeID?
    let storedAt: UInt64
    let signed: Signed
    let ciphertext: [UInt8]

    init(_ message: StoredMessage) {
        (id, place, via, storedAt) = (message.id, message.place, message.via, message.storedAt)
        (signed, ciphertext) = (message.signed, message.ciphertext)
    }

    init(from reader: inout WireReader) throws(WireError) {
        id = try reader.readHash()
        place = try ChainPlace(from: &reader)
        via = try reader.readOptional("via") { reader throws(WireError) in try reader.readKey() }
        storedAt = try reader.read()
        signed = try Signed(from: &reader)
        ciphertext = try reader.readBytes(limit: WireLimits.ciphertext, in: "ciphertext")
    }

    func encode(into writer: inout WireWriter) {
        writer.write(id)
        writer.write(place)
        writer.write(via)
        writer.write(storedAt)
        writer.write(signed)
        writer.write(bytes: ciphertext)
    }
}

/// A prekey without its private half.
struct PrekeyRecord: WireValue {
    let published: PrekeysValue.Prekey
    let eraseAt: UInt64

    init(_ prekey: StoredPrekey) { (published, eraseAt) = (prekey.published, prekey.eraseAt) }

    init(from reader: inout WireReader) throws(WireError) {
        published = try PrekeysValue.Prekey(from: &reader)
        eraseAt = try reader.read()
    }

    func encode(into writer: inout WireWriter) {
        writer.write(published)
        writer.write(eraseAt)
    }
}

struct MemberRecord: WireValue {
    let member: NodeID
    let since: UInt64

    init(member: NodeID, since: UInt64) { (self.member, self.since) = (member, since) }

    init(from reader: inout WireReader) throws(WireError) {
        member = try reader.readKey()
        since = try reader.read()
    }

    func encode(into writer: inout WireWriter) {
        writer.write(member)
        writer.write(since)
    }
}

extension ChainPlace: WireValue {
    package init(from reader: inout WireReader) throws(WireError) {
        self.init(
            author: try reader.readKey(), chain: try ChainID(from: &reader),
            to: try reader.readOptional("to") { reader throws(WireError) in try reader.readKey() },
            seq: try reader.read())
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(author)
        writer.write(chain)
        writer.write(to)
        writer.write(seq)
    }
}

extension StoredChain: WireValue {
    package init(from reader: inout WireReader) throws(WireError) {
        let place = try ChainPlace(from: &reader)
        let count = try reader.readCount(limit: StoreLimits.ranges, itemSize: 16, in: "ranges")
        var beyond: [Range<UInt64>] = []
        beyond.reserveCapacity(count)
        for _ in 0..<count {
            let lower = try reader.read(UInt64.self)
            let upper = try reader.read(UInt64.self)
            guard lower < upper, lower >= beyond.last?.upperBound ?? place.seq else { throw .unsorted("ranges") }
            beyond.append(lower..<upper)
        }
        self.init(author: place.author, chain: place.chain, to: place.to, next: place.seq, beyond: beyond)
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(ChainPlace(author: author, chain: chain, to: to, seq: next))
        writer.write(UInt64(beyond.count))
        for range in beyond {
            writer.write(range.lowerBound)
            writer.write(range.upperBound)
        }
    }
}

extension StoredOwnChain: WireValue {
    package init(from reader: inout WireReader) throws(WireError) {
        self.init(
            to: try reader.readOptional("to") { reader throws(WireError) in try reader.readKey() },
            chain: try ChainID(from: &reader), seq: try reader.read(), prev: try reader.readHash(),
            acknowledged: try reader.read(), lamport: try reader.read())
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(to)
        writer.write(chain)
        writer.write(seq)
        writer.write(prev)
        writer.write(acknowledged)
        writer.write(lamport)
    }
}

extension StoredLetter: WireValue {
    package init(from reader: inout WireReader) throws(WireError) {
        self.init(id: try reader.readHash(), envelope: try Envelope(from: &reader), storedAt: try reader.read())
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(id)
        writer.write(envelope)
        writer.write(storedAt)
    }
}
