/// A membership operation whose signature holds and whose keys are acceptable: what the rule works on.
package struct VerifiedOperation: Sendable, Hashable {
    package enum Kind: Sendable { case invite, revoke }

    package let id: Hash
    package let kind: Kind
    package let signer: NodeID
    /// Id of the signer's previous operation, zero for the first.
    package let prev: Hash
    package let subject: NodeID
    /// ms since 1970 by the signer's clock; shown, never decided by.
    package let at: UInt64
    /// Revocations: ids of the subject's newest operations that stay honoured.
    package let frontier: [Hash]
    /// Revocations: the last honoured message of each of the subject's group chains.
    package let chains: [ChainPosition]
    /// As it came and as it is passed on.
    package let operation: Operation

    package init(
        id: Hash, kind: Kind, signer: NodeID, prev: Hash, subject: NodeID, at: UInt64 = 0, frontier: [Hash] = [],
        chains: [ChainPosition] = [], operation: Operation
    ) {
        (self.id, self.kind, self.signer, self.prev, self.subject) = (id, kind, signer, prev, subject)
        (self.at, self.frontier, self.chains, self.operation) = (at, frontier, chains, operation)
    }

    /// Checks the body's form, that the keys of signer and subject are acceptable, and the signature under the label
    /// of the operation's own kind in `network`.
    package static func verify(
        _ operation: Operation, in network: Hash, with cryptography: any Cryptography
    ) throws(VerificationError) -> VerifiedOperation {
        let id = operation.id(in: network, with: cryptography)
        let verified: VerifiedOperation
        switch operation {
        case .invite(let signed):
            let invite = try Invite.verified(signed, in: network, with: cryptography)
            verified = VerifiedOperation(
                id: id, kind: .invite, signer: invite.signer, prev: invite.prev, subject: invite.subject,
                at: invite.at, operation: operation)
        case .revoke(let signed):
            let revoke = try Revoke.verified(signed, in: network, with: cryptography)
            verified = VerifiedOperation(
                id: id, kind: .revoke, signer: revoke.signer, prev: revoke.prev, subject: revoke.subject,
                at: revoke.at, frontier: revoke.frontier, chains: revoke.chains, operation: operation)
        }
        guard cryptography.isAcceptable(verified.subject) else { throw .unacceptableKey(verified.subject) }
        return verified
    }
}
