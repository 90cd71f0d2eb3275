import MeshCrypto
import Testing

@testable import MeshCore

@Suite struct ChatHistoryTests {
    private static let (author, other) = (WireValues.alice.publicKey, WireValues.bob.publicKey)
    private static let chain = WireValues.chain(1)

    private static func item(
        _ seq: UInt64, to: NodeID? = nil, chain: ChainID = chain, salt: UInt8 = 0, lamport: UInt64? = nil
    ) -> ChatHistory.Item {
        let header = ChatHeader(
            sender: author, chain: chain, seq: seq, prev: .zero, lamport: lamport ?? seq + 1, to: to, audience: .zero)
        let id = WireValues.alice.hash(header.encoded() + [salt])
        let message = ChatMessage(
            id: id, index: 0, from: author, fromNick: nil, to: to, toNick: nil, text: [salt], at: 0, receivedAt: 0,
            via: nil, isOwn: false, lamport: header.lamport, seq: seq)
        return ChatHistory.Item(
            message: message, signed: WireValues.message, header: header, ciphertext: [],
            messageKey: SecretBytes(copying: WireValues.run(1)), storedAt: 0)
    }

    private static func history(_ numbers: [UInt64], limit: Int = 100) -> ChatHistory {
        var history = ChatHistory(limit: limit)
        for number in numbers { _ = history.insert(item(number)) }
        return history
    }

    private static func next(_ history: ChatHistory) -> UInt64? { history.vector.first?.next }

    private static func lacking(_ history: ChatHistory, next: UInt64) -> [[UInt64]] {
        let entry = VersionVector.Entry(author: author, chain: chain, next: next)
        return history.lacking(comparedTo: [entry], limit: 256).map { [$0.from, $0.to] }
    }

    private static let gaps: [(held: [UInt64], next: UInt64, lacking: [[UInt64]])] = [
        ([], 0, [[0, 8]]), ([0, 1, 2], 3, [[3, 8]]), ([2, 1, 0], 3, [[3, 8]]), ([1], 0, [[0, 1], [2, 8]]),
        ([0, 2, 4], 1, [[1, 2], [3, 4], [5, 8]]), ([0, 5, 6, 7], 1, [[1, 5]]), ([0, 9], 1, [[1, 8]]),
        ([3, 4], 0, [[0, 3], [5, 8]]), (Array(0..<8), 8, []), (Array(0..<12), 12, []),
    ]

    @Test func gapsAreNamedExactly() {
        for gap in Self.gaps {
            let history = Self.history(gap.held)
            #expect((Self.next(history) ?? 0) == gap.next, "\(gap.held)")
            #expect(Self.lacking(history, next: 8) == gap.lacking, "\(gap.held)")
        }
    }

    @Test func aMessageKnowsHowManyAreMissingRightBeforeIt() {
        let history = Self.history([2, 3, 7, 8, 0])
        let missing = (0..<9).map { history.missing(before: Self.item($0).header) }
        #expect(missing == [0, 0, 1, 0, 0, 0, 0, 3, 0])
        #expect(
            Self.history(Array(0..<20), limit: 5).missing(before: Self.item(15).header) == 0, "evicted is not missing")
        let entry = VersionVector.Entry(author: Self.author, chain: Self.chain, next: WireLimits.sequence - 1)
        #expect(history.lackingCount(comparedTo: [entry], limit: 500) == 500)
        #expect(
            history.lackingCount(comparedTo: [.init(author: Self.author, chain: Self.chain, next: 9)], limit: 500) == 4)
    }

    @Test func aPeersClaimOfEveryNumberThereIsCostsOneRange() {
        let history = Self.history([0, 5])
        #expect(Self.lacking(history, next: WireLimits.sequence - 1) == [[1, 5], [6, WireLimits.sequence - 1]])
        #expect(
            history.lacking(comparedTo: [.init(author: Self.author, chain: Self.chain, next: 9)], limit: 1).count == 1)
    }

    @Test func evictedMessagesCountAsHeld() {
        let history = Self.history(Array(0..<20), limit: 5)
        #expect(history.count == 5)
        #expect(Self.next(history) == 20)
        #expect(Self.lacking(history, next: 20).isEmpty)
        #expect(history.holds(Self.item(3).header))
        #expect(history.id(at: Self.item(3).header) == nil)
        let range = ChainRange(author: Self.author, chain: Self.chain, from: 0, to: 20)
        #expect(history.items(in: range, limit: 100).map(\.header.seq) == Array(15..<20))
        #expect(history.items(in: range, limit: 2).map(\.header.seq) == [15, 16])
    }

    @Test func aClearedHistoryHoldsNoKeyAndAsksForNothingAgain() {
        var history = Self.history([0, 1, 2, 5])
        history.forget(storedBefore: .max, indexBelow: 0)
        #expect(history.count == 0)
        #expect(MemoryWalk.secrets(in: history).isEmpty)
        #expect(Self.lacking(history, next: 6) == [[3, 5]])
        #expect(history.items(since: 0, limit: 10).isEmpty)
    }

    @Test func bothBranchesOfAForkAreKeptAndTheNewerGoesOnBeingServedWhenTheOlderIsEvicted() {
        var history = ChatHistory(limit: 2)
        _ = history.insert(Self.item(0, salt: 1))
        _ = history.insert(Self.item(0, salt: 2))
        #expect(history.count == 2)
        #expect(history.items(since: 0, limit: 9).count == 2)
        _ = history.insert(Self.item(1))
        let range = ChainRange(author: Self.author, chain: Self.chain, from: 0, to: 2)
        #expect(history.items(in: range, limit: 9).map(\.message.text) == [[2], [0]])
    }

    @Test func directChainsAreNotInTheVector() {
        var history = ChatHistory(limit: 10)
        _ = history.insert(Self.item(0, to: Self.other))
        #expect(history.vector.isEmpty)
        #expect(!history.exceeds([]))
        #expect(
            history.directHeld(by: Self.other)
                == [ChainRange(author: Self.author, chain: Self.chain, from: 0, to: 1)])
        #expect(history.directHeld(by: Self.author).isEmpty)
    }

    @Test func directMessagesBeyondAGapAreNamedAsHeld() {
        var history = ChatHistory(limit: 10)
        let second = WireValues.chain(2)
        for seq: UInt64 in [0, 2, 3, 5] { _ = history.insert(Self.item(seq, to: Self.other)) }
        _ = history.insert(Self.item(7, to: Self.other, chain: second))
        let held = history.directHeld(by: Self.other)
        #expect(held.map(\.chain) == [Self.chain, second, Self.chain, Self.chain], "each chain before any gap")
        #expect(held.map { [$0.from, $0.to] } == [[0, 1], [7, 8], [2, 4], [5, 6]])
    }

    @Test func directMessagesAreCompleteUpToTheFirstGap() {
        var history = ChatHistory(limit: 10)
        _ = history.insert(Self.item(1, to: Self.other))
        #expect(history.directComplete(Self.item(1, to: Self.other).header) == nil)
        _ = history.insert(Self.item(0, to: Self.other))
        #expect(history.directComplete(Self.item(0, to: Self.other).header) == 1)
    }

    @Test func whatAMemberLacksOfOwnDirectMessagesComesInSendingOrder() {
        let (first, second, third) = (WireValues.chain(9), WireValues.chain(2), WireValues.chain(4))
        let carol = WireValues.carol.publicKey
        var history = ChatHistory(limit: 6)
        // The first is evicted; of the chains the later one has the lesser name.
        for (seq, to, chain) in [
            (0, Self.other, first), (1, Self.other, first), (0, carol, third), (2, Self.other, first),
            (0, Self.other, second), (1, carol, third), (1, Self.other, second),
        ] as [(UInt64, NodeID, ChainID)] {
            _ = history.insert(Self.item(seq, to: to, chain: chain))
        }
        func lacking(_ member: NodeID, except held: [ChainRange] = []) -> [UInt64] {
            history.directItems(from: Self.author, to: member, except: held)
                .flatMap { [$0.header.chain == first ? 1 : $0.header.chain == second ? 2 : 3, $0.header.seq] }
        }
        #expect(lacking(Self.other) == [1, 1, 1, 2, 2, 0, 2, 1])
        #expect(lacking(carol) == [3, 0, 3, 1])
        let held = [
            ChainRange(author: Self.author, chain: first, from: 0, to: 2),
            ChainRange(author: Self.author, chain: second, from: 1, to: 2),
            ChainRange(author: Self.other, chain: third, from: 0, to: 9),
        ]
        #expect(lacking(Self.other, except: held) == [1, 2, 2, 0])
        #expect(lacking(carol, except: held) == [3, 0, 3, 1], "another author's chain of the same name")
        #expect(history.directItems(from: Self.other, to: Self.author, except: []).isEmpty)
    }

    @Test func messagesComeInCausalOrderAndByIndex() {
        var history = ChatHistory(limit: 10)
        for (seq, lamport) in [(2, 9), (0, 3), (1, 5)] as [(UInt64, UInt64)] {
            _ = history.insert(Self.item(seq, lamport: lamport))
        }
        #expect(history.items(since: 0, limit: 10).map(\.message.seq) == [0, 1, 2])
        #expect(history.items(since: 1, limit: 10).map(\.message.seq) == [0, 1])
        #expect(history.items(since: 0, limit: 2).map(\.message.seq) == [0, 2], "a page is cut by arrival")
        #expect(history.items(since: 0, limit: -5).isEmpty)
    }
}
