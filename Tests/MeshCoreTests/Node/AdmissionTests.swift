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

extension AdmissionTests {
    /// Nobody joins silently: without a configured seed the invited node shows an offer and waits.
    @Test func anInvitedNodeWithoutASeedIsOfferedTheNetworkAndJoinsOnAcceptance() throws {
        let world = TestWorld()
        let alice = world.add("alice") { $0.discovers = true }
        let bob = world.add("bob") { $0.discovers = true }
        world.start(alice)
        #expect(world.ask(.foundNetwork(name: "home"), at: alice) == .done)
        #expect(world.ask(.acceptOffer(from: bob.id), at: alice) == .refused(.alreadyInNetwork))
        #expect(world.ask(.invite(bob.id), at: alice) == .done)
        world.start(bob)
        #expect(world.ask(.acceptOffer(from: alice.id), at: bob) == .refused(.noOffer))
        #expect(
            world.run(
                until: { bob.events.contains { if case .offered = $0 { true } else { false } } }, limit: .seconds(10)))
        world.run(for: .seconds(30))
        #expect(bob.core.status.network == nil)
        let dials = alice.core.status.counters.first { $0.name == "dials" }?.count ?? 0
        #expect(dials < 12, "an offer is not repeated in a storm")
        #expect(world.ask(.acceptOffer(from: alice.id), at: bob) == .done)
        #expect(world.run(until: { bob.core.status.online == 2 }, limit: .seconds(10)))
    }

    @Test func membersFindEachOtherOnTheLocalNetAndStrangersGetNoAnswer() {
        let world = TestWorld()
        let nodes = (0..<4).map { number in
            world.add("n\(number)") {
                $0.requireInvitation = false
                $0.networkName = number < 3 ? "ours" : "theirs"
                $0.discovers = true
            }
        }
        for node in nodes { world.start(node) }
        #expect(
            world.run(until: { nodes[0..<3].allSatisfy { $0.core.status.online == 3 } }, limit: .seconds(30)))
        world.run(for: .seconds(60))
        #expect(nodes[3].core.status.online == 1)
    }

    @Test func theKeyFirstSeenAtASeedIsPinnedAndAnotherOneThereIsRefused() {
        let world = TestWorld()
        let alice = world.add("alice")
        let bob = world.add("bob") { $0.seedPeers = [SeedPeer(key: nil, endpoint: alice.endpoint)] }
        world.start(alice)
        world.ask(.foundNetwork(name: "home"), at: alice)
        world.start(bob)
        world.run(for: .seconds(2))
        #expect(bob.store.contains(.seedKey(alice.endpoint, alice.id)))
        // Somebody else takes over the address and invites bob on the spot.
        world.kill(alice)
        let mallory = world.add("mallory")
        world.takeOver(alice.endpoint, by: mallory)
        world.start(mallory)
        world.ask(.foundNetwork(name: "trap"), at: mallory)
        world.ask(.invite(bob.id), at: mallory)
        world.run(for: .seconds(60))
        #expect(bob.core.status.network == nil)
        #expect(bob.events.contains { if case .warning("seed-key-changed", _) = $0 { true } else { false } })
    }
}
