import MeshCore
import NIOCore
import NIOPosix

/// Accepts connections and says nothing.
struct SilentServer {
    let endpoint: Endpoint
    private let channel: any Channel

    static func start() async throws -> SilentServer {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = UInt16(channel.localAddress?.port ?? 0)
        return SilentServer(endpoint: Endpoint(host: "127.0.0.1", port: port), channel: channel)
    }

    func close() async throws { try await channel.close().get() }
}
