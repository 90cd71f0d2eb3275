internal import DequeModule
internal import Logging
package import MeshCore
package import NIOCore

/// Runs one ``NodeCore``: feeds it what happens, performs what it orders, in order, and wakes it at its deadline.
///
/// Loop-confined, like the core and all its sockets, so that nothing here needs a lock and every run is a sequence of
/// inputs. `handle` is never re-entered: inputs that arise while effects are performed wait in a queue.
package final class NodeDriver {
    package struct Settings: Sendable {
        package var transport: Transport.Settings
        /// What others are told instead of this machine's addresses; empty: those.
        package var advertise: [Endpoint]
        /// Returns after the entries are on disk; nil: nothing is kept.
        package var append: (@Sendable ([[UInt8]]) throws -> Void)?
        /// Where messages and prekeys are kept; nil: in memory only.
        package var store: (any DurableStore)?

        package init(
            transport: Transport.Settings, advertise: [Endpoint], append: (@Sendable ([[UInt8]]) throws -> Void)?,
            store: (any DurableStore)? = nil
        ) {
            (self.transport, self.advertise, self.append, self.store) = (transport, advertise, append, store)
        }
    }

    /// Messages in one answer: opening so many takes the loop a tenth of a second.
    private static let historyLimit = 10_000

    package private(set) var core: NodeCore
    private let settings: Settings
    private let loop: any EventLoop
    private let transport: Transport
    private let persister: Persister?
    private var worker: StoreWorker?
    private let emit: (MeshEvent) -> Void
    private var inputs = Deque<Input>()
    private var effects: [Effect] = []
    private var isRunning = false
    private var commandCount: UInt64 = 0
    private var commands: [CommandID: EventLoopPromise<Answer>] = [:]
    private var watchers = Watchers()
    private var alarm: (at: Instant, callback: NIOScheduledCallback)?
    private var isStopping = false
    private let stopped: EventLoopPromise<Void>

    package init(
        core: NodeCore, cryptography: any Cryptography, settings: Settings, loop: any EventLoop,
        emit: @escaping (MeshEvent) -> Void
    ) {
        (self.core, self.settings, self.loop, self.emit) = (core, settings, loop, emit)
        transport = Transport(settings: settings.transport, cryptography: cryptography, loop: loop)
        persister = settings.append.map(Persister.init)
        stopped = loop.makePromise()
        worker = settings.store.map { store in
            StoreWorker(store, loop: loop) { [weak self] answers in self?.take(answers) }
        }
        transport.outlets = Transport.Outlets(
            deliver: { [weak self] input in self?.inputs.append(input) },
            endOfBatch: { [weak self] in self?.run() },
            turnedAway: { [weak self] rejection in self?.perform(.emit(.rejected(rejection))) })
    }

    // MARK: What the holder of the node asks

    /// Opens the sockets and starts the core; answers what the listener is bound to, and where others may dial it.
    package func start() -> EventLoopFuture<Listening> {
        transport.open().assumeIsolated()
            .map { [self] endpoint in
                let network = LocalNetwork.current(boundTo: endpoint.host)
                let listening = Listening(
                    endpoint: endpoint,
                    reachable: settings.advertise.isEmpty
                        ? network.reachable(boundTo: endpoint.host, port: endpoint.port) : settings.advertise)
                inputs.append(.started(listening: endpoint, reachable: listening.reachable))
                run()
                return listening
            }
            .nonisolated()
    }

    /// The answer comes when the core gives it; fails with ``NodeStopped`` if the node stops before.
    package func submit(_ command: Command) -> EventLoopFuture<Answer> {
        guard !isStopping else { return loop.makeFailedFuture(NodeStopped()) }
        commandCount += 1
        let id = CommandID(commandCount)
        let promise = loop.makePromise(of: Answer.self)
        commands[id] = promise
        inputs.append(.command(id, command))
        run()
        return promise.futureResult
    }

    /// Succeeds as soon as `isMet` holds, which is looked at after each batch of inputs; fails with ``NodeStopped``.
    package func watch(_ id: UInt64, _ isMet: @escaping (NodeStatus) -> Bool) -> EventLoopFuture<Void> {
        guard !isStopping else { return loop.makeFailedFuture(NodeStopped()) }
        let promise = loop.makePromise(of: Void.self)
        watchers.add(id, isMet, promise)
        watchers.check { status }
        return promise.futureResult
    }

    /// Gives the watcher up: its future fails with `error`.
    package func unwatch(_ id: UInt64, _ error: any Error) { watchers.remove(id, error) }

    /// How the links misbehave; nil unless the settings enable it.
    package var faults: FaultTable? { transport.faults }

    /// See ``Transport/setFaults(_:)``.
    package func setFaults(_ table: FaultTable) -> Bool { transport.setFaults(table) }

    /// The first messages with `index >= since`, those that are only on disk too, at most `limit` and at most
    /// ``historyLimit``, in causal order.
    package func history(since: Int, limit: Int) -> EventLoopFuture<[ChatMessage]> {
        let limit = min(limit, Self.historyLimit)
        let border = core.oldestIndexInMemory
        guard let worker, since < border, limit > 0 else {
            return loop.makeSucceededFuture(core.history(since: since, limit: limit))
        }
        return worker.read { try $0.messages(since: since, until: border, limit: limit) }.assumeIsolated()
            .map { [self] stored in
                let older = core.history(of: stored)
                let newer = core.history(since: border, limit: limit - stored.count)
                return (older + newer).sorted { $0.order < $1.order }
            }
            .nonisolated()
    }

    /// The newest `count` messages.
    package func history(newest count: Int) -> EventLoopFuture<[ChatMessage]> {
        let count = min(count, Self.historyLimit)
        return history(since: max(0, core.nextIndex - count), limit: count)
    }

    /// The core's status with the transport's counters.
    package var status: NodeStatus {
        var status = core.status
        status.counters = (status.counters + transport.counters.list).sorted { $0.name < $1.name }
        return status
    }

    /// Closes everything without a goodbye (the command `quit` says one and ends here too). The future follows the
    /// last socket, and is the same for all callers.
    @discardableResult
    package func stop() -> EventLoopFuture<Void> {
        guard !isStopping else { return stopped.futureResult }
        isStopping = true
        inputs.removeAll()
        alarm?.callback.cancel()
        alarm = nil
        let closed = transport.close()
        armAlarm()
        let stored = persister?.finish(on: loop) ?? loop.makeSucceededVoidFuture()
        let kept = worker?.finish() ?? loop.makeSucceededVoidFuture()
        EventLoopFuture.andAllComplete([closed, stored, kept], on: loop).assumeIsolated().whenComplete { [self] _ in
            finish()
        }
        return stopped.futureResult
    }

    /// Lets the core say goodbye, which ends in ``stop()``; after `limit` it is stopped in any case.
    package func quit(within limit: Duration) -> EventLoopFuture<Void> {
        guard !isStopping else { return stopped.futureResult }
        _ = submit(.quit)
        let alarm = loop.assumeIsolated().scheduleTask(in: .nanoseconds(limit.nanoseconds)) { [self] in stop() }
        stopped.futureResult.whenComplete { _ in alarm.cancel() }
        return stopped.futureResult
    }

    /// Follows the last socket of a stopped node.
    package var didStop: EventLoopFuture<Void> { stopped.futureResult }

    private func finish() {
        alarm?.callback.cancel()
        alarm = nil
        for promise in commands.values { promise.fail(NodeStopped()) }
        commands = [:]
        watchers.removeAll(NodeStopped())
        stopped.succeed()
    }

    // MARK: Running the core

    private func run() {
        guard !isRunning else { return }
        isRunning = true
        repeat {
            while !isStopping, let input = inputs.popFirst() { handle(input) }
            transport.flush()
        } while !inputs.isEmpty && !isStopping
        isRunning = false
        armAlarm()
        watchers.check { status }
    }

    private func handle(_ input: Input) {
        core.handle(input, now: SystemClock.now(), into: &effects)
        let orders = effects
        effects.removeAll(keepingCapacity: true)
        for effect in orders { perform(effect) }
    }

    private func perform(_ effect: Effect) {
        switch effect {
        case .dial(let id, let endpoint, let expected): transport.dial(id, endpoint, expected: expected)
        case .send(let id, let message): transport.send(id, message)
        case .open(let id): transport.open(id)
        case .close(let id, let reason): transport.close(id, reason)
        case .datagram(let bytes, let destination): transport.send(datagram: bytes, to: destination)
        case .emit(let event):
            log(event)
            emit(event)
        case .answer(let id, let answer): commands.removeValue(forKey: id)?.succeed(answer)
        case .persist(let id, let entries): persist(id, entries)
        case .store(let id, let entries):
            if let worker { worker.append(entries, as: id) } else { inputs.append(.persisted(id)) }
        case .find(let id, let query):
            if let worker { worker.find(query, as: id) } else { inputs.append(.found(id, [])) }
        case .stopped: stop()
        }
    }

    /// Without a store the answer is immediate, yet waits its turn like every input.
    private func persist(_ id: PersistID, _ entries: [StateEntry]) {
        guard let persister else { return inputs.append(.persisted(id)) }
        persister.append(entries.map { $0.encoded() }, on: loop).assumeIsolated().whenComplete { [self] result in
            switch result {
            case .success: inputs.append(.persisted(id))
            case .failure(let error):
                settings.transport.logger.error(
                    "the node's state could not be stored", metadata: ["reason": "\("\(error)".printable)"])
                inputs.append(.persistFailed(id, "\(error)".printable))
            }
            run()
        }
    }

    /// What the store has answered.
    private func take(_ answers: [Input]) {
        guard !isStopping else { return }
        for case .persistFailed(_, let reason) in answers {
            settings.transport.logger.error("messages could not be stored", metadata: ["reason": "\(reason)"])
        }
        inputs += answers
        run()
    }

    private func log(_ event: MeshEvent) {
        let logger = settings.transport.logger
        switch event {
        case .rejected(let rejection):
            logger.notice(
                "rejected",
                metadata: [
                    "address": "\(rejection.endpoint.description.printable)", "reason": "\(rejection.reason.rawValue)",
                    "key": "\(rejection.id?.short ?? "-")",
                ])
        case .warning(let code, let reason):
            logger.warning("\(code.printable)", metadata: ["reason": "\(reason.printable)"])
        case .stateChanged(let state, let reason):
            logger.info("state", metadata: ["state": "\(state.rawValue)", "reason": "\(reason.printable)"])
        default: break
        }
    }
}

// MARK: - The one timer

extension NodeDriver: NIOScheduledCallbackHandler {
    package func handleScheduledCallback(eventLoop: some EventLoop) {
        alarm = nil
        transport.expire()
        if !isStopping, let due = core.nextDeadline, due <= SystemClock.now() { inputs.append(.deadline) }
        run()
    }

    /// An alarm that is too early is left alone: when it rings it finds nothing due and is set anew, which is
    /// cheaper than moving it with every batch.
    private func armAlarm() {
        let deadlines = [isStopping ? nil : core.nextDeadline, transport.nextDeadline]
        guard let next = deadlines.compactMap(\.self).min() else { return }
        if let alarm {
            guard next < alarm.at else { return }
            alarm.callback.cancel()
        }
        // At least a millisecond ahead, so that whatever a core wants, the sockets get their turn.
        let at = max(next, SystemClock.now() + .milliseconds(1))
        let deadline = NIODeadline.uptimeNanoseconds(UInt64(max(0, at.uptime)))
        do {
            alarm = (at, try loop.assumeIsolated().scheduleCallback(at: deadline, handler: self))
        } catch {
            settings.transport.logger.debug("the event loop is shutting down")
        }
    }
}

/// What a started node listens on.
package struct Listening: Sendable, Equatable {
    package var endpoint: Endpoint
    /// Where others may dial it, best first; never empty.
    package var reachable: [Endpoint]
}

/// The node has stopped before it could answer.
package struct NodeStopped: Error, Equatable {}
