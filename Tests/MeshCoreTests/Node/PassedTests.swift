import MeshCrypto
import Testing

@testable import MeshCore

/// Whether somebody else has a message is told truly after a restart too. An earlier run's used to be called passed on,
/// whoever had been there.
@Suite struct PassedTests {
    private static func write(_ text: String, to member: NodeID? = nil, at node: LoneNode) throws -> Hash {
        let answer = node.perform(
            member.map { .sendDirect(to: $0, text: Array(text.utf8)) } ?? .send(text: Array(text.utf8)))
        guard case .sent(let id)? = answer else { throw WireError.invalid("\(String(describing: answer))") }
        return id
    }

    private static func state(of id: Hash, at node: LoneNode) -> Delivery.State? { node.core.delivery(of: id)?.state }

    @Test func whatNobodyWasHandedIsQueuedAfterARestartToo() throws {
        let node = LoneNode.durableFounder()
        let member = HostilePeer.member(10, of: node).id
        let ids = [try Self.write("to all", at: node), try Self.write("to one", to: member, at: node)]
        node.run(for: .seconds(5))
        #expect(ids.map { Self.state(of: $0, at: node) } == [.queued, .queued])
        let next = node.again()
        next.run(for: .seconds(5))
        let new = try Self.write("new", at: next)
        next.run(for: .seconds(5))
        #expect((ids + [new]).map { Self.state(of: $0, at: next) } == [.queued, .queued, .queued])
        #expect((ids + [new]).map { Self.state(of: $0, at: next.again()) } == [.queued, .queued, .queued])
    }

    @Test(arguments: [false, true])
    func whatAPeerWasHandedStaysPassedOn(quits: Bool) throws {
        let node = LoneNode.durableFounder()
        let peer = HostilePeer.member(10, of: node)
        let link = peer.join()
        // What is sealed to nobody does not count as handed over.
        let prekey = PrekeysValue.Prekey(
            rotation: .fast, publicKey: peer.cryptography.makePrekey().publicKey, notBefore: node.now.wall,
            notAfter: node.now.wall + 86_400_000)
        let record = peer.record(RecordKey.prekeys, PrekeysValue(prekeys: [prekey]).encoded(), version: 1)
        peer.say(.delta(Delta(records: [record], isComplete: false)), over: link)
        let handed = try Self.write("handed over", at: node)
        #expect(Self.state(of: handed, at: node) == .passed)
        quits ? _ = node.perform(.quit) : node.run(for: .seconds(2))
        guard !quits else { return #expect(Self.state(of: handed, at: node.again()) == .passed) }
        peer.say(.leave(LeaveNotice(reason: .quit)), over: link)
        let alone = try Self.write("nobody is there", at: node)
        node.run(for: .seconds(2))
        let next = node.again()
        #expect(Self.state(of: handed, at: next) == .passed)
        #expect(Self.state(of: alone, at: next) == .queued)
    }

    /// A kill within the second in which what was passed on is remembered.
    @Test func whatAPeerSaysToHoldIsPassedOn() throws {
        let node = LoneNode.durableFounder()
        let member = HostilePeer.member(10, of: node)
        let ids = try (1...3).map { try Self.write("message \($0)", at: node) }
        let next = node.again()
        let peer = HostilePeer(10, at: next)
        let link = peer.join()
        let chain = next.core.chat.ownGroupChain
        let says = { (number: UInt64) in
            let entry = VersionVector.Entry(author: next.id, chain: chain.id, next: number)
            peer.say(.vector(VersionVector(root: .zero, chains: [entry])), over: link)
        }
        #expect(peer.id == member.id)
        #expect(ids.map { Self.state(of: $0, at: next) } == [.queued, .queued, .queued])
        says(2)
        #expect(ids.map { Self.state(of: $0, at: next) } == [.passed, .passed, .queued])
        // More than was written is not believed.
        says(4)
        #expect(chain.id != next.core.chat.ownGroupChain.id, "it must be somebody else's")
    }

    @Test func equalVectorsMeanThatThePeerHoldsAll() throws {
        let node = LoneNode.durableFounder()
        _ = HostilePeer.member(10, of: node)
        let id = try Self.write("message", at: node)
        let next = node.again()
        let peer = HostilePeer(10, at: next)
        let link = peer.join()
        peer.say(.vector(VersionVector(root: try #require(peer.vectors(over: link).last).root)), over: link)
        #expect(Self.state(of: id, at: next) == .passed)
        #expect(Self.state(of: id, at: next.again()) == .passed)
    }

    @Test func whatDoesNotFitIntoMemoryIsForgottenFromTheOldestOn() throws {
        let node = LoneNode.durableFounder { $0.limits.history = 4 }
        let ids = try (1...6).map { try Self.write("message \($0)", at: node) }
        #expect(ids.suffix(4).allSatisfy { Self.state(of: $0, at: node) == .queued })
        #expect(node.core.status.unpassed == 4)
    }
}
