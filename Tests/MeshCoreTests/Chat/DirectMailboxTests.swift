import MeshCore
import MeshCrypto
import Testing

@Suite struct DirectMailboxTests {
    private static let (alice, bob, carol) = (
        WireValues.alice.publicKey, WireValues.bob.publicKey, WireValues.carol.publicKey
    )
    private static let start = Instant(uptime: 0, wall: 0)
    private static let chain = WireValues.chain(1)

    private static func insert(
        _ mailbox: inout DirectMailbox, _ seq: UInt64, from: NodeID = alice, to: NodeID? = bob, bytes: Int = 1_000,
        at now: Instant = start
    ) {
        let header = ChatHeader(
            sender: from, chain: chain, seq: seq, prev: .zero, lamport: 1, to: to, audience: .zero)
        let message = Signed(body: [], signature: WireValues.message.signature)
        let envelope = Envelope(message: message, wraps: [], ciphertext: Array(repeating: UInt8(seq), count: bytes))
        mailbox.insert(envelope, id: WireValues.alice.hash(header.encoded()), header: header, at: now.wall)
    }

    private static func held(_ mailbox: DirectMailbox, for member: NodeID = bob, except: [ChainRange] = []) -> [UInt8] {
        mailbox.letters(for: member, except: except, limit: 100).map { $0.ciphertext[0] }
    }

    @Test func lettersAreHandedToTheirRecipientOnlyOldestFirst() {
        var mailbox = DirectMailbox(bytesPerAuthor: 10_000)
        for seq in 0..<3 { Self.insert(&mailbox, UInt64(seq)) }
        #expect(Self.held(mailbox) == [0, 1, 2])
        #expect(Self.held(mailbox, for: Self.alice).isEmpty)
        #expect(Self.held(mailbox, for: Self.carol).isEmpty)
        #expect(mailbox.letters(for: Self.bob, except: [], limit: 2).count == 2)
        let range = ChainRange(author: Self.alice, chain: Self.chain, from: 0, to: 2)
        #expect(Self.held(mailbox, except: [range]) == [2])
    }

    @Test func groupMessagesAndSecondCopiesAreNotKept() {
        var mailbox = DirectMailbox(bytesPerAuthor: 10_000)
        Self.insert(&mailbox, 0, to: nil)
        Self.insert(&mailbox, 1)
        Self.insert(&mailbox, 1)
        #expect(mailbox.count == 1)
    }

    @Test func anAuthorsQuotaDropsItsOldestAndNobodyElses() {
        var mailbox = DirectMailbox(bytesPerAuthor: 2_500)
        Self.insert(&mailbox, 9, from: Self.carol)
        for seq in 0..<5 { Self.insert(&mailbox, UInt64(seq)) }
        #expect(Self.held(mailbox) == [9, 3, 4])
        Self.insert(&mailbox, 5, bytes: 5_000)
        #expect(Self.held(mailbox) == [9], "a letter beyond the quota is not kept, and had its turn")
        Self.insert(&mailbox, 6)
        #expect(Self.held(mailbox) == [9, 6], "the count went back with what was dropped")
    }

    @Test func lettersGoAfterThirtyDays() {
        var mailbox = DirectMailbox(bytesPerAuthor: 10_000)
        Self.insert(&mailbox, 0)
        Self.insert(&mailbox, 1, at: Self.start + .seconds(30 * 86_400))
        #expect(Self.held(mailbox) == [0, 1])
        Self.insert(&mailbox, 2, at: Self.start + .seconds(30 * 86_400 + 1))
        #expect(Self.held(mailbox) == [1, 2])
    }

    @Test func anAcknowledgementOfTheRecipientRemovesWhatItNames() {
        var mailbox = DirectMailbox(bytesPerAuthor: 10_000)
        for seq in 0..<4 { Self.insert(&mailbox, UInt64(seq)) }
        mailbox.acknowledged(author: Self.alice, chain: Self.chain, seq: 3, by: Self.carol)
        mailbox.acknowledged(author: Self.carol, chain: Self.chain, seq: 3, by: Self.bob)
        mailbox.acknowledged(author: Self.alice, chain: WireValues.chain(9), seq: 3, by: Self.bob)
        #expect(Self.held(mailbox) == [0, 1, 2, 3])
        mailbox.acknowledged(author: Self.alice, chain: Self.chain, seq: 1, by: Self.bob)
        #expect(Self.held(mailbox) == [2, 3])
    }

    @Test func whoIsOutHasNoLettersInOrOut() {
        var mailbox = DirectMailbox(bytesPerAuthor: 10_000)
        Self.insert(&mailbox, 0)
        Self.insert(&mailbox, 1, from: Self.carol, to: Self.alice)
        Self.insert(&mailbox, 2, from: Self.carol, to: Self.bob)
        mailbox.forget(Self.alice)
        #expect(mailbox.count == 1)
        #expect(Self.held(mailbox) == [2])
    }
}
