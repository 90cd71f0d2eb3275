internal import MeshCore
internal import NIOCore

/// One TCP connection, from the moment it is dialled or accepted to its close: the last handler of its channel.
///
/// Bytes in become frames and go to the ``Transport``; frames out are put together until the end of a batch and
/// leave in one write. Loop-confined.
final class PeerLink: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Bytes that wait for a peer that does not read; above this the link is closed and the others do not notice.
    static let queueLimit = 4 * 1_024 * 1_024

    private static let flushSize = 256 * 1_024

    enum Phase {
        case connecting
        /// TCP is up: the TLS handshake, or the exchange of prefaces (with what has arrived of the peer's).
        case securing(received: ByteBuffer)
        case up
        /// Reported as down; the channel may live on until the peer has read what was last said.
        case down
    }

    let id: LinkID
    let role: LinkInfo.Role
    /// As it was dialled, or where it comes from.
    let remote: Endpoint
    /// The key that must be in the peer's certificate.
    let expected: NodeID?
    private(set) var phase = Phase.connecting
    /// When TCP came up.
    private(set) var since: Instant?

    private let transport: Transport
    private let mode: LinkMode
    private var context: ChannelHandlerContext?
    private var frames = FrameReader()
    /// A frame was malformed: whatever follows it is not read.
    private var isDeaf = false
    private var outgoing = ByteBuffer()
    /// Bytes that were handed to the channel and are not in the socket yet.
    private var unsent = 0

    init(
        id: LinkID, role: LinkInfo.Role, remote: Endpoint, expected: NodeID?, mode: LinkMode, transport: Transport
    ) {
        (self.id, self.role, self.remote, self.expected) = (id, role, remote, expected)
        (self.mode, self.transport) = (mode, transport)
    }

    // MARK: What the transport orders

    /// Puts a frame into the queue; false when the queue is full, in which case the link is gone.
    func send(_ frame: [UInt8]) -> Bool {
        guard case .up = phase else { return true }
        let queued = unsent + outgoing.readableBytes + FrameReader.headerSize + frame.count
        guard queued <= Self.queueLimit else {
            abort(.queueFull)
            return false
        }
        outgoing.writeFrame(frame)
        // A long batch is handed to the socket in parts, so that the limit is about what the peer does not read.
        if outgoing.readableBytes >= Self.flushSize { flush() }
        return true
    }

    /// Hands everything in the queue to the channel in one write.
    func flush() {
        guard let context, outgoing.readableBytes > 0 else { return }
        let bytes = outgoing
        outgoing = ByteBuffer()
        write(bytes, context: context)
    }

    /// From now on frames of 1 MiB are allowed.
    func open() { frames.isOpen = true }

    /// Reports the link as down, says what is still queued and lets the peer read it; `Transport` ends it after 1 s.
    func close(_ failure: LinkFailure) {
        guard isAlive else { return }
        flush()
        goDown(failure)
        // The peer's answer is its own end of stream, which closes the channel. Closing both directions at once
        // would send a reset if anything of the peer's is unread, and the reset may overtake our last words.
        context?.close(mode: .output, promise: nil)
    }

    /// Reports the link as down and closes the channel without waiting for anything.
    func abort(_ failure: LinkFailure) {
        goDown(failure)
        context?.close(mode: .all, promise: nil)
    }

    private func goDown(_ failure: LinkFailure) {
        guard isAlive else { return }
        // Of an accepted connection the core hears when it is secured; a dial was its own order.
        let isKnown = if case .up = phase { true } else { role == .dialler }
        phase = .down
        transport.linkEnded(self, failure, isKnown: isKnown)
    }

    var isAlive: Bool { if case .down = phase { false } else { true } }
    var isSecuring: Bool { if case .securing = phase { true } else { false } }
    var hasChannel: Bool { context != nil }
    var isLingering: Bool { !isAlive && hasChannel }
    var isQueueEmpty: Bool { outgoing.readableBytes == 0 }

    // MARK: What the channel reports

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { begin(context: context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        begin(context: context)
        context.fireChannelActive()
    }

    private func begin(context: ChannelHandlerContext) {
        guard case .connecting = phase else { return }
        phase = .securing(received: ByteBuffer())
        since = transport.now()
        transport.linkConnected(self)
        if case .clear(let own) = mode { write(ByteBuffer(bytes: own.bytes), context: context) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        transport.counters.bytesIn += UInt64(bytes.readableBytes)
        do throws(LinkFailure) {
            switch phase {
            case .securing(var received):
                received.writeImmutableBuffer(bytes)
                try readPreface(received)
            case .up:
                frames.append(bytes)
                try readFrames()
            case .connecting, .down: break
            }
        } catch {
            close(error)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        transport.endOfBatch()
        context.fireChannelReadComplete()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let secured = event as? TLSHandler.Secured, case .securing = phase else {
            return context.fireUserInboundEventTriggered(event)
        }
        if let expected, expected != secured.key { return close(.unexpectedKey(secured.key)) }
        goUp(tls: secured.version, key: secured.key, channel: secured.channel)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let failure = error as? LinkFailure {
            close(failure)
        } else {
            abort(.broken(SocketErrors.words(for: error)))
        }
        transport.endOfBatch()
    }

    func channelInactive(context: ChannelHandlerContext) {
        goDown(.closed)
        transport.endOfBatch()
        context.fireChannelInactive()
    }

    /// The channel is closed and will say nothing more.
    func channelIsGone() {
        context = nil
        goDown(.closed)
    }

    // MARK: Securing and reading

    private func readPreface(_ received: ByteBuffer) throws(LinkFailure) {
        guard case .clear(let own) = mode else {
            preconditionFailure("the TLS handler lets no byte through before the link is secured")
        }
        var received = received
        let peer = try ClearPreface.read(from: &received)
        guard let peer else {
            phase = .securing(received: received)
            return
        }
        goUp(tls: nil, key: nil, channel: transport.clearChannel(own: own, peer: peer, role: role))
        frames.append(received)
        try readFrames()
    }

    private func goUp(tls: String?, key: NodeID?, channel: Hash) {
        guard let since else { preconditionFailure("\(id) is secured before TCP was up") }
        phase = .up
        transport.linkSecured(
            self,
            LinkInfo(
                role: role, remote: remote, tls: tls, certificateKey: key, channel: channel, since: since))
    }

    private func readFrames() throws(LinkFailure) {
        while case .up = phase, !isDeaf, let frame = try frames.next() {
            isDeaf = !transport.linkReceived(self, frame)
            // The verdict on a WELCOME decides how long the next frame may be, and that may be here already.
            if !frames.isOpen { transport.endOfBatch() }
        }
    }

    private func write(_ bytes: ByteBuffer, context: ChannelHandlerContext) {
        let count = bytes.readableBytes
        unsent += count
        transport.counters.bytesOut += UInt64(count)
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { [self] _ in unsent -= count }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: written)
    }
}

/// How a link is secured.
enum LinkMode {
    /// By the ``TLSHandler`` before this handler.
    case tls
    /// Not at all; both ends exchange nonces.
    case clear(ClearPreface)
}
