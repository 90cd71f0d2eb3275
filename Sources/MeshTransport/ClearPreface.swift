internal import MeshCore
internal import NIOCore

/// What both ends of a clear link send first: `"MESHCLR1"` and 32 random bytes.
///
/// The two nonces give a clear link what the exporter gives a TLS link: a value that is fresh on both sides and names
/// this very connection, so that a HELLO cannot be replayed on another one.
struct ClearPreface: Equatable {
    static let magic = Array("MESHCLR1".utf8)
    static let count = magic.count + Bytes32.count

    let nonce: [UInt8]

    var bytes: [UInt8] { Self.magic + nonce }

    /// The channel value of both ends (protocol, section 2.2).
    static func channel(dialler: [UInt8], acceptor: [UInt8], cryptography: any Cryptography) -> Hash {
        cryptography.hash(Label.clear + dialler + acceptor)
    }

    /// The other end's preface, or nil until enough has arrived; fails at the first byte that cannot be one, since
    /// the one who speaks TLS may never send 40 bytes.
    static func read(from buffer: inout ByteBuffer) throws(LinkFailure) -> ClearPreface? {
        let start = buffer.readableBytesView.prefix(magic.count)
        guard start.elementsEqual(magic.prefix(start.count)) else {
            throw start.first.map(FirstByte.isTLS) == true
                ? .tlsExpected : .handshakeFailed("the peer speaks neither TLS nor the mesh's clear mode")
        }
        guard buffer.readableBytes >= count, let bytes = buffer.readBytes(length: count) else { return nil }
        return ClearPreface(nonce: Array(bytes[magic.count...]))
    }
}

/// The first byte that a peer sends tells which mode it is in.
enum FirstByte {
    /// A TLS alert (0x15) or handshake record (0x16); RFC 8446, section 5.1.
    static func isTLS(_ byte: UInt8) -> Bool { byte == 0x15 || byte == 0x16 }
    /// The `M` of `MESHCLR1`.
    static func isClear(_ byte: UInt8) -> Bool { byte == 0x4D }
    /// A fatal alert, protocol_version (70): what a TLS acceptor tells a peer that speaks clear text, since OpenSSL
    /// says nothing to it.
    static let alertForClear: [UInt8] = [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46]
}
