import MeshCore
import Testing

/// 300 cases with the answers of an independent program, see Tests/Interop/export_membership.py.
struct MembershipGoldenTests {
    @Test func everyGoldenCaseGivesItsAnswer() throws {
        let lines = try GoldenFile.lines("membership.txt")
        #expect(lines.count == 300)
        for line in lines {
            let halves = line.split(separator: "|").map { $0.split(separator: " ").map(String.init) }
            try #require(halves.count == 2 && halves[1].count == 7, "\(line)")
            let operations = Self.operations(halves[0].dropFirst())
            let roots = halves[0][0]
            let set = Fixture.set(founder: roots.first!, roster: String(roots.dropFirst()), operations)
            #expect(Self.answer(set, operations) == halves[1].joined(separator: " "), "\(line)")
        }
    }

    private static func operations(_ words: some Sequence<String>) -> [VerifiedOperation] {
        var made: [VerifiedOperation] = []
        for word in words {
            let parts = word.split(separator: ":", omittingEmptySubsequences: false)
            let letters = Array(parts[0])
            let prev = reference(String(letters[3...]), among: made)
            if letters[0] == "i" {
                made.append(Fixture.invite(letters[1], letters[2], after: prev))
            } else {
                let frontier = parts[1].split(separator: ",").map { reference(String($0), among: made) }
                made.append(Fixture.revoke(letters[1], letters[2], honouring: frontier, after: prev))
            }
        }
        return made
    }

    private static func reference(_ text: String, among made: [VerifiedOperation]) -> Hash {
        if text == "-" { return .zero }
        return Int(text).map { made[$0].id } ?? Fixture.hash("held by nobody")
    }

    /// In the notation of the file.
    private static func answer(_ set: MembershipSet, _ operations: [VerifiedOperation]) -> String {
        func numbers(_ ids: some Sequence<Hash>) -> String {
            ids.map { id in operations.firstIndex { $0.id == id }! }.sorted().map(String.init).joined(separator: ",")
        }
        let membership = set.evaluate()
        let sets = [membership.ever, membership.revoked, membership.admitted, membership.members]
        let ever = Array(Fixture.letters(membership.ever))
        let heads = ever.compactMap { key in
            let ids = set.heads(of: Fixture.key(key))
            return ids.isEmpty ? nil : "\(key):\(numbers(ids))"
        }
        let depths = ever.compactMap { key in membership.depth(of: Fixture.key(key)).map { "\(key)\($0)" } }
        let fields =
            sets.map(Fixture.letters) + [numbers(membership.honoured), heads.joined(separator: ";"), depths.joined()]
        return fields.map { $0.isEmpty ? "-" : $0 }.joined(separator: " ")
    }
}
