import Logging
import MeshCore
import MeshCrypto
import MeshTransport
import NIOCore
import NIOPosix
import Synchronization

/// One end of real connections on loopback: a transport without a core, whose inputs a test awaits.
final class TransportEnd: Sendable {
    let key: NodeID
    let endpoint: Endpoint
    let inputs = Journal<Input>()
    let rejections: Journal<Rejection>
    let log: Journal<String>
    private let loop: any EventLoop
    private let transport: NIOLoopBound<Transport>
    private let dials = Atomic<UInt64>(0)

    private init(
        key: NodeID, endpoint: Endpoint, rejections: Journal<Rejection>, log: Journal<String>, loop: any EventLoop,
        transport: NIOLoopBound<Transport>
    ) {
        (self.key, self.endpoint, self.rejections, self.log) = (key, endpoint, rejections, log)
        (self.loop, self.transport) = (loop, transport)
    }

    /// Test identities have seeds of 32 equal bytes.
    static func cryptography(_ seed: UInt8) throws -> OpenSSLCryptography {
        guard let seed = IdentitySeed(bytes: [UInt8](repeating: seed, count: 32)) else { throw NoSeed() }
        return OpenSSLCryptography(seed: seed)
    }

    static func start(
        seed: UInt8, tls: Bool = true, discoveryPort: UInt16? = nil,
        _ change: (inout Transport.Settings) -> Void = { _ in }
    ) async throws -> TransportEnd {
        let cryptography = try cryptography(seed)
        let log = Journal<String>()
        var settings = Transport.Settings(
            bind: Endpoint(host: "127.0.0.1", port: 0),
            tls: tls ? try TLSContext(identity: cryptography.identity) : nil, connectTimeout: .seconds(5),
            discoveryPort: discoveryPort, logger: Logger(label: "test") { _ in JournalLogHandler(journal: log) })
        change(&settings)
        let (loop, rejections, fixed) = (MultiThreadedEventLoopGroup.singleton.next(), Journal<Rejection>(), settings)
        let transport = try await loop.submit {
            NIOLoopBound(Transport(settings: fixed, cryptography: cryptography, loop: loop), eventLoop: loop)
        }.get()
        let endpoint = try await loop.flatSubmit { transport.value.open() }.get()
        let end = TransportEnd(
            key: cryptography.publicKey, endpoint: endpoint, rejections: rejections, log: log, loop: loop,
            transport: transport)
        try await loop.submit { end.connectOutlets() }.get()
        return end
    }

    private func connectOutlets() {
        transport.value.outlets = Transport.Outlets(
            deliver: { [inputs] in inputs.append($0) },
            endOfBatch: { [weak self] in self?.endOfBatch() },
            turnedAway: { [rejections] in rejections.append($0) })
    }

    /// What a driver does: write out what is queued, and come back when something is due.
    private func endOfBatch() {
        let value = transport.value
        value.flush()
        guard let next = value.nextDeadline else { return }
        loop.scheduleTask(deadline: .uptimeNanoseconds(UInt64(next.uptime))) { [self] in
            transport.value.expire()
            if transport.value.nextDeadline == nil || next < transport.value.nextDeadline ?? .distantFuture {
                endOfBatch()
            }
        }
    }

    /// Performs orders on the loop, as one batch.
    func order(_ orders: @escaping @Sendable (Transport) -> Void) async throws {
        try await loop.submit { [self] in
            orders(transport.value)
            endOfBatch()
        }.get()
    }

    func dial(_ endpoint: Endpoint, expected: NodeID? = nil) async throws -> LinkID {
        let id = LinkID(dials.add(1, ordering: .relaxed).newValue)
        try await order { $0.dial(id, endpoint, expected: expected) }
        return id
    }

    func close() async throws { try await loop.flatSubmit { [self] in transport.value.close() }.get() }

    // MARK: Awaiting

    func linkUp(_ id: LinkID? = nil) async throws -> (LinkID, LinkInfo) {
        try await inputs.first { input in
            if case .linkUp(let link, let info) = input, id == nil || id == link { (link, info) } else { nil }
        }
    }

    func linkDown(_ id: LinkID) async throws -> LinkFailure {
        try await inputs.first { input in
            if case .linkDown(id, let failure) = input { failure } else { nil }
        }
    }

    func message(on id: LinkID) async throws -> Message {
        try await inputs.first { input in
            if case .message(id, let message) = input { message } else { nil }
        }
    }

    struct NoSeed: Error {}
}
