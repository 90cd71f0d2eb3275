import Mesh
import MeshCore
import Testing

/// Event streams are bounded and never slow the node.
@Suite(.timeLimit(.minutes(2)))
struct EventTests {
    @Test func aSlowSubscriberLosesTheOldestAndIsToldHowMany() async throws {
        var config = TestMesh.config(1)
        config.requireInvitation = false
        let node = try await MeshNode.start(config)
        let (slow, fast) = (node.events(buffer: 3), node.events())
        for number in 0..<10 { _ = try await node.say("\(number)") }
        #expect(await Self.chats(slow, 4) == ["lagged", "7", "8", "9"])
        #expect(await Self.chats(fast, 10) == (0..<10).map(String.init))
        await node.shutdown()
    }

    /// The next `count` events that are messages or `lagged`.
    private static func chats(_ events: AsyncStream<MeshEvent>, _ count: Int) async -> [String] {
        var texts: [String] = []
        for await event in events {
            switch event {
            case .chatMessageReceived(let message): texts.append(message.string)
            case .lagged: texts.append("lagged")
            default: continue
            }
            if texts.count == count { break }
        }
        return texts
    }
}
