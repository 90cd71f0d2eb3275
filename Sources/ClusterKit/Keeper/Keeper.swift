internal import ChatKit
internal import NIOCore
internal import NIOPosix

/// The process in which a cluster lives that was brought up with `up`: it holds the nodes and does what the other
/// commands of `mesh-cluster` ask for.
package struct Keeper: Sendable {
    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    private static let lineLimit = 1 << 20

    private let cluster: Cluster
    private let socket: String

    package init(_ cluster: Cluster, name: String) {
        (self.cluster, socket) = (cluster, ClusterFolder.keeperSocket(of: name))
    }

    /// Serves until somebody says `down` or the task is cancelled, and ends the cluster.
    ///
    /// - Throws: ``UserError`` 73.
    package func serve(listening: @Sendable () -> Void) async throws {
        try ControlSocket.prepare(socket)
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(unixDomainSocketPath: socket) { channel in
                channel.eventLoop.makeCompletedFuture { try Connection(wrappingChannelSynchronously: channel) }
            }
        try ControlSocket.protect(socket)
        listening()
        let (downs, down) = AsyncStream<Void>.makeStream()
        let accepting = Task {
            try await withThrowingDiscardingTaskGroup { group in
                try await server.executeThenClose { connections in
                    for try await connection in connections {
                        group.addTask { if await serve(connection) { down.yield() } }
                    }
                }
            }
        }
        // Ends at a cancellation too.
        for await _ in downs { break }
        accepting.cancel()
        await cluster.down()
    }

    /// One step. True when it was `down`.
    private func serve(_ connection: Connection) async -> Bool {
        var isDown = false
        // Whoever asked may have gone, as `up` has after Ctrl+C; what was begun is done all the same.
        try? await connection.executeThenClose { inbound, outbound in
            var splitter = LineSplitter(limit: Self.lineLimit)
            for try await chunk in inbound {
                for case .complete(let bytes) in splitter.append(chunk.readableBytesView) {
                    let answer = await answer(bytes)
                    isDown = answer.isDown
                    for line in answer.lines { try await outbound.write(ByteBuffer(string: line.line + "\n")) }
                    return
                }
            }
        }
        return isDown
    }

    private func answer(_ bytes: [UInt8]) async -> (lines: [JSON], isDown: Bool) {
        guard let request = try? JSONParser.parse(bytes), let words = KeeperLine.words(request) else {
            return ([KeeperLine.end(.badData, notices: ["that was no step"])], false)
        }
        do {
            let step = try Step(words)
            let output = try await cluster.perform(step)
            return (output.map(KeeperLine.output) + [KeeperLine.end(.ok)], step == .down)
        } catch let mistake as StepMistake {
            return ([KeeperLine.end(.usage, notices: [mistake.sentence])], false)
        } catch let error as UserError {
            return ([KeeperLine.end(error.status, notices: [error.sentence])], false)
        } catch let failure as StepFailure {
            let notices = ["expected  \(failure.expected)"] + failure.found.map { "found     \($0)" }
            return ([KeeperLine.end(words.first == "wait" ? .timedOut : .failed, notices: notices)], false)
        } catch {
            return ([KeeperLine.end(.failed, notices: ["\(error)"])], false)
        }
    }
}
