import Testing

@testable import MeshCore

/// Digests in the place of heartbeats: what a quiet link costs, and that silence is noticed all the same.
@Suite struct BeatTests {
    @Test(arguments: [1_000, 100]) func `every second beat is a heartbeat, however often digests go`(gossip: Int) {
        let node = LoneNode.founder { $0.gossipInterval = .milliseconds(gossip) }
        let link = HostilePeer.member(10, of: node).join()
        node.forgetSent()
        node.run(for: .seconds(10))
        let messages = node.sent(over: link)
        let heartbeats = messages.count { if case .heartbeat = $0 { true } else { false } }
        let digests = messages.count { if case .digest = $0 { true } else { false } }
        #expect((9...11).contains(heartbeats))
        #expect(digests >= 9 && (gossip == 100 || digests <= 11))
    }

    @Test func `a peer whose digests come as regularly as heartbeats is not suspected`() {
        let node = LoneNode.founder()
        let peer = HostilePeer.member(10, of: node)
        let link = peer.join()
        node.beats = [{ peer.sync(link) }]
        node.run(for: .seconds(30))
        #expect(node.counter("suspected") == 0)
        #expect(node.closed[link] == nil)
        node.beats = []
        node.run(for: .seconds(3))
        #expect(node.counter("suspected") == 1)
    }

    @Test func `a digest between two beats says nothing about the rhythm`() {
        #expect(patience(withDigests: true) == patience(withDigests: false))
    }

    /// How long a link may be silent after twenty seconds of regular heartbeats.
    private func patience(withDigests: Bool) -> Duration? {
        let node = LoneNode.founder()
        let peer = HostilePeer.member(10, of: node)
        let link = peer.join()
        node.beats = []
        for _ in 0..<40 {
            peer.beat(over: link)
            node.run(for: .milliseconds(100))
            if withDigests { peer.sync(link) }
            node.run(for: .milliseconds(400))
        }
        return node.core.links[link].map { $0.suspicionAt - node.now }
    }
}
