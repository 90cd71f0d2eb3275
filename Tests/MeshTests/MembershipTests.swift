import Mesh
import MeshCore
import MeshCrypto
import Testing

/// Who is let in, what they may read, and what happens to who is put out.
@Suite(.timeLimit(.minutes(2)))
struct MembershipTests {
    @Test func aStrangerIsTurnedAwayUntilItIsInvited() async throws {
        let nodes = try await TestMesh.closed(2)
        let stranger = try await MeshNode.start(TestMesh.config(9, seeds: nodes))
        for await case .rejected(let rejection) in stranger.events() {
            #expect(rejection.reason == .notInvited)
            break
        }
        #expect(try await stranger.status().members == 0)
        #expect(try await nodes[1].invite(stranger.publicKey))
        #expect(try await !nodes[1].invite(stranger.publicKey))
        try await TestMesh.settle(nodes + [stranger])
        await TestMesh.stop(nodes + [stranger])
    }

    @Test func whoJoinsLateReadsWhatWasSaidBeforeButNoDirectMessages() async throws {
        let nodes = try await TestMesh.closed(3)
        _ = try await nodes[0].say("early")
        try await nodes[0].sendDirectChat(to: nodes[1].publicKey, Array("secret".utf8))
        _ = try await nodes[2].texts(atLeast: 1)
        let config = TestMesh.config(9, seeds: [nodes[2]])
        try await nodes[0].invite(IdentityKey(seed: #require(config.keypairSeed)).publicKey)
        let late = try await MeshNode.start(config)
        try await TestMesh.settle(nodes + [late])
        _ = try await nodes[0].say("later")
        #expect(try await late.texts(atLeast: 2) == ["early", "later"])
        await TestMesh.stop(nodes + [late])
    }

    @Test func aRevokedMemberLosesItsLinksAndReadsNothingMore() async throws {
        let nodes = try await TestMesh.closed(4)
        let revoked = nodes[3]
        let events = revoked.events()
        try await nodes[0].revoke(revoked.publicKey)
        for await case .rejected(let rejection) in events where rejection.reason == .revoked { break }
        #expect(try await revoked.connections().isEmpty)
        try await TestMesh.settle(Array(nodes.prefix(3)))
        _ = try await nodes[0].say("without you")
        for node in nodes[1..<3] { #expect(try await node.texts(atLeast: 1) == ["without you"]) }
        #expect(try await revoked.chatHistory().isEmpty)
        await #expect(throws: MeshError.self) { try await nodes[0].invite(revoked.publicKey) }
        await TestMesh.stop(nodes)
    }
}
