import MeshCore
import MeshTransport
import NIOCore
import Testing

/// What peers can do wrong on the wire: each is closed with its reason, and the others do not notice.
@Suite(.timeLimit(.minutes(2)))
struct HostileEndTests {
    /// A raw client on a clear link that is up.
    private static func client(of end: TransportEnd, reads: Bool = true) async throws -> (RawClient, LinkID) {
        let client = try await RawClient.connect(to: end.endpoint, reads: reads)
        try await client.send(ClearText.preface)
        return (client, try await end.linkUp().0)
    }

    @Test func aClearLinkBeginsWithThePrefaceOfBothEnds() async throws {
        let end = try await TransportEnd.start(seed: 1, tls: false)
        let (client, link) = try await Self.client(of: end)
        let preface = try await client.bytes(atLeast: 40)
        #expect(preface.prefix(8).elementsEqual("MESHCLR1".utf8) && preface.count == 40)
        // Byte by byte, as a bad net may deliver it.
        for byte in ClearText.frame([3, 0, 0, 0] + [UInt8](repeating: 0, count: 20)) { try await client.send([byte]) }
        #expect(try await end.message(on: link) == .heartbeat(Heartbeat(sent: 0, echo: 0, held: 0)))
    }

    @Test func aFrameThatIsTooLongEndsTheLinkByItsHeader() async throws {
        let end = try await TransportEnd.start(seed: 1, tls: false)
        let (client, link) = try await Self.client(of: end)
        try await client.send([0xFF, 0xFF, 0xFF, 0xFF])
        #expect(try await end.linkDown(link) == .frameTooLong(length: 4_294_967_295, limit: 4_096))
        try await client.closed()
    }

    @Test func anOpenLinkTakesLongerFrames() async throws {
        let end = try await TransportEnd.start(seed: 1, tls: false)
        let (client, link) = try await Self.client(of: end)
        try await end.order { $0.open(link) }
        let signed = Signed(
            body: [UInt8](repeating: 1, count: 500_000),
            signature: try #require(Signature([UInt8](repeating: 2, count: 64))))
        try await client.send(ClearText.frame(Message.hello(signed).encoded()))
        #expect(try await end.message(on: link) == .hello(signed))
    }

    @Test(arguments: [[], [3, 0, 0], [3, 0, 0, 0, 1], [99, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0x7F]] as [[UInt8]])
    func whatIsNoMessageIsReportedAndNothingAfterItIsRead(frame: [UInt8]) async throws {
        let end = try await TransportEnd.start(seed: 1, tls: false)
        let (client, link) = try await Self.client(of: end)
        let heartbeat = Message.heartbeat(Heartbeat(sent: 1, echo: 0, held: 0)).encoded()
        try await client.send(ClearText.frame(frame) + ClearText.frame(heartbeat))
        let isMalformed = try await end.inputs.first { input in
            if case .malformed(link, _) = input { true } else { nil }
        }
        #expect(isMalformed)
        try await end.order { $0.close(link, .malformedFrame) }
        #expect(try await end.linkDown(link) == .closedByUs)
        let hasMessage = end.inputs.entries.contains { if case .message = $0 { true } else { false } }
        #expect(!hasMessage)
    }

    @Test func aTruncatedFrameIsNothing() async throws {
        let end = try await TransportEnd.start(seed: 1, tls: false)
        let (client, link) = try await Self.client(of: end)
        try await client.send([100, 0, 0, 0, 3, 0])
        try await client.close()
        #expect(try await end.linkDown(link) == .closed)
        #expect(end.inputs.entries.count == 2)
    }

    @Test(arguments: [true, false]) func whoNeverEndsTheHandshakeIsClosed(tls: Bool) async throws {
        let end = try await TransportEnd.start(seed: 1, tls: tls) { $0.securingLimit = .milliseconds(50) }
        let client = try await RawClient.connect(to: end.endpoint)
        try await client.send(tls ? [0x16] : [0x4D])
        try await client.closed()
        _ = try await end.log.first { $0.contains("no answer in time") ? true : nil }
        #expect(end.inputs.entries.isEmpty)
    }

    @Test func aDialThatIsNeverSecuredTimesOut() async throws {
        // The TLS node waits for a ClientHello that a clear node never sends: here it is a server that says nothing.
        let end = try await TransportEnd.start(seed: 1) { $0.securingLimit = .milliseconds(50) }
        let silent = try await SilentServer.start()
        let link = try await end.dial(silent.endpoint)
        #expect(try await end.linkDown(link) == .timeout)
        try await silent.close()
    }

    @Test func whatIsNeitherTLSNorClearModeIsClosed() async throws {
        let end = try await TransportEnd.start(seed: 1, tls: false)
        let client = try await RawClient.connect(to: end.endpoint)
        try await client.send(Array("GET / HTTP/1.1\r\n\r\n".utf8))
        try await client.closed()
        _ = try await end.log.first { $0.contains("neither TLS nor the mesh's clear mode") ? true : nil }
    }

    @Test func aClearTextClientOfATLSNodeGetsTheAlertThatItUnderstands() async throws {
        let end = try await TransportEnd.start(seed: 1)
        let client = try await RawClient.connect(to: end.endpoint)
        try await client.send(ClearText.preface)
        #expect(try await client.bytes(atLeast: 7) == [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46])
        try await client.closed()
        #expect(try await end.rejections.first { $0.reason } == .clearExpected)
    }

    @Test func aPeerThatDoesNotReadIsDroppedAndTheOthersDoNotNotice() async throws {
        let end = try await TransportEnd.start(seed: 1, tls: false)
        let (_, deaf) = try await Self.client(of: end, reads: false)
        let other = try await TransportEnd.start(seed: 2, tls: false)
        let link = try await end.dial(other.endpoint)
        _ = try await end.linkUp(link)
        let long = Message.hello(
            Signed(
                body: [UInt8](repeating: 1, count: 500_000),
                signature: try #require(Signature([UInt8](repeating: 2, count: 64)))))
        // 4 MiB of our own and whatever the kernel takes; 64 MB is more than both.
        for _ in 0..<128 { try await end.order { $0.send(deaf, long) } }
        #expect(try await end.linkDown(deaf) == .queueFull)
        try await end.order { $0.send(link, .unknownOptional(0x8000_0001)) }
        let (accepted, _) = try await other.linkUp()
        #expect(try await other.message(on: accepted) == .unknownOptional(0x8000_0001))
    }

    @Test func whatWasQueuedBeforeACloseIsStillRead() async throws {
        let end = try await TransportEnd.start(seed: 1)
        let other = try await TransportEnd.start(seed: 2)
        let link = try await end.dial(other.endpoint)
        _ = try await end.linkUp(link)
        try await end.order { transport in
            for number in 0..<1_000 { transport.send(link, .unknownOptional(0x8000_0000 + UInt32(number))) }
            transport.close(link, .rejected)
        }
        let (accepted, _) = try await other.linkUp()
        #expect(try await other.linkDown(accepted) == .closed)
        let messages = other.inputs.entries.count { if case .message = $0 { true } else { false } }
        #expect(messages == 1_000)
    }

    @Test func theSixtyFifthHalfOpenConnectionIsClosedAtOnce() async throws {
        let end = try await TransportEnd.start(seed: 1, tls: false)
        var waiting: [RawClient] = []
        for _ in 0..<64 {
            waiting.append(try await RawClient.connect(to: end.endpoint))
            _ = try await waiting[waiting.count - 1].bytes(atLeast: 40)
        }
        let excess = try await RawClient.connect(to: end.endpoint)
        try await excess.closed()
        #expect(excess.received.entries.isEmpty)
        // A link that is open holds no place.
        try await waiting[0].send(ClearText.preface)
        let (link, _) = try await end.linkUp()
        try await end.order { $0.open(link) }
        let next = try await RawClient.connect(to: end.endpoint)
        #expect(try await next.bytes(atLeast: 40).count == 40)
    }

    @Test func oneAddressThatIsNotThisMachineHasEightPlaces() {
        var places = HalfOpenPlaces()
        let entered = (0..<9).map { _ in places.enter("192.0.2.1") }
        #expect(entered == Array(repeating: true, count: 8) + [false])
        let other = places.enter("192.0.2.2")
        places.leave("192.0.2.1")
        let again = places.enter("192.0.2.1")
        #expect(other && again)
        let loopback = (0..<56).map { _ in places.enter("127.0.0.1") }
        #expect(loopback == Array(repeating: true, count: 55) + [false])
    }
}
