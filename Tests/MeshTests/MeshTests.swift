import Mesh
import MeshCore
import Testing

/// The life of a node through the public API.
@Suite(.timeLimit(.minutes(2)))
struct LifecycleTests {
    @Test func aNodeStartsOnAFreePortAndStops() async throws {
        var config = MeshConfig()
        config.bindAddress = Endpoint(host: "127.0.0.1", port: 0)
        config.discovers = false
        let node = try await MeshNode.start(config)
        #expect(node.listening.port != 0)
        #expect(node.contact == "\(node.publicKey.hex)@127.0.0.1:\(node.listening.port)")
        await node.shutdown()
        await #expect(throws: MeshError.self) { try await node.sendChat(Array("late".utf8)) }
    }
}
