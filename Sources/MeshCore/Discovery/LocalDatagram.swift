/// A discovery datagram: 64 bytes both ways, without key, nick or network in it (protocol, 2.4).
///
/// Members of one network recognise each other by a tag under the networkID; a memberless node is recognised by
/// whoever holds its open invitation, by a tag under its key. An answer is a hint to dial, never authority.
package struct LocalDatagram: Sendable, Equatable {
    package enum Kind: UInt8, Sendable {
        case memberRequest = 1, memberReply = 2, seek = 3, seekReply = 4
    }

    package static let count = 64
    private static let magic = Array("MSH1".utf8)
    private static let nonceCount = 16
    private static let tagCount = 16

    package var kind: Kind
    /// Where the sender listens (TCP).
    package var port: UInt16
    package var nonce: [UInt8]
    package var tag: [UInt8]

    package init(
        kind: Kind, port: UInt16, nonce: [UInt8], key: [UInt8], with cryptography: any Cryptography
    ) {
        precondition(nonce.count == Self.nonceCount, "a nonce has 16 bytes")
        (self.kind, self.port, self.nonce) = (kind, port, nonce)
        tag = Self.tag(kind: kind, port: port, nonce: nonce, key: key, with: cryptography)
    }

    /// Nil for anything that is not such a datagram to the letter.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.count, Array(bytes[0..<4]) == Self.magic, let kind = Kind(rawValue: bytes[4]),
            bytes[5] == 0, bytes[40...].allSatisfy({ $0 == 0 })
        else { return nil }
        self.kind = kind
        port = UInt16(bytes[6]) | UInt16(bytes[7]) << 8
        nonce = Array(bytes[8..<24])
        tag = Array(bytes[24..<40])
        guard port != 0 else { return nil }
    }

    package var bytes: [UInt8] {
        var writer = WireWriter()
        writer.write(raw: Self.magic)
        writer.write(kind.rawValue)
        writer.write(UInt8(0))
        writer.write(port)
        writer.write(raw: nonce)
        writer.write(raw: tag)
        writer.write(raw: [UInt8](repeating: 0, count: Self.count - writer.bytes.count))
        return writer.bytes
    }

    /// Was the tag made with this key? For members the networkID, for seekers the seeker's NodeID.
    package func matches(key: [UInt8], with cryptography: any Cryptography) -> Bool {
        Self.tag(kind: kind, port: port, nonce: nonce, key: key, with: cryptography) == tag
    }

    private static func tag(
        kind: Kind, port: UInt16, nonce: [UInt8], key: [UInt8], with cryptography: any Cryptography
    ) -> [UInt8] {
        var writer = WireWriter()
        writer.write(raw: Label.of(.lan))
        writer.write(kind.rawValue)
        writer.write(port)
        writer.write(raw: nonce)
        return Array(cryptography.authenticationCode(key: key, writer.bytes).rawBytes.prefix(tagCount))
    }
}
