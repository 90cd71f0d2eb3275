internal import Glibc
internal import MeshCore
internal import NIOCore
internal import NIOPosix

/// UDP discovery on the local net: hears what others broadcast, asks by broadcast, and hears the answers.
///
/// Two sockets. The shared one is bound to the discovery port with SO_REUSEPORT, so that all nodes of a machine hear
/// every broadcast. Sent from there, a request would draw its answer to the port of all, where the kernel gives it
/// to any one of them; so everything is sent from, and answered to, a second socket with a port of its own.
final class DiscoverySocket {
    /// The one size of a discovery datagram, so that an answer is never longer than what it answers.
    static let datagramSize = 64
    /// A flood is dropped before it costs anything; a local net of 100 members stays far below this.
    private static let datagramsPerSecond = 100.0

    private let port: UInt16
    private let bindHost: String
    private let transport: Transport
    private var network: LocalNetwork
    private var shared: (any Channel)?
    private var own: (any Channel)?
    private var budget = TokenBucket(perSecond: datagramsPerSecond, capacity: datagramsPerSecond)

    init(port: UInt16, bindHost: String, transport: Transport) {
        (self.port, self.bindHost, self.transport) = (port, bindHost, transport)
        network = .current(boundTo: bindHost)
    }

    func open() -> EventLoopFuture<Void> {
        bind(port: port).and(bind(port: 0)).assumeIsolated()
            .map { [self] channels in (shared, own) = channels }
            .nonisolated()
    }

    func close() {
        shared?.close(promise: nil)
        own?.close(promise: nil)
        (shared, own) = (nil, nil)
    }

    func send(_ bytes: [UInt8], to destination: DatagramDestination) {
        switch destination {
        case .broadcast:
            // Interfaces come and go; a broadcast is rare enough to look each time.
            network = .current(boundTo: bindHost)
            for address in network.broadcastAddresses { send(bytes, host: address, port: port) }
        case .endpoint(let endpoint): send(bytes, host: endpoint.host, port: endpoint.port)
        }
    }

    private func send(_ bytes: [UInt8], host: String, port: UInt16) {
        guard let own, let address = try? SocketAddress(ipAddress: host, port: Int(port)) else { return }
        transport.counters.datagramsOut += 1
        own.writeAndFlush(
            AddressedEnvelope(remoteAddress: address, data: ByteBuffer(bytes: bytes)), promise: nil)
    }

    /// On all addresses, because a broadcast is only delivered to sockets bound to its address or to all.
    private func bind(port: UInt16) -> EventLoopFuture<any Channel> {
        let socket = NIOLoopBound(self, eventLoop: transport.loop)
        return DatagramBootstrap(group: transport.loop)
            .channelOption(.socketOption(.so_broadcast), value: 1)
            .channelOption(.socketOption(.so_reuseaddr), value: 1)
            .channelOption(.socket(SocketOptionLevel(SOL_SOCKET), SocketOptionName(SO_REUSEPORT)), value: 1)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 2 * Self.datagramSize))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(DatagramHandler(socket.value))
                }
            }
            .bind(host: "0.0.0.0", port: Int(port))
    }

    fileprivate func received(_ envelope: AddressedEnvelope<ByteBuffer>) {
        guard let host = envelope.remoteAddress.ipAddress,
            let sourcePort = envelope.remoteAddress.port.flatMap(UInt16.init(exactly:)),
            envelope.data.readableBytes == Self.datagramSize, network.isLocal(host), !isFromHere(host, sourcePort),
            budget.take(now: transport.now())
        else { return }
        transport.counters.datagramsIn += 1
        transport.datagramReceived(
            Array(envelope.data.readableBytesView), from: Endpoint(host: host, port: sourcePort))
    }

    /// A node hears its own broadcasts.
    private func isFromHere(_ host: String, _ sourcePort: UInt16) -> Bool {
        own?.localAddress?.port == Int(sourcePort) && network.isOwn(host)
    }
}

private final class DatagramHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let socket: DiscoverySocket

    init(_ socket: DiscoverySocket) { self.socket = socket }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { socket.received(unwrapInboundIn(data)) }

    /// An unreachable port is reported on the next read; datagrams get lost, so it means nothing.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
