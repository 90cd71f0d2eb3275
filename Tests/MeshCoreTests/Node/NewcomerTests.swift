import MeshCrypto
import Testing

@testable import MeshCore

/// Who has just been invited and writes at once is read, under the right name.
@Suite struct NewcomerTests {
    private static func names(_ node: LoneNode, over link: LinkID) -> [Signed] {
        node.sent(over: link).flatMap { message -> [Signed] in
            if case .delta(let delta) = message { delta.records } else { [] }
        }
    }

    /// Other records wait 100 ms for each other, and a message that waited for nothing used to overtake the name.
    @Test func `a new name is passed on at once, whatever was passed on before`() {
        let node = LoneNode.founder()
        let (alice, bob) = (HostilePeer.member(10, of: node), HostilePeer.member(11, of: node))
        let (aliceLink, bobLink) = (alice.join(), bob.join())
        func says(_ key: String, _ text: String, version: UInt64) -> Signed {
            let record = alice.record(key, Array(text.utf8), version: version)
            alice.say(.delta(Delta(records: [record], isComplete: false)), over: aliceLink)
            return record
        }
        node.run(for: .seconds(1))
        let (first, second) = (says("key", "a", version: 1), says("key", "b", version: 2))
        #expect(Self.names(node, over: bobLink).contains(first))
        #expect(!Self.names(node, over: bobLink).contains(second), "the test needs a record that waits")
        let name = says("nick", "alice", version: 3)
        #expect(Self.names(node, over: bobLink).contains(second), "what waited goes with it")
        #expect(Self.names(node, over: bobLink).contains(name))
        // A new name for somebody known is no hurry.
        #expect(!Self.names(node, over: bobLink).contains(says("nick", "alicia", version: 4)))
    }

    @Test(arguments: [false, true])
    func `what a newcomer writes while the invitation is being stored is fetched`(isDirect: Bool) throws {
        let node = LoneNode.founder()
        let peer = HostilePeer.member(10, of: node)
        let link = peer.join()
        let newcomer = HostilePeer(11, at: node)
        node.answersStore = false
        let invite = Invite(signer: peer.id, prev: .zero, subject: newcomer.id, at: node.now.wall)
        peer.say(.operations(OperationsChunk(operations: [.invite(peer.sign(invite))])), over: link)
        peer.push(try newcomer.compose("hello", to: isDirect ? node.id : nil), over: link)
        #expect(node.counter("refused.author") == 1)
        node.answersStore = true
        let dialled = newcomer.join()
        node.run(for: .seconds(3))
        let requests = (peer.requests(over: link) + newcomer.requests(over: dialled)).compactMap { request in
            if case .ids(let ids) = request.request.want { ids } else { nil }
        }
        #expect(requests.joined().count == 1)
    }

    @Test func `what a stranger writes is not asked for`() throws {
        let node = LoneNode.founder()
        let peer = HostilePeer.member(10, of: node)
        let link = peer.join()
        let stranger = HostilePeer(11, at: node)
        node.answersStore = false
        peer.push(try stranger.compose("hello"), over: link)
        node.answersStore = true
        node.run(for: .seconds(3))
        #expect(node.counter("refused.author") == 1)
        #expect(node.core.missed.count == 0)
    }
}
