internal import DequeModule
package import Logging
package import MeshCore
package import NIOCore
internal import NIOPosix

/// The sockets of one node, all on one event loop: performs the effects that need a socket and reports what the
/// sockets say as inputs. Knows nothing of what a message means. Loop-confined.
package final class Transport {
    package struct Settings: Sendable {
        package var bind: Endpoint
        /// Nil: clear mode.
        package var tls: TLSContext?
        package var connectTimeout: Duration
        /// The UDP port of discovery; nil: no discovery.
        package var discoveryPort: UInt16?
        package var logger: Logger
        /// From TCP up to secured (protocol, section 2.3: 5 s in all; the core has what is left for its handshake).
        package var securingLimit: Duration = .seconds(5)
        /// For the peer to read what was queued when a link is closed.
        package var lingerLimit: Duration = .seconds(1)
        /// How the links misbehave from the start on; nil: they never do, and ``Transport/setFaults(_:)`` is refused.
        package var faults: FaultTable?

        package init(
            bind: Endpoint, tls: TLSContext?, connectTimeout: Duration, discoveryPort: UInt16?, logger: Logger
        ) {
            (self.bind, self.tls, self.connectTimeout) = (bind, tls, connectTimeout)
            (self.discoveryPort, self.logger) = (discoveryPort, logger)
        }
    }

    /// Where the transport's news go.
    package struct Outlets {
        package var deliver: (Input) -> Void
        /// Everything that came in one go has been delivered.
        package var endOfBatch: () -> Void
        /// An accepted connection was turned away before the core heard of it.
        package var turnedAway: (Rejection) -> Void

        package init(
            deliver: @escaping (Input) -> Void = { _ in }, endOfBatch: @escaping () -> Void = {},
            turnedAway: @escaping (Rejection) -> Void = { _ in }
        ) {
            (self.deliver, self.endOfBatch, self.turnedAway) = (deliver, endOfBatch, turnedAway)
        }
    }

    let settings: Settings
    let loop: any EventLoop
    var counters = TransportCounters()

    private let cryptography: any Cryptography
    package var outlets = Outlets()
    private var listener: (any Channel)?
    private var discovery: DiscoverySocket?
    private var accepted: UInt64 = 0
    private var places = HalfOpenPlaces()
    private var links: [LinkID: PeerLink] = [:]
    /// Reported as down, but their channels are still there.
    private var lingering: [LinkID: PeerLink] = [:]
    /// Accepted links that hold a half-open place, and the address it is booked under.
    private var halfOpen: [LinkID: String] = [:]
    private var unflushed: [PeerLink] = []
    private var deadlines = LinkDeadlines()
    private var turnedAwayBudget = TokenBucket(perSecond: 10, capacity: 10)
    private var isStopped = false
    private let gone: EventLoopPromise<Void>

    package init(settings: Settings, cryptography: any Cryptography, loop: any EventLoop) {
        (self.settings, self.cryptography, self.loop) = (settings, cryptography, loop)
        faults = settings.faults
        gone = loop.makePromise()
    }

    func now() -> Instant { SystemClock.now() }

    // MARK: Opening and closing

    /// Opens the listener and the discovery sockets; answers what the listener is bound to.
    package func open() -> EventLoopFuture<Endpoint> {
        let transport = NIOLoopBound(self, eventLoop: loop)
        return ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in transport.value.accept(channel) }
            .bind(host: settings.bind.host, port: Int(settings.bind.port))
            .assumeIsolated()
            .flatMap { [self] channel in
                listener = channel
                let port = channel.localAddress?.port.flatMap(UInt16.init(exactly:)) ?? settings.bind.port
                let endpoint = Endpoint(host: settings.bind.host, port: port)
                return openDiscovery().map { endpoint }
            }
            .nonisolated()
    }

    private func openDiscovery() -> EventLoopFuture<Void> {
        guard let port = settings.discoveryPort else { return loop.makeSucceededVoidFuture() }
        let socket = DiscoverySocket(port: port, bindHost: settings.bind.host, transport: self)
        return socket.open().assumeIsolated()
            .map { [self] in discovery = socket }
            .flatMapErrorThrowing { [self] error in
                settings.logger.warning(
                    "no discovery on the local net",
                    metadata: ["port": "\(port)", "reason": "\("\(error)".printable)"])
            }
            .nonisolated()
    }

    /// Closes everything; links get a second to write out what is queued. The future follows the last channel.
    package func close() -> EventLoopFuture<Void> {
        guard !isStopped else { return gone.futureResult }
        isStopped = true
        listener?.close(promise: nil)
        discovery?.close()
        for id in links.keys.sorted() { links[id]?.close(.closedByUs) }
        finishIfGone()
        return gone.futureResult
    }

    private func finishIfGone() {
        if isStopped, links.isEmpty, lingering.isEmpty { gone.succeed() }
    }

    // MARK: Effects

    package func dial(_ id: LinkID, _ endpoint: Endpoint, expected: NodeID?) {
        let link = PeerLink(
            id: id, role: .dialler, remote: endpoint, expected: expected, mode: makeMode(), transport: self)
        links[id] = link
        let fault = faults?.fault(to: endpoint) ?? LinkFault()
        guard !fault.resets else { return link.abort(.unreachable("cut off")) }
        guard !fault.preventsDials else { return fail(link, after: settings.connectTimeout) }
        ClientBootstrap(group: loop)
            .connectTimeout(.nanoseconds(settings.connectTimeout.nanoseconds))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            // Names have several addresses and only the connection that wins gets handlers: nothing is read before.
            .channelOption(.autoRead, value: false)
            .connect(host: endpoint.host, port: Int(endpoint.port))
            .assumeIsolated()
            .whenComplete { [self] result in
                switch result {
                case .success(let channel): connected(link, channel)
                case .failure(let error): link.abort(SocketErrors.reason(ofDial: error))
                }
                outlets.endOfBatch()
            }
    }

    package func send(_ id: LinkID, _ message: Message) {
        guard let link = links[id] else { return }
        let frame = message.encoded()
        assert(frame.count <= WireLimits.frame, "\(message.name) of \(frame.count) bytes is longer than a frame")
        let wasEmpty = link.isQueueEmpty
        guard link.send(frame) else { return }
        counters.framesOut += 1
        if wasEmpty { unflushed.append(link) }
    }

    package func open(_ id: LinkID) {
        links[id]?.open()
        leavePlace(id)
    }

    package func close(_ id: LinkID, _ reason: CloseReason) {
        guard let link = links[id] else { return }
        settings.logger.debug("closing a link", metadata: ["link": "\(id)", "reason": "\(reason.rawValue)"])
        link.close(.closedByUs)
    }

    package func send(datagram: [UInt8], to destination: DatagramDestination) {
        discovery?.send(datagram, to: destination)
    }

    /// Writes out what was queued since the last call, one write a link.
    package func flush() {
        let links = unflushed
        unflushed.removeAll(keepingCapacity: true)
        for link in links { link.flush() }
    }

    // MARK: Faults

    /// How the links misbehave; nil unless the settings enable it.
    package private(set) var faults: FaultTable?
    private var faultHandlers: [LinkID: FaultHandler] = [:]

    /// False when this node was not started with faults enabled.
    package func setFaults(_ table: FaultTable) -> Bool {
        guard faults != nil else { return false }
        faults = table
        let broken = links.values.filter { $0.role == .dialler && table.fault(to: $0.remote).resets }
        for link in broken.sorted(by: { $0.id < $1.id }) { link.abort(.broken("cut off")) }
        for id in faultHandlers.keys.sorted() { faultHandlers[id]?.faultChanged() }
        outlets.endOfBatch()
        return true
    }

    /// Nobody answers.
    private func fail(_ link: PeerLink, after limit: Duration) {
        loop.assumeIsolated().scheduleTask(in: .nanoseconds(limit.nanoseconds)) { [weak self] in
            link.abort(.timeout)
            self?.outlets.endOfBatch()
        }
    }

    private func makeFaultHandler(_ link: PeerLink) -> FaultHandler {
        let endpoint = link.remote
        let handler = FaultHandler { [weak self] in self?.faults?.fault(to: endpoint) ?? LinkFault() }
        faultHandlers[link.id] = handler
        return handler
    }

    // MARK: Deadlines

    /// When ``expire()`` is due.
    package var nextDeadline: Instant? { deadlines.next }

    /// Ends the links that took too long.
    package func expire() {
        for link in deadlines.takeDue(now()) {
            if link.isSecuring {
                link.close(.timeout)
            } else {
                link.abort(.closedByUs)
            }
        }
    }

    // MARK: What the links report

    func linkConnected(_ link: PeerLink) { deadlines.add(link, at: now() + settings.securingLimit, .securing) }

    func linkSecured(_ link: PeerLink, _ info: LinkInfo) {
        log(
            .info, "link secured", link, ["key": "\(info.certificateKey?.short ?? "-")", "tls": "\(info.tls ?? "off")"])
        outlets.deliver(.linkUp(link.id, info))
    }

    /// False when the frame was no message: then nothing more of this link is read.
    func linkReceived(_ link: PeerLink, _ frame: [UInt8]) -> Bool {
        counters.framesIn += 1
        do throws(WireError) {
            outlets.deliver(.message(link.id, try Message(decoding: frame)))
            return true
        } catch {
            outlets.deliver(.malformed(link.id, error))
            return false
        }
    }

    /// `isKnown`: the core has heard of the link, or has ordered it.
    func linkEnded(_ link: PeerLink, _ failure: LinkFailure, isKnown: Bool) {
        links[link.id] = nil
        counters.count(failure)
        if link.hasChannel {
            lingering[link.id] = link
            deadlines.add(link, at: now() + settings.lingerLimit, .lingering)
        }
        if isKnown {
            log(.info, "link down", link, ["reason": "\(failure.sentence)"])
            outlets.deliver(.linkDown(link.id, failure))
        } else if turnedAwayBudget.take(now: now()) {
            log(.notice, "turned a connection away", link, ["reason": "\(failure.sentence)"])
            if let reason = failure.rejection {
                outlets.turnedAway(Rejection(endpoint: link.remote, reason: reason, id: nil, by: nil))
            }
        }
        finishIfGone()
    }

    /// The channel is closed.
    private func linkGone(_ link: PeerLink) {
        link.channelIsGone()
        lingering[link.id] = nil
        faultHandlers[link.id] = nil
        leavePlace(link.id)
        finishIfGone()
        outlets.endOfBatch()
    }

    func endOfBatch() { outlets.endOfBatch() }

    func datagramReceived(_ bytes: [UInt8], from source: Endpoint) {
        outlets.deliver(.datagram(bytes, from: source))
        outlets.endOfBatch()
    }

    func clearChannel(own: ClearPreface, peer: ClearPreface, role: LinkInfo.Role) -> Hash {
        let (dialler, acceptor) = role == .dialler ? (own, peer) : (peer, own)
        return ClearPreface.channel(dialler: dialler.nonce, acceptor: acceptor.nonce, cryptography: cryptography)
    }

    // MARK: New connections

    private func accept(_ channel: any Channel) -> EventLoopFuture<Void> {
        guard !isStopped, let address = channel.remoteAddress, let host = address.ipAddress,
            let port = address.port.flatMap(UInt16.init(exactly:)), places.enter(host)
        else {
            counters.refusedFull += 1
            // A failed initializer makes NIO close the connection at once.
            return loop.makeFailedFuture(ChannelError.ioOnClosedChannel)
        }
        accepted += 1
        let id = LinkID.accepted(accepted)
        halfOpen[id] = host
        let link = PeerLink(
            id: id, role: .acceptor, remote: Endpoint(host: host, port: port), expected: nil, mode: makeMode(),
            transport: self)
        links[id] = link
        return loop.makeCompletedFuture(Result { try attach(link, to: channel) })
    }

    private func connected(_ link: PeerLink, _ channel: any Channel) {
        guard link.isAlive else { return channel.close(promise: nil) }
        do {
            try attach(link, to: channel)
            try channel.syncOptions?.setOption(.autoRead, value: true)
        } catch {
            link.abort(.broken("\(error)".printable))
            channel.close(promise: nil)
        }
    }

    private func attach(_ link: PeerLink, to channel: any Channel) throws {
        channel.closeFuture.assumeIsolated().whenComplete { [self] _ in linkGone(link) }
        if faults != nil, link.role == .dialler {
            try channel.pipeline.syncOperations.addHandler(makeFaultHandler(link))
        }
        if let tls = settings.tls {
            let role = link.role == .dialler ? TLSConnection.Role.client : .server
            let handler = TLSHandler(try TLSConnection(context: tls, role: role), role: role)
            try channel.pipeline.syncOperations.addHandler(handler)
        }
        try channel.pipeline.syncOperations.addHandler(link)
    }

    private func makeMode() -> LinkMode {
        settings.tls == nil ? .clear(ClearPreface(nonce: cryptography.randomBytes(Bytes32.count))) : .tls
    }

    private func leavePlace(_ id: LinkID) {
        if let address = halfOpen.removeValue(forKey: id) { places.leave(address) }
    }

    private func log(
        _ level: Logger.Level, _ message: Logger.Message, _ link: PeerLink, _ metadata: Logger.Metadata
    ) {
        let place: Logger.Metadata = ["link": "\(link.id)", "address": "\(link.remote.description.printable)"]
        settings.logger.log(level: level, message, metadata: place.merging(metadata) { _, new in new })
    }
}
