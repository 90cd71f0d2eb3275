internal import ChatKit
internal import NIOCore
internal import NIOPosix

/// Commands to one node, over its control socket.
struct NodeControl: Sendable {
    enum Failure: Error, Equatable {
        /// Nobody listens, or the node ended before it answered.
        case unreachable(String)
        /// It did not answer in time: it is stopped, or has far too much to do.
        case late
        case refused(code: String, reason: String)
    }

    let path: String

    func call(
        _ command: String, _ fields: [JSON.Member] = [], within limit: Duration = .seconds(20)
    ) async throws(Failure) -> JSON {
        let line = JSON.object([.init("v", .integer(1)), .init("cmd", .string(command))] + fields)
        let answer = try await Self.ask(path, line, within: limit)
        if answer["type"] == .string("error") {
            throw .refused(code: answer["code"]?.string ?? "", reason: answer["reason"]?.string ?? "")
        }
        return answer
    }

    /// Sends a line and returns the first that comes back.
    private static func ask(_ path: String, _ line: JSON, within limit: Duration) async throws(Failure) -> JSON {
        do {
            return try await withThrowingTaskGroup(of: JSON?.self) { group in
                group.addTask { try await exchange(path, line) }
                group.addTask {
                    try await Task.sleep(for: limit)
                    return nil
                }
                defer { group.cancelAll() }
                guard let answer = try await group.next() ?? nil else { throw Failure.late }
                return answer
            }
        } catch let failure as Failure {
            throw failure
        } catch {
            throw .unreachable("\(error)")
        }
    }

    private static func exchange(_ path: String, _ line: JSON) async throws -> JSON {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: line.line + "\n"))
            var splitter = LineSplitter(limit: .max)
            for try await chunk in inbound {
                for case .complete(let bytes) in splitter.append(chunk.readableBytesView) {
                    return try JSONParser.parse(bytes)
                }
            }
            throw Failure.unreachable("the node closed the connection")
        }
    }
}
