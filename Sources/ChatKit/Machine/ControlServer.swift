internal import Logging
internal import Mesh
internal import MeshCore
internal import NIOCore
internal import NIOPosix

/// The control socket of a running node: any number of connections, each with the machine interface.
///
/// A connection that does not read is not read from either, and loses events (and is told how many) instead of
/// holding them in this process.
package struct ControlServer: Sendable {
    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    private let session: ChatSession
    private let runner: MachineRunner
    private var logger: Logger { session.logger }

    package init(_ session: ChatSession) {
        (self.session, runner) = (session, MachineRunner(session))
    }

    /// Listens on `path`, calls `listening`, and serves until a connection says `quit`.
    ///
    /// - Throws: ``UserError`` 73.
    package func serve(_ path: String, listening: @Sendable () async -> Void) async throws {
        try ControlSocket.prepare(path)
        let server: NIOAsyncChannel<Connection, Never>
        do {
            server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.backlog, value: 64)
                .bind(unixDomainSocketPath: path) { channel in
                    channel.eventLoop.makeCompletedFuture { try Connection(wrappingChannelSynchronously: channel) }
                }
        } catch {
            throw UserError(.cannotCreate, "cannot listen on \(path): \(error)")
        }
        // Until this line the umask (0077) keeps everybody else out.
        try ControlSocket.protect(path)
        await listening()
        let (quits, quit) = AsyncStream<Void>.makeStream()
        let accepting = Task { try await accept(server) { quit.yield() } }
        for await _ in quits { break }
        accepting.cancel()
    }

    private func accept(
        _ server: NIOAsyncChannel<Connection, Never>, quit: @escaping @Sendable () -> Void
    ) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            try await server.executeThenClose { connections in
                for try await connection in connections {
                    group.addTask { await serve(connection, quit: quit) }
                }
            }
        }
    }

    private func serve(_ connection: Connection, quit: @escaping @Sendable () -> Void) async {
        var isLast = false
        do {
            isLast = try await connection.executeThenClose { inbound, outbound in
                let write: @Sendable (JSON) async -> Void = { line in
                    // Nobody reads any more: the loop below notices the end as well.
                    try? await outbound.write(ByteBuffer(string: line.line + "\n"))
                }
                let requests = MachineRequests(runner, write: write)
                var events: Task<Void, Never>?
                defer { events?.cancel() }
                var splitter = LineSplitter(limit: MachineRequest.lineLimit)
                for try await chunk in inbound {
                    for line in splitter.append(chunk.readableBytesView) {
                        let request = MachineRequest(line)
                        // Listening begins before the answer, so that nothing after the `ack` is missed.
                        let subscription = subscription(request)
                        if await requests.take(request) == .quit { return true }
                        if let subscription {
                            events?.cancel()
                            events = Task { await subscription.pass(to: write) }
                        }
                    }
                }
                return false
            }
        } catch {
            logger.debug("control connection ended", metadata: ["reason": "\(error)"])
        }
        // Only when the answer is in the socket may the program end.
        if isLast { quit() }
    }

    private func subscription(_ request: MachineRequest) -> EventSubscription? {
        guard case .success(.subscribe(let types)) = request.command, EventLine.unknownType(in: types) == nil else {
            return nil
        }
        return EventSubscription(events: session.node.events(), types: types)
    }
}

/// The events of one connection, from its `subscribe` on.
private struct EventSubscription: Sendable {
    let events: AsyncStream<MeshEvent>
    let types: Set<String>

    func pass(to write: @Sendable (JSON) async -> Void) async {
        for await event in events {
            let line = EventLine.make(event)
            if EventLine.isOf(types, line) { await write(line) }
        }
    }
}
