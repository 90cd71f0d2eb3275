/// The public part of a chat message, signed with the rest (protocol, 3.2).
package struct ChatHeader: Sendable, Equatable {
    package static let suite: UInt8 = 1

    package var sender: NodeID
    package var chain: ChainID
    package var seq: UInt64
    /// Id of the message before this one in its chain, zero at seq 0.
    package var prev: Hash
    package var lamport: UInt64
    /// The recipient of a direct message; nil for the group.
    package var to: NodeID?
    /// SHA-256(L("audience") ‖ sorted recipient keys).
    package var audience: Hash

    package init(
        sender: NodeID, chain: ChainID, seq: UInt64, prev: Hash, lamport: UInt64, to: NodeID?, audience: Hash
    ) {
        (self.sender, self.chain, self.seq, self.prev) = (sender, chain, seq, prev)
        (self.lamport, self.to, self.audience) = (lamport, to, audience)
    }

    /// The bytes that the key schedule and the content's associated data cover: 131, or 163 with `to`.
    package func encoded() -> [UInt8] {
        var writer = WireWriter()
        writer.write(WireLimits.bodyFormat)
        writer.write(sender)
        encodeRest(into: &writer)
        return writer.bytes
    }

    fileprivate init(sender: NodeID, from reader: inout WireReader) throws(WireError) {
        self.sender = sender
        let suite = try reader.read(UInt8.self)
        guard suite == Self.suite else { throw .unknownTag(UInt32(suite), in: "suite") }
        chain = try ChainID(from: &reader)
        seq = try reader.readSequence("seq")
        prev = try reader.readHash()
        lamport = try reader.readSequence("lamport")
        to = try reader.readOptional("to") { reader throws(WireError) in try reader.readKey() }
        audience = try reader.readHash()
    }

    fileprivate func encodeRest(into writer: inout WireWriter) {
        writer.write(Self.suite)
        writer.write(chain)
        writer.write(seq)
        writer.write(prev)
        writer.write(lamport)
        writer.write(to)
        writer.write(audience)
    }
}

/// What the author of a chat message signs: header, key commitment, hash of the ciphertext, hash of the wraps.
package struct ChatBody: SignedContent, Equatable {
    package static let label = Label.SignatureType.message

    package var header: ChatHeader
    package var commitment: Hash
    package var ciphertextHash: Hash
    package var wrapsHash: Hash

    package var signer: NodeID { header.sender }

    package init(header: ChatHeader, commitment: Hash, ciphertextHash: Hash, wrapsHash: Hash) {
        (self.header, self.commitment) = (header, commitment)
        (self.ciphertextHash, self.wrapsHash) = (ciphertextHash, wrapsHash)
    }

    package init(signer: NodeID, from reader: inout WireReader) throws(WireError) {
        header = try ChatHeader(sender: signer, from: &reader)
        commitment = try reader.readHash()
        ciphertextHash = try reader.readHash()
        wrapsHash = try reader.readHash()
    }

    package func encodeRest(into writer: inout WireWriter) {
        header.encodeRest(into: &writer)
        writer.write(commitment)
        writer.write(ciphertextHash)
        writer.write(wrapsHash)
    }

    package static func id(ofBody body: [UInt8], in network: Hash, with cryptography: any Cryptography) -> Hash {
        cryptography.hash(Label.of(.idMessage, in: network) + body)
    }
}

/// A message key for one recipient.
package struct Wrap: Sendable, Hashable {
    /// SHA-256(L("pkid") ‖ recipient ‖ prekey)[0..<8]
    package var prekeyID: UInt64
    package var encapsulated: Bytes32
    /// The message key under the exported key, with its tag.
    package var sealed: [UInt8]

    package static let sealedCount = 48
    /// Bytes of one on the wire.
    package static let size = 8 + Bytes32.count + sealedCount

    package init(prekeyID: UInt64, encapsulated: Bytes32, sealed: [UInt8]) {
        precondition(sealed.count == Self.sealedCount, "a wrap seals a key of 32 bytes")
        (self.prekeyID, self.encapsulated, self.sealed) = (prekeyID, encapsulated, sealed)
    }

    /// The id is bytes, not a number: written big-endian so that numbers order like bytes.
    package func encode(into writer: inout WireWriter) {
        for shift in stride(from: 56, through: 0, by: -8) {
            writer.write(UInt8(truncatingIfNeeded: prekeyID >> UInt64(shift)))
        }
        writer.write(encapsulated)
        writer.write(raw: sealed)
    }
}

/// A chat message as it travels (protocol, 3.3).
package struct Envelope: Sendable, Equatable, WireValue {
    package var message: Signed
    /// Sorted by (prekeyID, encapsulated).
    package var wraps: WrapList
    package var ciphertext: [UInt8]

    package init(message: Signed, wraps: WrapList, ciphertext: [UInt8]) {
        (self.message, self.wraps, self.ciphertext) = (message, wraps, ciphertext)
    }

    package init(from reader: inout WireReader) throws(WireError) {
        message = try Signed(from: &reader)
        wraps = try WrapList(from: &reader)
        ciphertext = try reader.readBytes(limit: WireLimits.ciphertext, in: "ciphertext")
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(message)
        wraps.encode(into: &writer)
        writer.write(bytes: ciphertext)
    }
}

/// What is inside the ciphertext.
package struct ChatContent: Sendable, Equatable, WireValue {
    package enum Kind: UInt32, Sendable { case text = 0, application = 1 }

    package var kind: Kind
    /// When the author wrote it, in ms since 1970.
    package var at: UInt64
    package var body: [UInt8]

    package init(kind: Kind, at: UInt64, body: [UInt8]) { (self.kind, self.at, self.body) = (kind, at, body) }

    package init(from reader: inout WireReader) throws(WireError) {
        let tag = try reader.read(UInt32.self)
        guard let kind = Kind(rawValue: tag) else { throw .unknownTag(tag, in: "content kind") }
        self.kind = kind
        at = try reader.read()
        body = try reader.readBytes(limit: WireLimits.plaintext, in: "content")
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(kind.rawValue)
        writer.write(at)
        writer.write(bytes: body)
    }
}
