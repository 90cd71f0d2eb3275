import MeshCore
import Testing

/// The cases people meet, each with its answer. A founds, and invites B, C and D.
struct MembershipScenarioTests {
    private let toB: VerifiedOperation
    private let toC: VerifiedOperation
    private let toD: VerifiedOperation
    // B invites E, then F; in a second history under the same key, H after E.
    private let toE = Fixture.invite("B", "E")
    private let toF: VerifiedOperation
    private let toH: VerifiedOperation

    init() {
        toB = Fixture.invite("A", "B")
        toC = Fixture.invite("A", "C", after: toB.id)
        toD = Fixture.invite("A", "D", after: toC.id)
        toF = Fixture.invite("B", "F", after: toE.id)
        toH = Fixture.invite("B", "H", after: toE.id)
    }

    private func set(_ operations: [VerifiedOperation]) -> MembershipSet {
        Fixture.set([toB, toC, toD] + operations)
    }

    private func members(_ operations: VerifiedOperation...) -> String {
        Fixture.letters(set(operations).evaluate().members)
    }

    @Test func theFounderAndWhomHeInvitedAreMembers() {
        #expect(members() == "ABCD")
        #expect(Fixture.letters(Fixture.set().evaluate().members) == "A")
    }

    @Test func aRevocationOutranksAnInvitationInEitherOrder() {
        #expect(members(Fixture.invite("B", "E"), Fixture.revoke("C", "E")) == "ABCD")
        #expect(members(Fixture.revoke("C", "E"), Fixture.invite("B", "E")) == "ABCD")
    }

    @Test func whoeverIsNamedInARingOfRevocationsIsOut() {
        #expect(members(Fixture.revoke("B", "C"), Fixture.revoke("C", "B")) == "AD")
        #expect(members(Fixture.revoke("B", "C"), Fixture.revoke("C", "D"), Fixture.revoke("D", "B")) == "A")
    }

    @Test func inviteesInsideTheFrontierStayAndTheOthersFall() {
        #expect(members(toE, toF, Fixture.revoke("C", "B", honouring: [toF.id])) == "ACDEF")
        #expect(members(toE, toF, Fixture.revoke("C", "B", honouring: [toE.id])) == "ACDE")
    }

    @Test func ofSeveralFrontiersThatCountsWhichAllHonour() {
        let first = Fixture.revoke("C", "B", honouring: [toE.id])
        #expect(members(toE, toF, first, Fixture.revoke("A", "B", honouring: [toF.id], after: toD.id)) == "ACDE")
    }

    @Test func whoeverFellUnnamedCanBeInvitedAgain() {
        let revocation = Fixture.revoke("C", "B", honouring: [toE.id])
        #expect(members(toE, toF, revocation, Fixture.invite("D", "F")) == "ACDEF")
        let fallen = set([toE, toF, revocation]).evaluate()
        #expect(Fixture.letters(fallen.fallen) == "F")
        #expect(fallen.isFallen(Fixture.key("F")) && !fallen.isFallen(Fixture.key("B")))
    }

    @Test func aForkAloneRemovesNobodyAndAFrontierNamesItsBranches() {
        #expect(members(toE, toF, toH) == "ABCDEFH")
        #expect(members(toE, toF, toH, Fixture.revoke("C", "B", honouring: [toF.id, toH.id])) == "ACDEFH")
        #expect(members(toE, toF, toH, Fixture.revoke("C", "B", honouring: [toF.id])) == "ACDEF")
        let both = [Fixture.revoke("C", "B", honouring: [toF.id]), Fixture.revoke("D", "B", honouring: [toH.id])]
        #expect(members(toE, toF, toH, both[0], both[1]) == "ACDE", "the common past of two branches")
    }

    @Test func whatAGapHidesIsHonouredOnceTheGapIsFilled() {
        let revocation = Fixture.revoke("C", "B", honouring: [toF.id])
        #expect(members(toF, revocation) == "ACDF")
        #expect(members(toF, toE, revocation) == "ACDEF")
    }

    @Test func aFrontierMayArriveBeforeTheLogThatItNames() {
        let revocation = Fixture.revoke("C", "B", honouring: [toE.id])
        #expect(members(revocation) == "ACD")
        #expect(members(revocation, toE) == "ACDE")
    }

    @Test func revocationsByTheRevokedAndTheFallenStand() {
        #expect(members(Fixture.revoke("C", "B"), Fixture.revoke("B", "D")) == "AC")
        #expect(members(toE, Fixture.revoke("E", "D"), Fixture.revoke("C", "B")) == "AC")
        #expect(members(Fixture.invite("C", "B"), Fixture.revoke("D", "A", honouring: [toB.id])) == "B")
    }

    @Test func theFounderCanBeRevokedLikeAnybody() {
        #expect(members(Fixture.revoke("C", "A", honouring: [toD.id])) == "BCD")
        let late = Fixture.invite("A", "E", after: toD.id)
        #expect(members(Fixture.revoke("C", "A", honouring: [toD.id]), late) == "BCD", "his later invitation is void")
        #expect(members(Fixture.revoke("C", "A")) == "", "an empty frontier for the only root ends the network")
    }

    @Test func aRosterMemberFallsOnlyWhenNamed() {
        let set = Fixture.set(roster: "BC", [Fixture.revoke("C", "A")])
        #expect(Fixture.letters(set.evaluate().members) == "BC")
    }

    @Test func outsidersHaveNoEffect() {
        #expect(members(Fixture.invite("X", "Y"), Fixture.invite("Y", "X")) == "ABCD")
        #expect(members(Fixture.revoke("X", "B")) == "ABCD")
    }

    @Test func aFrontierCannotEnterByAnothersLog() {
        let foreign = Fixture.invite("C", "G", after: toE.id)
        #expect(members(toE, foreign, Fixture.revoke("D", "B", honouring: [foreign.id])) == "ACDG")
        #expect(members(toE, Fixture.revoke("C", "B", honouring: [toC.id])) == "ACD")
    }

    @Test func aWithheldInvitationAdmitsNobodyLater() {
        let shown = set([toF])  // B shows F's invitation and withholds E's, on which it builds
        #expect(shown.heads(of: Fixture.key("B")).isEmpty)
        let revocation = Fixture.revoke("C", "B", honouring: shown.heads(of: Fixture.key("B")))
        #expect(members(toF, revocation) == "ACD")
        #expect(members(toF, revocation, toE) == "ACD")
    }

    @Test func anybodyMayRevokeHimself() {
        #expect(members(Fixture.revoke("B", "B")) == "ACD")
    }

    @Test func anInvitationMayBeOlderThanItsSignersOwn() {
        #expect(Fixture.letters(Fixture.set([toE, toB]).evaluate().members) == "ABE")
    }
}
