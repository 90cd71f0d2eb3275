import Mesh
import MeshCore
import NIOCore
import NIOPosix
import Synchronization

/// A man in the middle who passes everything on, and writes it down.
final class RecordingRelay: Sendable {
    let endpoint: Endpoint
    private let listener: any Channel
    private let record: Record

    private init(endpoint: Endpoint, listener: any Channel, record: Record) {
        (self.endpoint, self.listener, self.record) = (endpoint, listener, record)
    }

    /// Everything that went through, in both directions.
    var bytes: [UInt8] { record.bytes.withLock { $0 } }

    /// Where it passes connections on to; set before the first one comes.
    func forward(to target: Endpoint) { record.target.withLock { $0 = target } }

    static func start() async throws -> RecordingRelay {
        let record = Record()
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { incoming in Self.pass(incoming, record) }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = UInt16(listener.localAddress?.port ?? 0)
        return RecordingRelay(endpoint: Endpoint(host: "127.0.0.1", port: port), listener: listener, record: record)
    }

    func close() async throws { try await listener.close().get() }

    private static func pass(_ incoming: any Channel, _ record: Record) -> EventLoopFuture<Void> {
        guard let target = record.target.withLock({ $0 }) else {
            return incoming.eventLoop.makeFailedFuture(ChannelError.connectPending)
        }
        // Both on one loop, so that each may write to the other at once.
        return ClientBootstrap(group: incoming.eventLoop)
            .channelOption(.autoRead, value: false)
            .connect(host: target.host, port: Int(target.port))
            .flatMapThrowing { outgoing in
                try incoming.pipeline.syncOperations.addHandler(Copier(to: outgoing, record))
                try outgoing.pipeline.syncOperations.addHandler(Copier(to: incoming, record))
                for channel in [incoming, outgoing] { try channel.syncOptions?.setOption(.autoRead, value: true) }
            }
    }

    fileprivate final class Record: Sendable {
        let target = Mutex<Endpoint?>(nil)
        let bytes = Mutex<[UInt8]>([])
    }

    private final class Copier: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let other: any Channel
        private let record: Record

        init(to other: any Channel, _ record: Record) { (self.other, self.record) = (other, record) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data)
            record.bytes.withLock { $0.append(contentsOf: bytes.readableBytesView) }
            other.writeAndFlush(bytes, promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
