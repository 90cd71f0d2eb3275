import MeshCore
import MeshCrypto
import Testing

@Suite struct RecordStoreTests {
    private static let cryptography = WireValues.alice

    private static func entry(
        _ key: String, life: UInt64 = 1, version: UInt64, value: [UInt8] = [], of owner: NodeID = cryptography.publicKey
    ) -> RecordStore.Entry {
        let record = Record(signer: owner, life: life, version: version, key: key, value: value)
        let signed = Signed(body: record.body(), signature: WireValues.message.signature)
        return RecordStore.Entry(record: record, signed: signed, id: cryptography.hash(signed.body))
    }

    private static func value(_ store: RecordStore, _ key: String) -> [UInt8]? {
        store.entry(key, of: cryptography.publicKey)?.value
    }

    @Test func theNewestByLifeThenVersionWinsInAnyOrder() {
        let entries = [
            Self.entry("k", life: 1, version: 9, value: [1]), Self.entry("k", life: 2, version: 1, value: [2]),
            Self.entry("k", life: 2, version: 3, value: [3]),
        ]
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]] {
            var store = RecordStore(recordsPerOwner: 256)
            for index in order { store.insert(entries[index], of: Self.cryptography.publicKey) }
            #expect(Self.value(store, "k") == [3])
        }
    }

    @Test func theSameVersionTwiceIsSettledByTheIdEverywhereAlike() {
        let (left, right) = (Self.entry("k", version: 1, value: [1]), Self.entry("k", version: 1, value: [2]))
        var values: [[UInt8]?] = []
        for order in [[left, right], [right, left]] {
            var store = RecordStore(recordsPerOwner: 256)
            for entry in order { store.insert(entry, of: Self.cryptography.publicKey) }
            values.append(Self.value(store, "k"))
        }
        #expect(values[0] == values[1])
    }

    @Test func knownAndOlderRecordsAreNoNews() {
        var store = RecordStore(recordsPerOwner: 256)
        #expect(store.insert(Self.entry("k", version: 2), of: Self.cryptography.publicKey) == .new)
        #expect(store.insert(Self.entry("k", version: 2), of: Self.cryptography.publicKey) == .known)
        #expect(store.insert(Self.entry("k", version: 1), of: Self.cryptography.publicKey) == .older)
    }

    /// Asked of each record that comes, so that the two of three that are held are not decoded.
    @Test func whatIsHeldIsRecognizedByItsBytes() {
        let value = Array(repeating: UInt8(7), count: 300)
        let held = Self.entry("k", life: 1_790_000_000_123, version: 258, value: value)
        var store = RecordStore(recordsPerOwner: 256)
        #expect(!store.holds(held.signed))
        store.insert(Self.entry("a", version: 1), of: Self.cryptography.publicKey)
        store.insert(held, of: Self.cryptography.publicKey)
        #expect(store.holds(held.signed))
        let copy = Signed(body: held.signed.body.map { $0 }, signature: held.signed.signature)
        #expect(store.holds(copy))
        #expect(!store.holds(Self.entry("k", life: 1_790_000_000_123, version: 258).signed))
        #expect(!store.holds(Self.entry("k", life: 1_790_000_000_123, version: 259, value: value).signed))
        #expect(!store.holds(Signed(body: Array(held.signed.body.prefix(40)), signature: held.signed.signature)))
    }

    /// Which records an owner with too many of them has must not depend on the order in which they came, or two
    /// nodes would never agree and send each other all of them each second.
    @Test func beyondTheLimitTheNewestStayWhateverTheOrder() {
        let entries = (0..<40).map { Self.entry("k\($0)", version: UInt64($0)) }
        var digests: [DigestDetail.Owner] = []
        for order in [Array(entries), entries.reversed(), entries.shuffled()] {
            var store = RecordStore(recordsPerOwner: 16)
            for entry in order { store.insert(entry, of: Self.cryptography.publicKey) }
            digests += store.digest(with: Self.cryptography)
            #expect(MemoryWalk.elements(in: store) < 60)
            #expect(Self.value(store, "k39") != nil && Self.value(store, "k3") == nil)
        }
        #expect(digests.count == 3 && digests.allSatisfy { $0 == digests[0] })
    }

    @Test func aPeerGetsWhatItLacksInOrderAndNothingMore() {
        var (full, half) = (RecordStore(recordsPerOwner: 256), RecordStore(recordsPerOwner: 256))
        for number in 1...6 {
            full.insert(Self.entry("k\(number)", version: UInt64(number)), of: Self.cryptography.publicKey)
            if number <= 3 {
                half.insert(Self.entry("k\(number)", version: UInt64(number)), of: Self.cryptography.publicKey)
            }
        }
        let missing = full.missing(from: half.digest(with: Self.cryptography), with: Self.cryptography)
        #expect(missing.compactMap { try? Record(body: $0.body).version } == [4, 5, 6])
        #expect(half.missing(from: full.digest(with: Self.cryptography), with: Self.cryptography).count == 3)
        #expect(full.missing(from: full.digest(with: Self.cryptography), with: Self.cryptography).isEmpty)
        #expect(full.missing(from: [], with: Self.cryptography).count == 6)
    }

    /// The peer's version is as high as ours, and yet one is missing there: the hash shows it.
    @Test func aGapBelowTheNewestVersionIsFoundByTheHash() {
        var (full, holed) = (RecordStore(recordsPerOwner: 256), RecordStore(recordsPerOwner: 256))
        for number in 1...6 {
            full.insert(Self.entry("k\(number)", version: UInt64(number)), of: Self.cryptography.publicKey)
            if number != 3 {
                holed.insert(Self.entry("k\(number)", version: UInt64(number)), of: Self.cryptography.publicKey)
            }
        }
        let missing = full.missing(from: holed.digest(with: Self.cryptography), with: Self.cryptography)
        for signed in missing {
            guard let record = try? Record(body: signed.body) else { continue }
            holed.insert(Self.entry(record.key, version: record.version), of: Self.cryptography.publicKey)
        }
        #expect(full.digest(with: Self.cryptography) == holed.digest(with: Self.cryptography))
    }

    @Test func aRemovedOwnerLeavesNothing() {
        var store = RecordStore(recordsPerOwner: 256)
        store.insert(Self.entry("k", version: 1), of: Self.cryptography.publicKey)
        store.remove(Self.cryptography.publicKey)
        #expect(store.owners.isEmpty)
        #expect(MemoryWalk.elements(in: store) == 0)
    }

    /// Owners have places, which move when others come and go: whatever the order, the store says the same as one that
    /// was filled anew.
    @Test(arguments: 1...20) func ownersThatComeAndGoKeepWhatIsTheirs(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let owners = (0..<12).map { _ in
            NodeID(Bytes32(words: generator.next(), generator.next(), generator.next(), generator.next()))
        }
        var held: [NodeID: [String: RecordStore.Entry]] = [:]
        var store = RecordStore(recordsPerOwner: 256)
        for version in UInt64(1)...300 {
            let owner = owners.randomElement(using: &generator) ?? Self.cryptography.publicKey
            if Int.random(in: 0..<5, using: &generator) == 0 {
                store.remove(owner)
                held[owner] = nil
            } else {
                let key = "k\(Int.random(in: 0..<4, using: &generator))"
                let entry = Self.entry(key, version: version, of: owner)
                #expect(store.insert(entry, of: owner) == .new)
                held[owner, default: [:]][key] = entry
            }
            // Lines are made when they are asked for: now and then, so that some are out of date when owners move.
            guard version % 7 == 0 else { continue }
            var anew = RecordStore(recordsPerOwner: 256)
            for (owner, entries) in held {
                for entry in entries.values.sorted(by: { $0.key < $1.key }) { anew.insert(entry, of: owner) }
            }
            #expect(store.digest(with: Self.cryptography) == anew.digest(with: Self.cryptography))
            #expect(store.owners == held.keys.sorted())
        }
        for (owner, entries) in held {
            for (key, entry) in entries {
                #expect(store.holds(entry.signed))
                #expect(store.entry(key, of: owner)?.id == entry.id)
            }
        }
        for owner in owners where held[owner] == nil { #expect(!store.hasOwner(owner)) }
    }
}
