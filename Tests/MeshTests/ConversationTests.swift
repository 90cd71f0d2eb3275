import Mesh
import MeshCore
import Testing

/// Chat between real nodes over TLS.
@Suite(.timeLimit(.minutes(3)))
struct ConversationTests {
    @Test func twoInvitedNodesTalk() async throws {
        let nodes = try await TestMesh.closed(2)
        let link = try #require(try await nodes[0].links().first)
        #expect(link.tls == "TLSv1.3")
        #expect(link.id == nodes[1].publicKey)
        _ = try await nodes[0].say("Grüße")
        #expect(try await nodes[1].texts(atLeast: 1) == ["Grüße"])
        _ = try await nodes[1].say("سلام")
        #expect(try await nodes[0].texts(atLeast: 2) == ["Grüße", "سلام"])
        await TestMesh.stop(nodes)
    }

    @Test func clearLinksCarryTheChatAndSaySo() async throws {
        let nodes = try await TestMesh.closed(2) { $0.tls = false }
        #expect(try await nodes[0].links().map(\.tls) == ["off"])
        _ = try await nodes[0].say("still sealed")
        #expect(try await nodes[1].texts(atLeast: 1) == ["still sealed"])
        await TestMesh.stop(nodes)
    }

    @Test func aDirectMessageReachesItsRecipientOnly() async throws {
        let nodes = try await TestMesh.closed(3)
        try await nodes[0].sendDirectChat(to: nodes[1].publicKey, Array("for you".utf8))
        _ = try await nodes[0].say("for all")
        #expect(try await nodes[1].texts(atLeast: 2).sorted() == ["for all", "for you"])
        #expect(try await nodes[2].texts(atLeast: 1) == ["for all"])
        await TestMesh.stop(nodes)
    }

    @Test(arguments: [3, 8, 16])
    func aMessageReachesEveryNode(count: Int) async throws {
        let nodes = try await TestMesh.closed(count)
        for (index, node) in nodes.enumerated() { _ = try await node.say("from \(index)") }
        let all = Set(nodes.indices.map { "from \($0)" })
        for node in nodes { #expect(try await Set(node.texts(atLeast: count)) == all) }
        await TestMesh.stop(nodes)
    }

    @Test func aThousandMessagesAmongEightNodesAllArrive() async throws {
        let nodes = try await TestMesh.closed(8)
        for number in 0..<1_000 { _ = try await nodes[number % 8].say("\(number)") }
        for node in nodes {
            let texts = try await node.texts(atLeast: 1_000, within: .seconds(60))
            #expect(texts.count == 1_000 && Set(texts).count == 1_000)
        }
        await TestMesh.stop(nodes)
    }

    @Test func aNodeThatLeavesIsSeenToGoAtOnce() async throws {
        let nodes = try await TestMesh.closed(3)
        let events = nodes[0].events()
        await nodes[2].shutdown()
        let gone = nodes[2].publicKey
        for await event in events {
            if case .nodeLeft(gone, _, let reason) = event {
                #expect(reason == .quit)
                break
            }
        }
        let member = try #require(try await nodes[0].members().first { $0.id == gone })
        #expect(member.state == .offline)
        await TestMesh.stop(Array(nodes.prefix(2)))
    }
}
