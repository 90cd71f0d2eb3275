public import MeshCore
internal import MeshCrypto
internal import MeshTransport
internal import NIOCore
internal import NIOPosix
internal import Synchronization

public typealias NodeID = MeshCore.NodeID

/// A running node of the mesh.
///
/// A facade: everything the node is lives on one event loop, to which each call hops once. A node that is forgotten
/// without ``shutdown()`` says goodbye by itself.
public final class MeshNode: Sendable {
    /// For the goodbye and, after it, a second for the sockets; three in all is what programs promise.
    private static let quitLimit = Duration.milliseconds(1_500)

    /// This node's identity.
    public let publicKey: NodeID
    private let socket: Listening
    private let loop: any EventLoop
    private let driver: NIOLoopBound<NodeDriver>
    private let hub: EventHub
    private let waits = Atomic<UInt64>(0)

    private init(
        publicKey: NodeID, socket: Listening, loop: any EventLoop, driver: NIOLoopBound<NodeDriver>, hub: EventHub
    ) {
        (self.publicKey, self.socket, self.loop, self.driver, self.hub) = (publicKey, socket, loop, driver, hub)
    }

    deinit {
        let driver = driver
        loop.execute { _ = driver.value.quit(within: Self.quitLimit) }
    }

    /// Opens the sockets and starts the node.
    ///
    /// - Throws: ``MeshError`` when the port is taken, the store cannot be read, or the configuration makes no sense.
    public static func start(_ config: MeshConfig) async throws -> MeshNode {
        try config.validate()
        let restored = try await load(config.store)
        let kept = try await load(config.messageStore, newest: config.forCore.limits.history)
        let cryptography = OpenSSLCryptography(seed: config.keypairSeed ?? .random())
        let settings = try config.driverSettings(identity: cryptography.identity)
        let hub = EventHub()
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let driver = try await loop.submit {
            var core = NodeCore(
                configuration: config.forCore, cryptography: cryptography, restored: restored,
                randomSeed: cryptography.randomBytes(8).reduce(0) { $0 << 8 | UInt64($1) }, now: SystemClock.now())
            if let kept { core.restore(kept) }
            let driver = NodeDriver(
                core: core, cryptography: cryptography, settings: settings, loop: loop, emit: hub.publish)
            return NIOLoopBound(driver, eventLoop: loop)
        }.get()
        do {
            let socket = try await loop.flatSubmit { driver.value.start() }.get()
            loop.execute { driver.value.didStop.whenComplete { _ in hub.finish() } }
            return MeshNode(
                publicKey: cryptography.publicKey, socket: socket, loop: loop, driver: driver, hub: hub)
        } catch {
            try? await loop.flatSubmit { driver.value.stop() }.get()
            throw MeshError(binding: config.bindAddress, error)
        }
    }

    private static func load(_ store: (any StateStore)?) async throws -> [StateEntry] {
        guard let store else { return [] }
        let entries: [[UInt8]]
        do {
            entries = try await NIOThreadPool.singleton.runIfActive { try store.load() }
        } catch {
            throw MeshError(.io, "the stored state cannot be read: \(error)")
        }
        return try entries.enumerated().map { index, bytes in
            do throws(WireError) {
                return try StateEntry(decoding: bytes)
            } catch {
                throw MeshError(.io, "entry \(index) of the stored state is damaged: \(error)")
            }
        }
    }

    private static func load(_ store: (any DurableStore)?, newest: Int) async throws -> StoredState? {
        guard let store else { return nil }
        do {
            return try await NIOThreadPool.singleton.runIfActive {
                try store.restore(at: SystemClock.now().wall, newest: newest)
            }
        } catch {
            throw MeshError(.io, "the stored messages cannot be read: \(error)")
        }
    }

    /// What the TCP listener is bound to, with the real port.
    public var listening: Endpoint { socket.endpoint }
    /// Where others may dial this node, best first.
    public var reachable: [Endpoint] { socket.reachable }
    /// `KEY@host:port`: the line to hand to a friend.
    public var contact: String { SeedPeer(key: publicKey, endpoint: reachable.first ?? listening).description }

    /// Everything that happens from now on, and for the first subscriber also what happened since the start. A
    /// subscriber that falls more than `buffer` events behind loses the
    /// oldest and gets one `lagged` event in their place; it never slows the node. Ends when the node stops.
    public func events(buffer: Int = 4_096) -> AsyncStream<MeshEvent> { hub.subscribe(buffer: buffer) }

    /// Says goodbye to the peers, who show this node offline at once, and closes everything; takes at most 3 s.
    public func shutdown() async {
        let driver = driver
        // Only the end of the event loop can make this fail, and then nothing is left to close.
        try? await loop.flatSubmit { driver.value.quit(within: Self.quitLimit) }.get()
        hub.finish()
    }

    // MARK: Waiting

    /// Returns as soon as the condition holds; checked after everything that happens, not by polling.
    ///
    /// - Throws: ``MeshError`` with code `timeout`, or `stopped`.
    public func wait(for condition: MeshCondition, timeout: Duration? = nil) async throws {
        let (driver, loop) = (driver, loop)
        let id = waits.add(1, ordering: .relaxed).newValue
        // Seen by the loop before or after it begins to watch: the second time by `unwatch`.
        let isCancelled = Cancellation()
        try await withTaskCancellationHandler {
            do {
                try await loop.flatSubmit { () -> EventLoopFuture<Void> in
                    guard !isCancelled.value else { return loop.makeFailedFuture(CancellationError()) }
                    let met = driver.value.watch(id) { condition.holds(for: $0) }
                    guard let timeout else { return met }
                    // Set on the loop after the watch began, so that it cannot ring before there is one to end.
                    let alarm = loop.scheduleTask(in: .nanoseconds(timeout.nanoseconds)) {
                        let missing = condition.unmet(by: driver.value.status)
                        driver.value.unwatch(id, MeshError(.timeout, "waited \(timeout) in vain: \(missing)"))
                    }
                    met.whenComplete { _ in alarm.cancel() }
                    return met
                }.get()
            } catch is NodeStopped {
                throw MeshError.stopped
            }
        } onCancel: {
            isCancelled.set()
            loop.execute { driver.value.unwatch(id, CancellationError()) }
        }
    }

    // MARK: One hop

    /// Asks the core a question.
    func ask<Value: Sendable>(_ question: @escaping @Sendable (NodeDriver) -> Value) async throws -> Value {
        let driver = driver
        return try await loop.submit { question(driver.value) }.get()
    }

    /// Asks something whose answer takes the disk.
    func ask<Value: Sendable>(
        future question: @escaping @Sendable (NodeDriver) -> EventLoopFuture<Value>
    ) async throws -> Value {
        let driver = driver
        do {
            return try await loop.flatSubmit { question(driver.value) }.get()
        } catch {
            throw MeshError(.io, "the stored messages cannot be read: \(error)")
        }
    }

    /// Gives the core a command and waits until it is done.
    @discardableResult
    func order(_ command: Command) async throws -> Answer {
        let driver = driver
        do {
            let answer = try await loop.flatSubmit { driver.value.submit(command) }.get()
            if case .refused(let refusal) = answer { throw MeshError(refusal) }
            return answer
        } catch is NodeStopped {
            throw MeshError.stopped
        }
    }
}

/// Set once, read from elsewhere.
private final class Cancellation: Sendable {
    private let flag = Atomic(false)
    var value: Bool { flag.load(ordering: .acquiring) }
    func set() { flag.store(true, ordering: .releasing) }
}
