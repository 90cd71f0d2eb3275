import MeshCore
import MeshTransport
import NIOCore
import NIOPosix
import Testing

/// UDP discovery on loopback: several nodes of one machine share the port.
@Suite(.timeLimit(.minutes(1)))
struct DiscoveryTests {
    /// A UDP port that was free a moment ago. Ports of closed sockets come back late, so it still is.
    static func freePort() async throws -> UInt16 {
        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "0.0.0.0", port: 0).get()
        let port = UInt16(channel.localAddress?.port ?? 0)
        try await channel.close().get()
        return port
    }

    private static func datagram(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 64) }

    private static func source(of bytes: [UInt8], at end: TransportEnd) async throws -> Endpoint {
        try await end.inputs.first { input in
            if case .datagram(bytes, let source) = input { source } else { nil }
        }
    }

    @Test func allOthersHearABroadcastAndOnlyTheAskerHearsTheAnswer() async throws {
        let port = try await Self.freePort()
        let asker = try await TransportEnd.start(seed: 1, discoveryPort: port)
        let first = try await TransportEnd.start(seed: 2, discoveryPort: port)
        let second = try await TransportEnd.start(seed: 3, discoveryPort: port)
        try await asker.order { $0.send(datagram: Self.datagram(1), to: .broadcast) }
        let source = try await Self.source(of: Self.datagram(1), at: first)
        #expect(try await Self.source(of: Self.datagram(1), at: second) == source)
        #expect(source.port != port)
        try await first.order { $0.send(datagram: Self.datagram(2), to: .endpoint(source)) }
        _ = try await Self.source(of: Self.datagram(2), at: asker)
        // What others said first would have come first.
        try await first.order { $0.send(datagram: Self.datagram(3), to: .broadcast) }
        _ = try await Self.source(of: Self.datagram(3), at: second)
        _ = try await Self.source(of: Self.datagram(3), at: asker)
        #expect(second.inputs.entries.count == 2)
        #expect(asker.inputs.entries.count == 2)
    }

    @Test func datagramsOfAnotherSizeAreDropped() async throws {
        let port = try await Self.freePort()
        let end = try await TransportEnd.start(seed: 1, discoveryPort: port)
        let other = try await TransportEnd.start(seed: 2, discoveryPort: port)
        let target = Endpoint(host: "127.255.255.255", port: port)
        for count in [0, 63, 65, 1_000] {
            try await other.order { $0.send(datagram: [UInt8](repeating: 4, count: count), to: .endpoint(target)) }
        }
        try await other.order { $0.send(datagram: Self.datagram(5), to: .broadcast) }
        _ = try await Self.source(of: Self.datagram(5), at: end)
        #expect(end.inputs.entries.count == 1)
    }

    @Test func aPortThatCannotBeOpenedIsAWarningAndNoMore() async throws {
        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "0.0.0.0", port: 0).get()
        let end = try await TransportEnd.start(seed: 1, discoveryPort: UInt16(channel.localAddress?.port ?? 0))
        _ = try await end.log.first { $0.hasPrefix("no discovery on the local net") ? true : nil }
        try await end.close()
        try await channel.close().get()
    }
}
