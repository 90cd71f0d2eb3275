import MeshCore
import Testing

/// The set around the rule: what waits, what is shown, what is exchanged.
struct MembershipSetTests {
    private let toB = Fixture.invite("A", "B")

    // MARK: Waiting

    @Test func anOperationWaitsUntilAnInvitationReachesItsSigner() {
        var set = Fixture.set()
        let (toC, toD) = (Fixture.invite("B", "C"), Fixture.invite("C", "D"))
        #expect(set.insert(toD).isEmpty && set.insert(toC).isEmpty && set.pendingCount == 2)
        #expect(set.isKnown(toC.id) && !set.contains(toC.id))
        #expect(set.insert(toB).map(\.id) == [toB.id, toC.id, toD.id], "all that had waited, in order")
        #expect(set.pendingCount == 0 && set.count == 3)
        #expect(set.insert(toB).isEmpty, "known")
    }

    @Test func ofTooManyWaitingOperationsTheOldestIsDropped() {
        let genesis = Genesis(
            signer: Fixture.key("A"), name: "", at: 0, nonce: .zero, previous: nil, roster: [])
        var set = MembershipSet(origin: .genesis(genesis), network: Fixture.network, pendingLimit: 2)
        let waiting = ["C", "D", "E"].map { Fixture.invite("B", $0) }
        for operation in waiting { set.insert(operation) }
        #expect(set.pendingCount == 2 && !set.isKnown(waiting[0].id))
        set.insert(toB)
        #expect(Fixture.letters(set.evaluate().members) == "ABDE")
        set.insert(waiting[0])
        #expect(Fixture.letters(set.evaluate().members) == "ABCDE", "offered again, it counts")
    }

    // MARK: What is shown

    @Test func theSponsorIsTheNearestToARootThenTheLeastInvitation() {
        let toC = Fixture.invite("A", "C", after: toB.id)
        let (byB, byC) = (Fixture.invite("B", "D"), Fixture.invite("C", "D"))
        let far = [Fixture.invite("D", "E"), Fixture.invite("E", "F"), Fixture.invite("B", "F")]
        let membership = Fixture.set([toB, toC, byB, byC] + far).evaluate()
        #expect(membership.invitation(of: Fixture.key("D"))?.id == min(byB.id, byC.id))
        #expect(membership.invitedBy(Fixture.key("F")) == Fixture.key("B"))
        #expect(membership.invitedBy(Fixture.key("A")) == nil && membership.depth(of: Fixture.key("A")) == 0)
        #expect(membership.depth(of: Fixture.key("E")) == 3 && membership.depth(of: Fixture.key("X")) == nil)
        #expect(membership.path(to: Fixture.key("F"))?.map(\.signer) == [Fixture.key("A"), Fixture.key("B")])
        #expect(membership.path(to: Fixture.key("A"))?.isEmpty == true && membership.path(to: Fixture.key("X")) == nil)
    }

    @Test func theRevocationShownIsTheLeast() {
        let revocations = [Fixture.revoke("A", "C", after: toB.id), Fixture.revoke("B", "C")]
        let membership = Fixture.set([toB] + revocations).evaluate()
        let least = revocations.min { $0.id < $1.id }!
        #expect(membership.revocation(of: Fixture.key("C"))?.id == least.id)
        #expect(membership.revokedBy(Fixture.key("C")) == least.signer)
        #expect(membership.revokedBy(Fixture.key("B")) == nil)
    }

    @Test func liveInviteesAreTheMembersThatASponsorBrought() {
        let toC = Fixture.invite("A", "C", after: toB.id)
        let set = Fixture.set([toB, toC, Fixture.invite("B", "D"), Fixture.revoke("B", "C")])
        #expect(Fixture.letters(set.evaluate().liveInvitees(of: Fixture.key("A"))) == "B")
        #expect(Fixture.letters(set.evaluate().liveInvitees(of: Fixture.key("B"))) == "D")
    }

    // MARK: Signing

    @Test func newOperationsContinueTheLongestHistory() {
        #expect(Fixture.set().newestOperation(of: Fixture.key("A")) == .zero)
        let second = Fixture.invite("A", "C", after: toB.id)
        let branch = Fixture.invite("A", "D")
        let set = Fixture.set([toB, second, branch])
        #expect(set.newestOperation(of: Fixture.key("A")) == second.id)
        #expect(set.heads(of: Fixture.key("A")) == [second.id, branch.id].sorted())
    }

    @Test func ofManyHeadsAFrontierNamesTheLongestHistories() {
        let forks = "CDEFGHIJKLMNOPQRSTUV".map { Fixture.invite("A", $0) }
        let longer = Fixture.invite("A", "W", after: forks[3].id)
        let frontier = Fixture.set(forks + [longer]).frontier(of: Fixture.key("A"))
        #expect(frontier.count == WireLimits.frontier && frontier.contains(longer.id))
        #expect(frontier == frontier.sorted())
    }

    @Test func theClientLearnsWhoFallsBeforeItSigns() {
        let toC = Fixture.invite("B", "C")
        let set = Fixture.set([toB, toC, Fixture.invite("C", "D"), Fixture.invite("B", "E", after: toC.id)])
        #expect(set.fallsWith(Fixture.key("B")).isEmpty)
        #expect(Fixture.letters(set.fallsWith(Fixture.key("B"), frontier: [toC.id])) == "E")
        #expect(Fixture.letters(set.fallsWith(Fixture.key("B"), frontier: [])) == "CDE")
        #expect(Fixture.letters(set.fallsWith(Fixture.key("A"), frontier: [])) == "BCDE")
    }

    // MARK: Exchange

    @Test func missingOperationsComeAfterThoseTheyBuildOn() {
        let toC = Fixture.invite("A", "C", after: toB.id)
        let toD = Fixture.invite("A", "D", after: toC.id)
        let byD = Fixture.invite("D", "E")
        let cut = Fixture.revoke("B", "D", honouring: [byD.id])
        let set = Fixture.set([toD, toC, toB, cut, byD])
        #expect(set.operations(of: Fixture.key("A"), missingFrom: []).map(\.id) == [toB.id, toC.id, toD.id])
        #expect(set.operations(of: Fixture.key("A"), missingFrom: [toB.id]).map(\.id) == [toC.id, toD.id])
        #expect(set.operations(of: Fixture.key("X"), missingFrom: []).isEmpty)
        var received = Fixture.set()
        for operation in set.operations { #expect(received.insert(operation).map(\.id) == [operation.id], "no wait") }
        #expect(received.evaluate() == set.evaluate())
        let order = set.operations.map(\.id)
        #expect(order.firstIndex(of: byD.id)! < order.firstIndex(of: cut.id)!)
    }

    @Test func aListAsLongAsAListMayBeSaysNothingBeyondItsLast() {
        let operations = (0..<40).map { Fixture.invite("A", "B", after: Fixture.hash("\($0)")) }
        let set = Fixture.set(operations)
        let held =
            (0..<WireLimits.operationIDs).map { Fixture.hash("other \($0)") } + [set.ids(of: Fixture.key("A"))[20]]
        let list = Array(held.sorted().prefix(WireLimits.operationIDs))
        let sent = set.operations(of: Fixture.key("A"), missingFrom: list).map(\.id)
        #expect(Set(sent) == Set(operations.map(\.id).filter { $0 < list.last! && !list.contains($0) }))
        #expect(set.operations(of: Fixture.key("A"), missingFrom: Array(list.prefix(3))).count == 40)
    }

    @Test func anAdmissionProofHoldsOneShortestPathToEachEnd() throws {
        let toC = Fixture.invite("B", "C")
        let byC = [Fixture.invite("C", "D"), Fixture.invite("C", "E")]
        let extra = [Fixture.invite("E", "D"), Fixture.invite("A", "F", after: toB.id)]
        let membership = Fixture.set([toB, toC] + byC + extra).evaluate()
        let proof = try #require(membership.admissionProof(for: [Fixture.key("D"), Fixture.key("E")]))
        #expect(proof.map(\.id) == [toB.id, toC.id] + byC.map(\.id))
        #expect(Fixture.letters(Fixture.set(proof).evaluate().members) == "ABCDE")
        #expect(membership.admissionProof(for: [Fixture.key("D"), Fixture.key("X")]) == nil)
        #expect(membership.admissionProof(for: [Fixture.key("A")])?.isEmpty == true)
    }

    // MARK: Messages of the revoked

    @Test func messagesOfARevokedAuthorStandAsFarAsEveryRevocationSays() {
        let chains = [ChainID(Array(repeating: 1, count: 16))!, ChainID(Array(repeating: 2, count: 16))!]
        let author = Fixture.key("B")
        func stands(_ chain: Int, _ seq: UInt64, after revocations: [VerifiedOperation]) -> Bool {
            let set = Fixture.set([toB, Fixture.invite("A", "C", after: toB.id)] + revocations)
            return set.evaluate().honoursMessage(by: author, chain: chains[chain], seq: seq)
        }
        let first = Fixture.revoke(
            "A", "B", chains: [ChainPosition(chain: chains[0], seq: 7), ChainPosition(chain: chains[1], seq: 3)])
        let second = Fixture.revoke("C", "B", chains: [ChainPosition(chain: chains[0], seq: 5)])
        #expect(stands(0, 1_000, after: []))
        #expect(stands(0, 7, after: [first]) && !stands(0, 8, after: [first]) && stands(1, 3, after: [first]))
        #expect(stands(0, 5, after: [first, second]) && !stands(0, 6, after: [second, first]))
        #expect(!stands(1, 0, after: [second, first]), "a chain that one revocation leaves out")
        #expect(!Fixture.set().evaluate().honoursMessage(by: author, chain: chains[0], seq: 0), "never admitted")
    }

    // MARK: Open networks

    @Test func inAnOpenNetworkEverybodyIsAMemberUntilAnybodyRevokesIt() {
        var set = MembershipSet(origin: .everybody, network: Fixture.network)
        #expect(set.evaluate().isMember(Fixture.key("X")) && set.evaluate().isOpen)
        #expect(set.insert(Fixture.invite("A", "B")).isEmpty && set.count == 0 && set.pendingCount == 0)
        #expect(set.insert(Fixture.revoke("X", "Y")).count == 1)
        let membership = set.evaluate()
        #expect(!membership.isMember(Fixture.key("Y")) && membership.isMember(Fixture.key("X")))
        #expect(membership.revokedBy(Fixture.key("Y")) == Fixture.key("X"))
        #expect(!membership.isFallen(Fixture.key("Y")))
    }

    // MARK: Size

    @Test func aLongChainUnderManyRevocationsNeedsNoRecursionAndLittleTime() {
        var operations = [toB]
        var last = Hash.zero
        for number in 0..<2_048 {
            let chain = ChainPosition(chain: ChainID(Array(repeating: 0, count: 16))!, seq: UInt64(number))
            let invitation = Fixture.invite("B", Array("CDEFGH")[number % 6], after: last)
            operations.append(invitation)
            last = invitation.id
            operations.append(Fixture.revoke("B", "B", honouring: [last], after: Fixture.hash("gap"), chains: [chain]))
        }
        let set = Fixture.set(operations)
        #expect(set.count == 4_097)
        let clock = ContinuousClock()
        let time = clock.measure { #expect(Fixture.letters(set.evaluate().members) == "AC") }
        // The least frontier honours B's first invitation alone. A debug build takes 0.4 s on an old machine.
        #expect(time < .seconds(10))
    }
}
