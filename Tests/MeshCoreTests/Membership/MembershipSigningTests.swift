import MeshCore
import MeshCrypto
import Testing

/// Signed operations with real keys: what enters the set, and that it does the same there.
struct MembershipSigningTests {
    private typealias Values = WireValues
    private let crypto = WireValues.alice
    /// Of small order: everybody can sign under it (RFC 8032 verification without a check of the key).
    private let weak = NodeID(Array([1] + [UInt8](repeating: 0, count: 31)))!

    @Test func aSignedHistoryGivesItsMembers() throws {
        var set = try MembershipSet(genesis: Values.founding, with: crypto)
        #expect(set.network == Values.network && set.origin == .genesis(Values.genesis))
        let toBob = try verified(.invite(Values.sign(Values.invite, Values.alice)))
        let toCarol = try verified(.invite(sign(Values.bob, subject: Values.carol.publicKey)))
        #expect(set.insert(toCarol).isEmpty && set.insert(toBob).count == 2)
        #expect(set.evaluate().members == Set([Values.alice, Values.bob, Values.carol].map(\.publicKey)))

        let revoke = Revoke(
            signer: Values.carol.publicKey, prev: set.newestOperation(of: Values.carol.publicKey),
            subject: Values.bob.publicKey, at: 3, frontier: set.frontier(of: Values.bob.publicKey), chains: [])
        set.insert(try verified(.revoke(Values.sign(revoke, Values.carol))))
        #expect(set.evaluate().members == Set([Values.alice, Values.carol].map(\.publicKey)))
        #expect(set.evaluate().revokedBy(Values.bob.publicKey) == Values.carol.publicKey)
    }

    @Test func aRefoundedNetworkStartsWithItsRoster() throws {
        let signed = Values.refounded.signed(in: .zero, with: crypto)
        let set = try MembershipSet(genesis: signed, with: crypto)
        #expect(set.evaluate().sortedMembers == [Values.alice, Values.bob, Values.carol].map(\.publicKey).sorted())
        #expect(set.network != Values.network)
    }

    @Test func keysThatNobodyHoldsAreRefusedWhereverTheyStand() {
        #expect(throws: VerificationError.unacceptableKey(weak)) {
            try verified(.invite(sign(Values.alice, subject: weak)))
        }
        let revoke = Revoke(signer: weak, prev: .zero, subject: crypto.publicKey, at: 0, frontier: [], chains: [])
        let forged = Signed(body: revoke.body(), signature: Values.founding.signature)
        #expect(throws: VerificationError.unacceptableKey(weak)) { try verified(.revoke(forged)) }
        let genesis = Genesis(
            signer: crypto.publicKey, name: "", at: 0, nonce: .zero, previous: nil, roster: [weak])
        #expect(throws: VerificationError.unacceptableKey(weak)) {
            try MembershipSet(genesis: genesis.signed(in: .zero, with: crypto), with: crypto)
        }
    }

    @Test func anOperationIsNotReadAsTheOtherKind() {
        #expect(throws: VerificationError.self) { try verified(.revoke(Values.invitation.signed)) }
        #expect(throws: VerificationError.self) { try verified(.invite(Values.revocation.signed)) }
        let other = sign(Values.alice, subject: Values.bob.publicKey, in: Values.hash(1))
        #expect(throws: VerificationError.badSignature) { try verified(.invite(other)) }
    }

    @Test func summariesAgreeExactlyWhenTheSetsDo() throws {
        var left = try MembershipSet(genesis: Values.founding, with: crypto)
        var right = left
        let operations = try [
            verified(Values.invitation), verified(Values.revocation),
            verified(.invite(sign(Values.bob, subject: Values.carol.publicKey))),
        ]
        for operation in operations { left.insert(operation) }
        for operation in operations.reversed().dropLast() { right.insert(operation) }
        #expect(left.summaries(with: crypto) != right.summaries(with: crypto))
        for operation in operations { right.insert(operation) }
        let summaries = left.summaries(with: crypto)
        #expect(summaries == right.summaries(with: crypto))
        #expect(summaries.map(\.count).sorted() == [1, 2] && summaries.map(\.signer) == left.signers)
        let ids = [operations[0].id, operations[1].id].sorted()
        #expect(summaries.contains { $0.hash == crypto.hash(ids.flatMap(\.rawBytes)) })
    }

    private func verified(_ operation: Operation) throws(VerificationError) -> VerifiedOperation {
        try VerifiedOperation.verify(operation, in: Values.network, with: crypto)
    }

    private func sign(
        _ signer: OpenSSLCryptography, subject: NodeID, in network: Hash = WireValues.network
    ) -> Signed {
        Invite(signer: signer.publicKey, prev: .zero, subject: subject, at: 2).signed(in: network, with: signer)
    }
}
