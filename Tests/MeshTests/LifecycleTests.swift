import Mesh
import MeshCore
import MeshCrypto
import Testing

/// The life of one node through the public API.
@Suite(.timeLimit(.minutes(2)))
struct LifecycleTests {
    @Test func aNodeStartsOnAFreePortAndStops() async throws {
        let node = try await MeshNode.start(TestMesh.config(1))
        #expect(node.listening.port != 0)
        #expect(node.contact == "\(node.publicKey.hex)@127.0.0.1:\(node.listening.port)")
        await node.shutdown()
        await node.shutdown()
        await #expect(throws: MeshError(.stopped, "the node has stopped")) { try await node.say("late") }
    }

    @Test func advertisedAddressesComeFirstInTheContactLine() async throws {
        var config = TestMesh.config(1)
        config.advertise = [Endpoint(host: "mesh.example", port: 4_000)]
        let node = try await MeshNode.start(config)
        #expect(node.contact == "\(node.publicKey.hex)@mesh.example:4000")
        await node.shutdown()
    }

    @Test func aPortThatIsTakenIsNamed() async throws {
        let first = try await MeshNode.start(TestMesh.config(1))
        var config = TestMesh.config(2)
        config.bindAddress = first.listening
        let port = first.listening.port
        await #expect(throws: MeshError(.portInUse, "port \(port) is in use on 127.0.0.1")) {
            try await MeshNode.start(config)
        }
        await first.shutdown()
    }

    @Test func anAddressOfAnotherMachineIsNamed() async throws {
        var config = TestMesh.config(1)
        config.bindAddress = Endpoint(host: "192.0.2.1", port: 0)
        await #expect(throws: MeshError(.badArgument, "192.0.2.1 is not an address of this machine")) {
            try await MeshNode.start(config)
        }
    }

    @Test(arguments: [
        ("minDegree", { @Sendable (config: inout MeshConfig) in config.minDegree = 4 }),
        ("phiThreshold", { @Sendable (config: inout MeshConfig) in config.phiThreshold = .nan }),
        ("maxDiscoveryRetries", { @Sendable (config: inout MeshConfig) in config.maxDiscoveryRetries = 0 }),
        ("gossipInterval", { @Sendable (config: inout MeshConfig) in config.gossipInterval = .zero }),
        ("heartbeatInterval", { @Sendable (config: inout MeshConfig) in config.heartbeatInterval = .seconds(-1) }),
        ("connectTimeout", { @Sendable (config: inout MeshConfig) in config.connectTimeout = .seconds(1 << 40) }),
        ("name", { @Sendable (config: inout MeshConfig) in config.networkName = "" }),
        ("port is 0", { @Sendable (config: inout MeshConfig) in config.advertise = [Endpoint(host: "a", port: 0)] }),
        ("nick", { @Sendable (config: inout MeshConfig) in config.nick = "a\u{202E}b" }),
        (
            "weak key",
            { @Sendable (config: inout MeshConfig) in
                let weak = NodeID([UInt8](repeating: 0, count: 32))
                config.seedPeers = [SeedPeer(key: weak, endpoint: Endpoint(host: "127.0.0.1", port: 9))]
            }
        ),
    ])
    func aConfigurationThatMakesNoSenseIsRefusedInWords(
        word: String, change: @Sendable (inout MeshConfig) -> Void
    ) async throws {
        var config = TestMesh.config(1)
        change(&config)
        let error = await #expect(throws: MeshError.self) { try await MeshNode.start(config) }
        #expect(error?.code == .badArgument)
        #expect(error?.reason.contains(word) == true, "\(error?.reason ?? "")")
    }

    @Test func aStoreThatCannotBeReadStopsTheStart() async throws {
        var config = TestMesh.config(1)
        config.store = BrokenStore(entries: [[0xFF, 0xFF, 0xFF, 0xFF]])
        let error = await #expect(throws: MeshError.self) { try await MeshNode.start(config) }
        #expect(error?.code == .io)
        #expect(error?.reason.hasPrefix("entry 0 of the stored state is damaged") == true)
    }

    @Test func aWaitEndsWithWhatIsMissing() async throws {
        let node = try await MeshNode.start(TestMesh.config(1))
        var condition = MeshCondition()
        condition.links = 3
        let error = await #expect(throws: MeshError.self) {
            try await node.wait(for: condition, timeout: .milliseconds(10))
        }
        #expect(error?.code == .timeout)
        #expect(error?.reason.hasSuffix("links 0 of 3") == true)
        await node.shutdown()
    }

    @Test func aWaitEndsWhenItsTaskIsCancelledOrTheNodeStops() async throws {
        let node = try await MeshNode.start(TestMesh.config(1))
        var condition = MeshCondition()
        condition.links = 3
        let unmet = condition
        let cancelled = Task { try await node.wait(for: unmet) }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        let stopped = Task { try await node.wait(for: unmet) }
        await node.shutdown()
        await #expect(throws: MeshError(.stopped, "the node has stopped")) { try await stopped.value }
    }

    @Test func eventStreamsEndWithTheNode() async throws {
        let node = try await MeshNode.start(TestMesh.config(1))
        let events = node.events()
        await node.shutdown()
        for await _ in events {}
        for await _ in node.events() { Issue.record("a stopped node has no events") }
    }
}

private struct BrokenStore: StateStore {
    let entries: [[UInt8]]
    func load() throws -> [[UInt8]] { entries }
    func append(_ entries: [[UInt8]]) throws {}
}
