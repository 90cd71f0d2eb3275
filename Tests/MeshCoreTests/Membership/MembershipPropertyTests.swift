import MeshCore
import Testing

/// The rule against itself: ten thousand random sets with forks, gaps, invented frontiers, outsiders and circles.
struct MembershipPropertyTests {
    private static let names: [Character] = Array("ABCDEFGH")

    @Test(arguments: 0..<20)
    func equalSetsGiveEqualMembersInAnyOrder(block: UInt64) {
        for seed in block * 500..<(block + 1) * 500 { check(seed: seed) }
    }

    /// The rule is forced: a key's revocations count exactly if some smaller view of the set admits the key.
    @Test func everIsTheUnionOfAdmittedOverAllSubsets() {
        for seed in UInt64(0)..<40 {
            var random = SeededGenerator(seed: seed)
            let operations = Array(Self.randomOperations(using: &random).prefix(8))
            var seen: Set<NodeID> = []
            for subset in 0..<(1 << operations.count) {
                let part = operations.indices.filter { subset >> $0 & 1 == 1 }.map { operations[$0] }
                seen.formUnion(Fixture.set(part).evaluate().admitted)
            }
            #expect(seen == Fixture.set(operations).evaluate().ever, "seed \(seed)")
        }
    }

    private func check(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let roster = ["", "", "B"].randomElement(using: &random)!
        let operations = Self.randomOperations(using: &random)
        let whole = Fixture.set(roster: roster, operations).evaluate()
        delivered(operations, roster: roster, gives: whole, seed: seed, using: &random)
        exchanged(operations, roster: roster, gives: whole, seed: seed, using: &random)
        backdated(operations, roster: roster, before: whole, seed: seed, using: &random)
        removed(operations, roster: roster, before: whole, seed: seed, using: &random)
    }

    /// Any order, with duplicates: what is revoked stays revoked on the way, and the end is the same.
    private func delivered(
        _ operations: [VerifiedOperation], roster: String, gives whole: Membership, seed: UInt64,
        using random: inout SeededGenerator
    ) {
        var set = Fixture.set(roster: roster)
        var last = set.evaluate()
        let again = operations.filter { _ in Bool.random(using: &random) }
        var step = last
        for operation in (operations + again).shuffled(using: &random) {
            let gained = set.insert(operation)
            step = set.evaluate(since: step, gained: gained) ?? set.evaluate()
            #expect(step == set.evaluate(), "seed \(seed)")
            guard Int.random(in: 0..<5, using: &random) == 0 else { continue }
            let now = set.evaluate()
            #expect(last.revoked.isSubset(of: now.revoked) && last.ever.isSubset(of: now.ever), "seed \(seed)")
            #expect(last.revoked.isDisjoint(with: now.members), "seed \(seed)")
            last = now
        }
        #expect(set.evaluate() == whole, "seed \(seed)")
    }

    /// Two nodes that each hold a part, and exchange what the summaries show to differ.
    private func exchanged(
        _ operations: [VerifiedOperation], roster: String, gives whole: Membership, seed: UInt64,
        using random: inout SeededGenerator
    ) {
        let parts = operations.map { ($0, Int.random(in: 0..<3, using: &random)) }
        var left = Fixture.set(roster: roster, parts.filter { $0.1 != 0 }.map(\.0))
        var right = Fixture.set(roster: roster, parts.filter { $0.1 != 1 }.map(\.0))
        var before = -1
        while before < left.count + right.count {  // a waiting operation is offered again in the next round
            before = left.count + right.count
            for signer in Set(left.signers + right.signers) {
                let news = left.operations(of: signer, missingFrom: right.ids(of: signer))
                let others = right.operations(of: signer, missingFrom: left.ids(of: signer))
                for operation in others { left.insert(operation) }
                for operation in news { right.insert(operation) }
            }
        }
        #expect(left.evaluate() == whole && right.evaluate() == whole, "seed \(seed)")
        #expect(left.operations.map(\.id) == right.operations.map(\.id), "seed \(seed)")
    }

    /// A revoked key signs on, backdated and with helpers: nobody enters, nobody comes back.
    private func backdated(
        _ operations: [VerifiedOperation], roster: String, before: Membership, seed: UInt64,
        using random: inout SeededGenerator
    ) {
        for thief in Self.names where before.isRevoked(Fixture.key(thief)) {
            let own = operations.filter { $0.signer == Fixture.key(thief) }.map(\.id)
            let bases = own + [.zero, Fixture.gap]
            let invitations = [
                Fixture.invite(thief, "X", after: bases.randomElement(using: &random)!), Fixture.invite("X", "Y"),
                Fixture.invite(thief, "Z"), Fixture.invite("Y", "X"),
            ]
            let named = invitations.prefix(3).map(\.id)
            let revocations = [thief, "X", "Y"].map { Fixture.revoke($0, thief, honouring: named) }
            let after = Fixture.set(roster: roster, operations + invitations + revocations).evaluate()
            #expect(after.members.isSubset(of: before.members), "seed \(seed)")
            #expect(before.revoked.isSubset(of: after.revoked), "seed \(seed)")
        }
    }

    /// Any member can remove any key, and by naming the newest heads removes nobody else.
    private func removed(
        _ operations: [VerifiedOperation], roster: String, before: Membership, seed: UInt64,
        using random: inout SeededGenerator
    ) {
        let target = Self.names.randomElement(using: &random)!
        let key = Fixture.key(target)
        guard let signer = Self.names.first(where: { $0 != target && before.isMember(Fixture.key($0)) }) else { return }
        var set = Fixture.set(roster: roster, operations)
        let falls = set.fallsWith(key)
        set.insert(Fixture.revoke(signer, target, honouring: set.frontier(of: key), after: Fixture.gap))
        let after = set.evaluate()
        #expect(after.isRevoked(key) && !after.isMember(key), "seed \(seed)")
        #expect(after.members == before.members.subtracting(falls + [key]), "seed \(seed)")
        let hasGap = operations.contains { $0.signer == key && $0.prev == Fixture.gap }
        if !before.isRevoked(key), !hasGap { #expect(falls.isEmpty, "seed \(seed)") }
    }

    /// Between 1 and 23 operations by keys A to H.
    private static func randomOperations(using random: inout SeededGenerator) -> [VerifiedOperation] {
        var operations: [VerifiedOperation] = []
        for _ in 0..<Int.random(in: 1..<24, using: &random) {
            let (signer, subject) = (names.randomElement(using: &random)!, names.randomElement(using: &random)!)
            let own = operations.filter { $0.signer == Fixture.key(signer) }.map(\.id)
            let bases = (own.last.map { Array(repeating: $0, count: 4) } ?? []) + own + [.zero, Fixture.gap]
            let prev = bases.randomElement(using: &random)!
            if Double.random(in: 0..<1, using: &random) < 0.3 {
                let named = operations.filter { $0.signer == Fixture.key(subject) }.map(\.id) + [Fixture.bogus]
                let frontier = named.shuffled(using: &random).prefix(Int.random(in: 0...3, using: &random))
                operations.append(Fixture.revoke(signer, subject, honouring: frontier.sorted(), after: prev))
            } else {
                operations.append(Fixture.invite(signer, subject, after: prev))
            }
        }
        return operations
    }
}
