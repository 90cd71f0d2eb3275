import MeshCore
import MeshCrypto
import Testing

@Suite struct PrekeyRingTests {
    private static let cryptography = WireValues.alice
    private static let start: UInt64 = 1_800_000_000_000
    private static let hour: UInt64 = 3_600_000
    private static let day = 24 * hour

    private static func ring(at wall: UInt64 = start) -> PrekeyRing {
        var ring = PrekeyRing()
        _ = ring.turn(at: wall, with: cryptography)
        return ring
    }

    private static func key(_ ring: PrekeyRing, _ rotation: PrekeysValue.Class) -> Bytes32 {
        ring.published.prekeys.first { $0.rotation == rotation }?.publicKey ?? .zero
    }

    @Test func aNewRingPublishesOneOfEachClassThatOthersCanDecode() throws {
        let value = Self.ring().published
        #expect(value.prekeys.map(\.rotation) == [.fast, .slow])
        #expect(value.prekeys.map { $0.notAfter - $0.notBefore } == [Self.day, 7 * Self.day])
        #expect(try PrekeysValue(decoding: value.encoded()) == value)
        #expect(value.prekeys.allSatisfy { Self.cryptography.isAcceptable(prekey: $0.publicKey) })
    }

    private static let steps: [(after: UInt64, fastIsNew: Bool, slowIsNew: Bool)] = [
        (hour - 1, false, false), (hour, true, false), (23 * hour, true, false), (day, true, true),
        (10 * day, true, true),
    ]

    @Test func keysAreMadeAnewHourlyAndDaily() {
        for step in Self.steps {
            var ring = Self.ring()
            let (fast, slow) = (Self.key(ring, .fast), Self.key(ring, .slow))
            let turned = ring.turn(at: Self.start + step.after, with: Self.cryptography)
            #expect((Self.key(ring, .fast) != fast) == step.fastIsNew, "\(step.after)")
            #expect((Self.key(ring, .slow) != slow) == step.slowIsNew, "\(step.after)")
            #expect(turned.isChanged == step.fastIsNew)
        }
    }

    @Test(
        arguments: [(PrekeysValue.Class.fast, 25 * 3_600_000), (.slow, 8 * 86_400_000)]
            as [(PrekeysValue.Class, UInt64)])
    func privateHalvesGoOnTheMillisecond(rotation: PrekeysValue.Class, life: UInt64) {
        var ring = Self.ring()
        let key = Self.key(ring, rotation)
        _ = ring.turn(at: Self.start + life - 1, with: Self.cryptography)
        #expect(ring.privateKey(of: key) != nil)
        let (erased, _) = ring.turn(at: Self.start + life, with: Self.cryptography)
        #expect(ring.privateKey(of: key) == nil)
        #expect(erased.contains(key))
    }

    @Test func theNextTurnIsWhenSomethingIsDue() throws {
        var ring = PrekeyRing()
        #expect(ring.nextTurn == nil)
        ring = Self.ring()
        #expect(ring.nextTurn == Self.start + Self.hour)
        for _ in 0..<300 {
            let due = try #require(ring.nextTurn)
            #expect(ring.turn(at: due - 1, with: Self.cryptography).isChanged == false)
            #expect(ring.turn(at: due, with: Self.cryptography).isChanged)
        }
        #expect(ring.prekeys.count <= 25 + 8)
    }

    /// A clock that ran ahead and was set right: what was made in the future is of no use, and would be erased only
    /// when that future comes.
    @Test func keysFromAFutureThatWasTakenBackAreReplacedAndErased() {
        var ring = Self.ring(at: Self.start + 365 * Self.day)
        let old = [Self.key(ring, .fast), Self.key(ring, .slow)]
        let (erased, isChanged) = ring.turn(at: Self.start, with: Self.cryptography)
        #expect(isChanged)
        #expect(Set(erased) == Set(old))
        #expect(old.allSatisfy { ring.privateKey(of: $0) == nil })
        #expect(ring.published.chosen(at: Self.start) == Self.key(ring, .fast))
    }

    @Test func aClockSetBackByLessThanTheMarginChangesNothing() {
        var ring = Self.ring()
        #expect(ring.turn(at: Self.start - Self.hour, with: Self.cryptography) == ([], false))
        #expect(ring.turn(at: Self.start - Self.hour - 1, with: Self.cryptography).isChanged)
    }

    private static let choices: [(at: UInt64, rotation: PrekeysValue.Class?)] = [
        (start - hour - 1, nil), (start - hour, .fast), (start, .fast), (start + 23 * hour - 1, .fast),
        (start + 23 * hour, .slow), (start + 7 * day - hour - 1, .slow), (start + 7 * day - hour, nil), (.max, nil),
        (0, nil),
    ]

    @Test func aSenderTakesTheFastKeyThenTheSlowOneThenNone() {
        let ring = Self.ring()
        for choice in Self.choices {
            let expected = choice.rotation.map { Self.key(ring, $0) }
            #expect(ring.published.chosen(at: choice.at) == expected, "\(choice.at)")
        }
    }

    @Test func theNewestLiveKeyOfAClassIsTaken() {
        let keys = [(1, Self.start - Self.hour), (2, Self.start), (3, Self.start + 2 * Self.hour)].map { number, from in
            PrekeysValue.Prekey(
                rotation: .fast, publicKey: WireValues.bytes(number), notBefore: from, notAfter: from + Self.day)
        }
        #expect(PrekeysValue(prekeys: keys).chosen(at: Self.start) == WireValues.bytes(2))
    }
}
