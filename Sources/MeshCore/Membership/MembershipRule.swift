/// The rule. Five lines of set algebra, without order, clock or tie-break:
///
///     ever     = keys reachable from the roots over all invitations
///     revoked  = subjects of the revocations whose signer is in ever
///     kept(k)  = of a revoked k: what every revocation of k honours of k's own operations
///     honoured = invitations whose signer is not revoked, or that lie in kept(signer)
///     admitted = keys reachable from the roots over honoured invitations;   members = admitted - revoked
///
/// A revocation counts whatever happens to its signer: this is the only rule by which equal sets give equal members,
/// a member's revocation holds in every view that has it, and revoked is for ever. Work lists instead of recursion,
/// because a chain is as long as its signer likes; 4,096 operations take milliseconds.
extension MembershipSet {
    package func evaluate() -> Membership { evaluate(assuming: nil) }

    /// The same in microseconds instead of milliseconds, if what the set has `gained` since it gave `old` has no effect;
    /// else nil. A revoked member can sign invitations for ever, and each costs every node this.
    package func evaluate(since old: Membership, gained: [VerifiedOperation]) -> Membership? {
        gained.allSatisfy { isVoid($0, under: old) } ? old.reaching(ever) : nil
    }

    /// Is this an invitation of a revoked member that no revocation's walk from its frontier comes by?
    private func isVoid(_ operation: VerifiedOperation, under membership: Membership) -> Bool {
        operation.kind == .invite && membership.isRevoked(operation.signer) && !named.contains(operation.id)
    }

    /// Who would lose membership with `key` if it were revoked now, `key` itself left out; ascending. `frontier` nil:
    /// at ``frontier(of:)``.
    package func fallsWith(_ key: NodeID, frontier: [Hash]? = nil) -> [NodeID] {
        let after = evaluate(assuming: (key, frontier ?? self.frontier(of: key)))
        return evaluate().members.subtracting(after.members).filter { $0 != key }.sorted()
    }

    /// The rule over this set and one revocation more.
    private func evaluate(assuming assumed: (subject: NodeID, frontier: [Hash])?) -> Membership {
        var log = OperationLog(self)
        for entry in entries where entry.kind == .revoke { log.revoke(entry.subject, frontier: entry.frontier) }
        if let assumed { log.revoke(assumed.subject, frontier: assumed.frontier) }
        let honoured = entries.indices.filter { entries[$0].kind == .invite && log.isHonoured($0) }
        let reach = reach(over: honoured.map { entries[$0] })
        return Membership(
            isOpen: origin == .everybody, ever: ever, revoked: Set(log.revocations.keys),
            admitted: roots.union(reach.depths.keys), honoured: Set(honoured.map { entries[$0].id }),
            depths: reach.depths, invitations: reach.invitations, revocations: firstRevocations(),
            messageLimits: messageLimits())
    }

    /// Breadth first from the roots. Of several invitations of one key, the one nearest to a root decides its depth
    /// and sponsor, and of equally near ones the least id.
    func reach(
        over honoured: [VerifiedOperation]
    ) -> (depths: [NodeID: Int], invitations: [NodeID: VerifiedOperation]) {
        let bySigner = Dictionary(grouping: honoured.indices) { honoured[$0].signer }
        var depths = [NodeID: Int](minimumCapacity: roots.count + honoured.count)
        for root in roots { depths[root] = 0 }
        var places = [NodeID: Int](minimumCapacity: honoured.count)
        var level = Array(roots)
        var depth = 0
        while !level.isEmpty {
            depth += 1
            var next: [NodeID] = []
            for place in level.flatMap({ bySigner[$0] ?? [] }) {
                let subject = honoured[place].subject
                if depths[subject] == nil {
                    (depths[subject], places[subject]) = (depth, place)
                    next.append(subject)
                } else if depths[subject] == depth, let other = places[subject], honoured[place].id < honoured[other].id
                {
                    places[subject] = place
                }
            }
            level = next
        }
        return (depths, places.mapValues { honoured[$0] })
    }

    /// Of each revoked key the revocation with the least id: the one shown, and the proof given.
    private func firstRevocations() -> [NodeID: VerifiedOperation] {
        var first: [NodeID: VerifiedOperation] = [:]
        for entry in entries where entry.kind == .revoke {
            if let known = first[entry.subject], known.id < entry.id { continue }
            first[entry.subject] = entry
        }
        return first
    }

    /// Of each revoked key the chains that all its revocations list, each with the least of their numbers.
    private func messageLimits() -> [NodeID: [ChainID: UInt64]] {
        var limits: [NodeID: [ChainID: UInt64]] = [:]
        for entry in entries where entry.kind == .revoke {
            var listed: [ChainID: UInt64] = [:]
            for position in entry.chains { listed[position.chain] = position.seq }
            guard let known = limits[entry.subject] else {
                limits[entry.subject] = listed
                continue
            }
            var common: [ChainID: UInt64] = [:]
            for (chain, seq) in known {
                if let other = listed[chain] { common[chain] = min(seq, other) }
            }
            limits[entry.subject] = common
        }
        return limits
    }
}

/// Each signer's operations as a forest over `prev`, and how many revocations honour each operation.
///
/// Positions instead of ids: a thief may sign thousands of revocations of himself at the head of a chain of
/// thousands, and each walks the chain again (2,048 of each: 4 million steps, tens of milliseconds).
private struct OperationLog {
    /// Of each revoked key, how many revocations name it.
    private(set) var revocations: [NodeID: Int] = [:]
    private let set: MembershipSet
    /// The position of `prev`, if it is held and has the same signer; else -1, and a walk ends.
    private let parents: [Int]
    /// How many revocations of its signer honour this operation.
    private var honours: [Int]
    /// The walk that last came by: no walk counts an operation twice.
    private var lastWalk: [Int]
    private var walks = 0

    init(_ set: MembershipSet) {
        self.set = set
        parents = set.entries.map { entry in
            guard let parent = set.positions[entry.prev], set.entries[parent].signer == entry.signer else { return -1 }
            return parent
        }
        honours = Array(repeating: 0, count: parents.count)
        lastWalk = honours
    }

    /// One more revocation of `subject`, which honours `subject`'s operations from `frontier` back along `prev`.
    mutating func revoke(_ subject: NodeID, frontier: [Hash]) {
        revocations[subject, default: 0] += 1
        walks += 1
        for id in frontier {
            guard var position = set.positions[id], set.entries[position].signer == subject else { continue }
            while position >= 0, lastWalk[position] != walks {
                lastWalk[position] = walks
                honours[position] += 1
                position = parents[position]
            }
        }
    }

    /// Is the operation's signer not revoked, or does every revocation of the signer honour this operation?
    func isHonoured(_ position: Int) -> Bool {
        honours[position] == revocations[set.entries[position].signer, default: 0]
    }
}
