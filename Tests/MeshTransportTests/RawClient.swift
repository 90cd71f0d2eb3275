import MeshCore
import NIOCore
import NIOPosix

/// A plain TCP connection that says whatever a test wants.
final class RawClient: Sendable {
    let received: Journal<[UInt8]>
    private let channel: any Channel

    private init(_ channel: any Channel, _ received: Journal<[UInt8]>) {
        (self.channel, self.received) = (channel, received)
    }

    /// With `reads` false nothing is ever taken from the socket.
    static func connect(to endpoint: Endpoint, reads: Bool = true) async throws -> RawClient {
        let received = Journal<[UInt8]>()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(received))
                }
            }
            .connect(host: endpoint.host, port: Int(endpoint.port)).get()
        return RawClient(channel, received)
    }

    func send(_ bytes: [UInt8]) async throws { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get() }

    func close() async throws { try await channel.close().get() }

    /// Returns when the other end has closed the connection.
    func closed() async throws { try await channel.closeFuture.get() }

    /// Everything received once there are at least `count` bytes.
    func bytes(atLeast count: Int) async throws -> [UInt8] {
        while true {
            let all = received.entries.flatMap(\.self)
            if all.count >= count { return all }
            let seen = received.entries.count
            try await received.more(than: seen)
        }
    }
}

private final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let received: Journal<[UInt8]>

    init(_ received: Journal<[UInt8]>) { self.received = received }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received.append(Array(unwrapInboundIn(data).readableBytesView))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// The words of clear mode, written out.
enum ClearText {
    static let preface = Array("MESHCLR1".utf8) + [UInt8](repeating: 9, count: 32)

    static func frame(_ bytes: [UInt8]) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) } + bytes
    }
}
