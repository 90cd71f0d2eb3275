/// Who belongs to the network by one set of operations: what ``MembershipSet/evaluate()`` answers.
package struct Membership: Sendable, Equatable {
    /// An open network: everybody is admitted, and the sets below name only those whom an operation names.
    package let isOpen: Bool
    /// Reached by any invitation, void ones too: these keys' revocations count. Only grows with the set.
    package private(set) var ever: Set<NodeID>
    /// Named by a revocation that counts: out for ever. Only grows with the set.
    package let revoked: Set<NodeID>
    /// Reached by honoured invitations.
    package let admitted: Set<NodeID>
    /// Admitted and not revoked. In an open network empty: ask ``isMember(_:)``.
    package let members: Set<NodeID>
    /// Ids of the invitations that are not void.
    package let honoured: Set<Hash>
    private let depths: [NodeID: Int]
    private let invitations: [NodeID: VerifiedOperation]
    private let revocations: [NodeID: VerifiedOperation]
    private let messageLimits: [NodeID: [ChainID: UInt64]]

    init(
        isOpen: Bool, ever: Set<NodeID>, revoked: Set<NodeID>, admitted: Set<NodeID>, honoured: Set<Hash>,
        depths: [NodeID: Int], invitations: [NodeID: VerifiedOperation], revocations: [NodeID: VerifiedOperation],
        messageLimits: [NodeID: [ChainID: UInt64]]
    ) {
        (self.isOpen, self.ever, self.revoked, self.admitted) = (isOpen, ever, revoked, admitted)
        members = admitted.subtracting(revoked)
        sortedMembers = members.sorted()
        (self.honoured, self.depths, self.invitations) = (honoured, depths, invitations)
        (self.revocations, self.messageLimits) = (revocations, messageLimits)
    }

    /// The same members by a set in which invitations without effect have reached more keys.
    func reaching(_ ever: Set<NodeID>) -> Membership {
        var copy = self
        copy.ever = ever
        return copy
    }

    package func isMember(_ key: NodeID) -> Bool { isAdmitted(key) && !revoked.contains(key) }
    package func isAdmitted(_ key: NodeID) -> Bool { isOpen || admitted.contains(key) }
    package func isRevoked(_ key: NodeID) -> Bool { revoked.contains(key) }
    /// Was admitted once and is no longer, without being named by a revocation: fell with a sponsor, and may be
    /// invited again.
    package func isFallen(_ key: NodeID) -> Bool { ever.contains(key) && !isAdmitted(key) && !isRevoked(key) }

    /// The members in ascending order: the order for everything that others may see.
    package let sortedMembers: [NodeID]
    /// Everybody for whom ``isFallen(_:)`` holds, ascending.
    package var fallen: [NodeID] { ever.filter(isFallen).sorted() }

    /// The invitation that is shown as the key's own: the honoured one nearest to a root, then that with the least
    /// id. Nil for founder and roster, and for who is not admitted.
    package func invitation(of key: NodeID) -> VerifiedOperation? { invitations[key] }
    package func invitedBy(_ key: NodeID) -> NodeID? { invitations[key]?.signer }
    /// The revocation that is shown and given as proof: that with the least id.
    package func revocation(of key: NodeID) -> VerifiedOperation? { revocations[key] }
    package func revokedBy(_ key: NodeID) -> NodeID? { revocations[key]?.signer }

    /// How many honoured invitations lie between a root and this key; 0 for a root, nil for who is not admitted.
    package func depth(of key: NodeID) -> Int? { depths[key] }
    /// Members whose shown sponsor this key is, ascending.
    package func liveInvitees(of sponsor: NodeID) -> [NodeID] {
        members.filter { invitedBy($0) == sponsor }.sorted()
    }

    /// The invitations from a root to `key`, the root's first: a shortest path. Empty for a root; nil for who is not
    /// admitted.
    package func path(to key: NodeID) -> [VerifiedOperation]? {
        guard depths[key] != nil else { return nil }
        var path: [VerifiedOperation] = []
        var last = key
        while let invitation = invitations[last] {
            path.append(invitation)
            last = invitation.signer
        }
        return path.reversed()
    }

    /// Does this group message stand? Its author is admitted and, if he is revoked, every revocation lists the chain
    /// with this number or a greater one. A function of the set alone, so histories agree.
    package func honoursMessage(by author: NodeID, chain: ChainID, seq: UInt64) -> Bool {
        lastHonouredMessage(by: author, chain: chain).map { seq <= $0 } ?? false
    }

    /// The number up to which this chain's messages stand; nil if none does.
    package func lastHonouredMessage(by author: NodeID, chain: ChainID) -> UInt64? {
        guard isAdmitted(author) else { return nil }
        return isRevoked(author) ? messageLimits[author]?[chain] : .max
    }
}
