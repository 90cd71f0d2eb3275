import MeshCore
import Testing

@Suite struct AdmissionTests {
    /// Alice with bob as a stranger who dials her.
    static func strangers() -> (TestWorld, TestWorld.Node, TestWorld.Node) {
        let world = TestWorld()
        let alice = world.add("alice")
        let bob = world.add("bob") { $0.seedPeers = [SeedPeer(key: alice.id, endpoint: alice.endpoint)] }
        world.start(alice)
        world.start(bob)
        return (world, alice, bob)
    }

    @Test func aStrangerIsRejectedThenInvitedThenChats() throws {
        let (world, alice, bob) = Self.strangers()
        #expect(world.ask(.foundNetwork(name: "home"), at: alice) == .done)
        world.run(for: .seconds(3))
        #expect(
            bob.events.contains {
                if case .rejected(let rejection) = $0 { rejection.reason == .notInvited } else { false }
            })
        #expect(bob.core.status.network == nil)
        #expect(world.ask(.invite(bob.id), at: alice) == .done)
        #expect(world.run(until: { bob.core.status.members == 2 && bob.core.status.online == 2 }, limit: .seconds(15)))
        #expect(alice.core.status.network == bob.core.status.network)
        guard case .sent = world.ask(.send(text: Array("hello bob".utf8)), at: alice) else {
            Issue.record("alice could not send")
            return
        }
        #expect(world.run(until: { bob.texts == ["hello bob"] }, limit: .seconds(5)))
        guard case .sent = world.ask(.send(text: Array("hello alice ☀️".utf8)), at: bob) else {
            Issue.record("bob could not send")
            return
        }
        #expect(world.run(until: { alice.texts == ["hello bob", "hello alice ☀️"] }, limit: .seconds(5)))
    }
}
