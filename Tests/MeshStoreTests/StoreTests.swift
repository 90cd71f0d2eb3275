import Foundation
import MeshCore
import MeshCrypto
import MeshStore
import Testing

@Suite struct StoreTests {
    @Test func everyMessageComesBackAsItWasAlsoAfterAnotherStart() throws {
        let bench = try StoreBench()
        let messages = bench.messages(0..<40) + [bench.message(40, bytes: WireLimits.ciphertext)]
        var store = try bench.open()
        try store.append(messages)
        #expect(try bench.compared(store.everything().messages) == bench.compared(messages))
        try store.close()
        store = try bench.open()
        let state = try store.restore(at: 0, newest: 10)
        #expect(bench.compared(state.messages) == bench.compared(messages.suffix(10)))
        #expect(state.nextIndex == 41)
        #expect(state.damaged == 0)
    }

    @Test func aNewStoreIsEmpty() throws {
        let bench = try StoreBench()
        let state = try bench.open().everything()
        #expect(state.messages.isEmpty && state.chains.isEmpty && state.ownChains.isEmpty && state.prekeys.isEmpty)
        #expect(state.letters.isEmpty && state.memberSince.isEmpty)
        #expect(state.nextIndex == 0 && state.damaged == 0)
    }

    @Test func messagesAreFoundByPlaceByIdAndByIndex() throws {
        let bench = try StoreBench()
        let messages = bench.messages(10..<30)
        let store = try bench.open()
        try store.append(messages)
        let wanted = [messages[7], messages[2], messages[19]]
        let unknown = bench.message(99)
        let byPlace = try store.messages(at: wanted.map(\.place) + [unknown.place])
        #expect(bench.compared(byPlace) == bench.compared(wanted))
        let byID = try store.messages(ids: [unknown.id] + wanted.map(\.id))
        #expect(bench.compared(byID) == bench.compared(wanted))
        #expect(try store.messages(since: 12, until: 28, limit: 5).map(\.index) == [12, 13, 14, 15, 16])
        #expect(try store.messages(since: 27, until: 29, limit: 5).map(\.index) == [27, 28])
        #expect(try store.messages(since: .min, until: .max, limit: .max).count == 20)
        #expect(try store.messages(since: 12, until: 12, limit: 5).isEmpty)
        #expect(try store.messages(since: 12, until: 28, limit: 0).isEmpty)
    }

    @Test func anIdOrIndexThatIsThereAlreadyStaysAsItIs() throws {
        let bench = try StoreBench()
        let (first, other) = (bench.message(1), bench.message(2))
        let sameID = StoredMessage(
            index: 3, id: first.id, place: other.place, signed: other.signed, ciphertext: [1],
            messageKey: other.messageKey, via: nil, storedAt: 9)
        let store = try bench.open()
        try store.append([first, sameID, bench.message(1), other])
        #expect(try bench.compared(store.everything().messages) == bench.compared([first, other]))
    }

    @Test func chainsTakeThePlaceOfTheirFormerState() throws {
        let bench = try StoreBench()
        let (author, chain, to) = (StoreBench.someone(), StoreBench.aChain(), StoreBench.someone())
        func held(_ next: UInt64, to: NodeID?, _ beyond: [Range<UInt64>] = []) -> StoredChain {
            StoredChain(author: author, chain: chain, to: to, next: next, beyond: beyond)
        }
        let store = try bench.open()
        try store.append([
            .chain(held(1, to: nil)), .chain(held(4, to: to)), .chain(held(2, to: nil, [4..<5, 9..<12])),
        ])
        var many: [Range<UInt64>] = []
        for lower in stride(from: UInt64(20), to: 20_000, by: 10) { many.append(lower..<lower + 5) }
        try store.append([.chain(held(5, to: to, many))])
        let expected: Set = [held(2, to: nil, [4..<5, 9..<12]), held(5, to: to, many)]
        #expect(try Set(store.everything().chains) == expected)
    }

    @Test func ownChainsTakeThePlaceOfTheFormerToTheSame() throws {
        let bench = try StoreBench()
        func own(_ to: NodeID?, _ seq: UInt64) -> StoredOwnChain {
            StoredOwnChain(
                to: to, chain: StoreBench.aChain(), seq: seq, prev: StoreBench.aHash(), acknowledged: seq / 2,
                lamport: 100 + seq)
        }
        let (group, friend) = (own(nil, 8), own(StoreBench.someone(), 3))
        let store = try bench.open()
        try store.append([.ownChain(own(nil, 7)), .ownChain(own(friend.to, 2)), .ownChain(group), .ownChain(friend)])
        #expect(try Set(store.everything().ownChains) == [group, friend])
    }

    @Test func lettersComeBackOldestFirstUntilTheyAreRemoved() throws {
        let bench = try StoreBench()
        let letters = (0..<5).map { _ in bench.letter() }
        let store = try bench.open()
        try store.append(letters.map { .letter($0) } + [.letter(letters[0]), .removeLetters([letters[1].id])])
        let kept = try store.everything().letters
        #expect(kept.map(\.id) == [0, 2, 3, 4].map { letters[$0].id })
        #expect(kept.map(\.envelope) == [0, 2, 3, 4].map { letters[$0].envelope })
        #expect(kept.allSatisfy { $0.storedAt == 5 })
    }

    @Test func theFirstTimeAMemberWasKnownCounts() throws {
        let bench = try StoreBench()
        let (one, other) = (StoreBench.someone(), StoreBench.someone())
        let store = try bench.open()
        try store.append([.memberSince(one, 5), .memberSince(other, 6), .memberSince(one, 7)])
        #expect(try store.everything().memberSince == [one: 5, other: 6])
    }

    @Test func prekeysComeBackWithTheirPrivateHalvesUntilTheyAreDue() throws {
        let bench = try StoreBench()
        let prekeys = (1...4).map { bench.prekey(eraseAt: UInt64($0) * 100) }
        var store = try bench.open()
        try store.append(prekeys.map { .prekey($0) } + [.erasePrekeys([prekeys[3].published.publicKey])])
        let kept = try store.restore(at: 200, newest: 0).prekeys
        #expect(kept.map(\.published) == [prekeys[2].published])
        #expect(kept.map(\.eraseAt) == [300])
        let privateKey = try #require(kept.first?.privateKey as? SecretBytes)
        #expect(privateKey.equals(try #require(prekeys[2].privateKey as? SecretBytes)))
        try store.close()
        store = try bench.open()
        #expect(try store.everything().prekeys.count == 1, "those that were due are gone for good")
    }

    @Test func entriesAreStoredAllOrNone() throws {
        let bench = try StoreBench()
        let store = try bench.open()
        let beyond = [Range<UInt64>](repeating: 1..<2, count: 200_000)
        let tooLarge = StoredChain(
            author: bench.identity, chain: StoreBench.aChain(), to: nil, next: 0, beyond: beyond)
        #expect(throws: StoreError.tooLarge) {
            try store.append([.message(bench.message(0)), .memberSince(bench.identity, 1), .chain(tooLarge)])
        }
        let state = try store.everything()
        #expect(state.messages.isEmpty && state.memberSince.isEmpty && state.nextIndex == 0)
        try store.append([bench.message(0)])
        #expect(try store.everything().messages.count == 1)
    }

    @Test func indicesAreNotGivenAgainAfterAllMessagesArePruned() throws {
        let bench = try StoreBench()
        var store = try bench.open()
        try store.append(bench.messages(0..<20))
        try store.append([.pruneMessages(before: 15)])
        #expect(try store.everything().messages.map(\.index) == [15, 16, 17, 18, 19])
        try store.append([.pruneMessages(before: 1_000)])
        try store.close()
        store = try bench.open()
        let state = try store.everything()
        #expect(state.messages.isEmpty)
        #expect(state.nextIndex == 20)
    }
}
