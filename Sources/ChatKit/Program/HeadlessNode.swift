internal import Logging
internal import Mesh
internal import MeshCore

/// `mesh-node run`: a node that listens to its control socket.
package enum HeadlessNode {
    package static func run(_ session: ChatSession, control path: String) async -> ExitStatus {
        let logger = session.logger
        let server = ControlServer(session)
        let status = await ChatRun.run(session) { event in
            logger.info("\(EventLine.summary(event))")
        } input: {
            do {
                try await server.serve(path) { await printReady(session) }
                return .ok
            } catch let error as UserError {
                StandardError.say("mesh-node: " + error.sentence)
                return error.status
            } catch {
                StandardError.say("mesh-node: \(error)")
                return .failed
            }
        }
        if status == .ok { ControlSocket.remove(path) }
        return status
    }

    private static func printReady(_ session: ChatSession) async {
        guard let status = try? await session.node.status() else { return }
        await StandardOutput().write(EventLine.ready(status, session.ownAddress, version: Version.text).line)
    }
}

extension EventLine {
    /// An event for the log: never what was said, or to whom.
    static func summary(_ event: MeshEvent) -> String {
        switch event {
        case .chatMessageReceived(let message): "message \(message.id) from \(message.from)"
        case .broadcastReceived(let from, let payload, _): "\(payload.count) application bytes from \(from)"
        default: make(event).line
        }
    }
}
