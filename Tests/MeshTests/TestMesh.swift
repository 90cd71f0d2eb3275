import Mesh
import MeshCore
import MeshCrypto
import MeshTransport
import Testing

/// Real nodes on loopback, with the product's defaults apart from addresses; discovery is off unless asked for.
enum TestMesh {
    static func config(_ seed: UInt8, seeds: [MeshNode] = [], closed: Bool = true) -> MeshConfig {
        var config = MeshConfig()
        config.bindAddress = Endpoint(host: "127.0.0.1", port: 0)
        config.keypairSeed = IdentitySeed(bytes: [UInt8](repeating: seed, count: 32))
        config.nick = "node\(seed)"
        config.requireInvitation = closed
        config.discovers = false
        config.faults = FaultTable()
        config.seedPeers = seeds.map { SeedPeer(key: $0.publicKey, endpoint: $0.listening) }
        return config
    }

    /// A closed network of `count` nodes: the first founds it and invites all others, who know only its address.
    static func closed(_ count: Int, _ change: (inout MeshConfig) -> Void = { _ in }) async throws -> [MeshNode] {
        var config = config(1)
        change(&config)
        let founder = try await MeshNode.start(config)
        try await founder.foundNetwork(name: "test")
        var nodes = [founder]
        for seed in 1..<count {
            var config = self.config(UInt8(seed + 1), seeds: [founder])
            change(&config)
            // Invited first, so that nobody is turned away and waits before knocking again.
            try await founder.invite(IdentityKey(seed: #require(config.keypairSeed)).publicKey)
            nodes.append(try await MeshNode.start(config))
        }
        try await settle(nodes)
        return nodes
    }

    /// Waits until every node has all in reach, hears nothing new from its peers, and agrees with the first.
    static func settle(_ nodes: [MeshNode], within limit: Duration = .seconds(60)) async throws {
        var condition = MeshCondition()
        condition.online = nodes.count
        condition.isConverged = true
        for node in nodes { try await node.wait(for: condition, timeout: limit) }
        guard let first = nodes.first else { return }
        for node in nodes.dropFirst() {
            // The first may have moved on meanwhile; both are asked again until they say the same.
            while true {
                condition.stateHash = try await first.status().stateHash
                do {
                    try await node.wait(for: condition, timeout: .seconds(20))
                    break
                } catch let error as MeshError where error.code == .timeout {
                    guard try await first.status().stateHash != condition.stateHash else { throw error }
                }
            }
        }
    }

    static func stop(_ nodes: [MeshNode]) async {
        await withTaskGroup { group in
            for node in nodes { group.addTask { await node.shutdown() } }
        }
    }
}

extension MeshNode {
    /// Cut at both ends it parts a mesh.
    func cutOff(from endpoints: Set<Endpoint>) async throws {
        #expect(try await setFaults(FaultTable(resetting: endpoints)))
    }

    func say(_ text: String) async throws -> Hash { try await sendChat(Array(text.utf8)) }

    /// All texts in the history, once there are at least `count`.
    func texts(atLeast count: Int, within limit: Duration = .seconds(30)) async throws -> [String] {
        var condition = MeshCondition()
        condition.messages = count
        try await wait(for: condition, timeout: limit)
        return try await chatHistory().map(\.string)
    }
}
