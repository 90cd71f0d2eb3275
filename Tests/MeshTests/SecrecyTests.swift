import Mesh
import MeshCore
import MeshCrypto
import Testing

/// What somebody on the path between two nodes can read.
@Suite(.timeLimit(.minutes(2)))
struct SecrecyTests {
    private static let text = "the quick brown fox jumps over the lazy dog"

    /// Two members who talk through a relay; what it has written down, and what it must not have found.
    private static func recorded(tls: Bool) async throws -> (bytes: [UInt8], secrets: [(String, [UInt8])]) {
        let (first, second) = (try await RecordingRelay.start(), try await RecordingRelay.start())
        var configs = [TestMesh.config(1), TestMesh.config(2)]
        for (index, relay) in [first, second].enumerated() {
            configs[index].advertise = [relay.endpoint]
            configs[index].tls = tls
        }
        let founder = try await MeshNode.start(configs[0])
        first.forward(to: founder.listening)
        try await founder.foundNetwork(name: "recorded")
        try await founder.invite(IdentityKey(seed: #require(configs[1].keypairSeed)).publicKey)
        configs[1].seedPeers = [SeedPeer(key: founder.publicKey, endpoint: first.endpoint)]
        let other = try await MeshNode.start(configs[1])
        second.forward(to: other.listening)
        try await TestMesh.settle([founder, other])
        _ = try await founder.say(text)
        #expect(try await other.texts(atLeast: 1) == [text])
        await TestMesh.stop([founder, other])
        let secrets = [
            ("text", Array(text.utf8)), ("nick", Array("node1".utf8)), ("nick", Array("node2".utf8)),
            ("key", founder.publicKey.rawBytes), ("key", other.publicKey.rawBytes),
            ("key", Array(founder.publicKey.hex.utf8)), ("name", Array("recorded".utf8)),
        ]
        return (first.bytes + second.bytes, secrets)
    }

    @Test func onATLSLinkNeitherTextNorNickNorKeyCanBeRead() async throws {
        let (bytes, secrets) = try await Self.recorded(tls: true)
        #expect(bytes.count > 2_000)
        for (what, secret) in secrets { #expect(bytes.firstRange(of: secret) == nil, "\(what) is readable") }
    }

    @Test func onAClearLinkTheTextStaysSealed() async throws {
        let (bytes, secrets) = try await Self.recorded(tls: false)
        for (what, secret) in secrets {
            // The rest shows that the relay does read what goes by.
            #expect((bytes.firstRange(of: secret) == nil) == (what == "text" || secret.count == 64), "\(what)")
        }
    }
}
