import MeshCore
import MeshCrypto
import MeshTransport
import NIOCore
import NIOEmbedded
import Testing

/// Two ends of TLS pumped by hand: no sockets, every flight visible.
struct TLSConnectionTests {
    /// A client and a server with test identities 1 and 2.
    private static func pair() throws -> (client: TLSConnection, server: TLSConnection) {
        let client = try TLSContext(identity: TransportEnd.cryptography(1).identity)
        let server = try TLSContext(identity: TransportEnd.cryptography(2).identity)
        return (try TLSConnection(context: client, role: .client), try TLSConnection(context: server, role: .server))
    }

    /// Carries everything that `from` has to say to `to`, `piece` bytes at a time, and lets `to` act after each.
    private static func carry(
        _ from: TLSConnection, _ to: TLSConnection, piece: Int = .max, _ act: () throws -> Void
    ) throws {
        guard var bytes = from.takeOutput() else { return }
        while let part = bytes.readSlice(length: min(piece, bytes.readableBytes)), part.readableBytes > 0 {
            to.receive(part)
            try act()
        }
    }

    /// Both ends with the handshake done, and what each knows of the other.
    private static func connected(
        piece: Int = .max
    ) throws -> (
        client: TLSConnection, server: TLSConnection, ofServer: TLSConnection.Peer, ofClient: TLSConnection.Peer
    ) {
        let (client, server) = try pair()
        var (ofServer, ofClient): (TLSConnection.Peer?, TLSConnection.Peer?)
        #expect(try client.handshake() == nil)
        try carry(client, server, piece: piece) { ofClient = try server.handshake() }
        try carry(server, client, piece: piece) { if ofServer == nil { ofServer = try client.handshake() } }
        try carry(client, server, piece: piece) { if ofClient == nil { ofClient = try server.handshake() } }
        return (client, server, try #require(ofServer), try #require(ofClient))
    }

    private static func read(_ connection: TLSConnection) throws -> [UInt8] {
        var plaintext = ByteBuffer()
        _ = try connection.read(into: &plaintext)
        return Array(plaintext.readableBytesView)
    }

    @Test(arguments: [Int.max, 1]) func bothEndsKnowTheOthersKeyAndOneChannelValue(piece: Int) throws {
        let ends = try Self.connected(piece: piece)
        #expect(ends.ofServer.key == (try TransportEnd.cryptography(2).publicKey))
        #expect(ends.ofClient.key == (try TransportEnd.cryptography(1).publicKey))
        #expect(ends.ofServer.channel == ends.ofClient.channel)
        #expect(ends.ofServer.version == "TLSv1.3" && ends.ofClient.version == "TLSv1.3")
    }

    @Test func aMebibyteGoesThroughInBothDirections() throws {
        let ends = try Self.connected()
        let bytes = (0..<1_048_576).map { UInt8(truncatingIfNeeded: $0 / 7) }
        for (from, to) in [(ends.client, ends.server), (ends.server, ends.client)] {
            try from.write(ByteBuffer(bytes: bytes))
            var received: [UInt8] = []
            try Self.carry(from, to, piece: 10_000) { received += try Self.read(to) }
            #expect(received == bytes)
        }
    }

    @Test func closingIsSeenAsSuchAndNotAsAnError() throws {
        let ends = try Self.connected()
        try ends.client.write(ByteBuffer(string: "last words"))
        ends.client.close()
        ends.server.receive(try #require(ends.client.takeOutput()))
        var plaintext = ByteBuffer()
        #expect(try ends.server.read(into: &plaintext) == false)
        #expect(String(buffer: plaintext) == "last words")
    }

    @Test func aChangedByteIsAnErrorAndThePeerIsToldByAnAlert() throws {
        let ends = try Self.connected()
        try ends.client.write(ByteBuffer(string: "to be changed"))
        var bytes = Array(try #require(ends.client.takeOutput()).readableBytesView)
        bytes[bytes.count - 1] ^= 1
        ends.server.receive(ByteBuffer(bytes: bytes))
        #expect(throws: LinkFailure.self) { try Self.read(ends.server) }
        ends.client.receive(try #require(ends.server.takeOutput()))
        #expect(throws: LinkFailure.handshakeFailed("the peer sent TLS alert 20")) { try Self.read(ends.client) }
    }

    @Test(arguments: ["GET / HTTP/1.1\r\n\r\n", "\0\0\0\0\0\0\0\0\0\0\0\0", "SSH-2.0-OpenSSH_9.2\r\n"])
    func whatIsNotTLSIsNamedSo(text: String) throws {
        let (_, server) = try Self.pair()
        server.receive(ByteBuffer(string: text))
        #expect(throws: LinkFailure.handshakeFailed("what the peer sent is not TLS")) { try server.handshake() }
    }

    @Test(arguments: 0..<200) func randomBytesNeverTrap(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let (client, server) = try Self.pair()
        _ = try client.handshake()
        var bytes = Array(try #require(client.takeOutput()).readableBytesView)
        for _ in 0..<Int.random(in: 1...20, using: &generator) {
            bytes[.random(in: 5..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
        }
        server.receive(ByteBuffer(bytes: bytes))
        // Most changes are refused at once; one in a random value only shows at the end of the handshake.
        _ = try? server.handshake()
        if let answer = server.takeOutput() { client.receive(answer) }
        _ = try? client.handshake()
    }
}

/// The handler between two embedded channels.
struct TLSHandlerTests {
    private struct Ends {
        let client = EmbeddedChannel()
        let server = EmbeddedChannel()

        init() throws {
            for (channel, seed, role) in [(client, UInt8(1), TLSConnection.Role.client), (server, 2, .server)] {
                let context = try TLSContext(identity: TransportEnd.cryptography(seed).identity)
                let connection = try TLSConnection(context: context, role: role)
                try channel.pipeline.syncOperations.addHandler(TLSHandler(connection, role: role))
            }
            server.pipeline.fireChannelActive()
            client.pipeline.fireChannelActive()
        }

        /// Until neither end has anything to say.
        func interact() throws {
            while true {
                if let bytes = try client.readOutbound(as: ByteBuffer.self) {
                    try server.writeInbound(bytes)
                } else if let bytes = try server.readOutbound(as: ByteBuffer.self) {
                    try client.writeInbound(bytes)
                } else {
                    return
                }
            }
        }
    }

    @Test func bytesGoThroughAfterTheHandshake() throws {
        let ends = try Ends()
        try ends.interact()
        try ends.client.writeOutbound(ByteBuffer(string: "hello"))
        try ends.interact()
        #expect(try ends.server.readInbound(as: ByteBuffer.self).map { String(buffer: $0) } == "hello")
    }

    @Test func theEndOfTheStreamWithoutANotifyIsAnErrorOfItsOwn() throws {
        let ends = try Ends()
        try ends.interact()
        ends.server.pipeline.fireChannelInactive()
        let error = #expect(throws: LinkFailure.self) { try ends.server.throwIfErrorCaught() }
        #expect(error == .broken("the connection ended without TLS's close_notify"))
    }

    @Test func theEndOfTheStreamInTheHandshakeSaysSo() throws {
        let ends = try Ends()
        try ends.server.writeInbound(try #require(try ends.client.readOutbound(as: ByteBuffer.self)))
        ends.server.pipeline.fireChannelInactive()
        let error = #expect(throws: LinkFailure.self) { try ends.server.throwIfErrorCaught() }
        #expect(error == .handshakeFailed("the peer closed the connection during the TLS handshake"))
    }

    @Test func nothingIsWrittenBeforeTheHandshake() throws {
        let ends = try Ends()
        #expect(throws: (any Error).self) { try ends.server.writeOutbound(ByteBuffer(string: "early")) }
        #expect(try ends.server.readOutbound(as: ByteBuffer.self) == nil)
    }
}
