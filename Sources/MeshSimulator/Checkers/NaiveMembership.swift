import MeshCore

/// The rule of membership once more, written down as the five lines of set algebra that it is, without thought for
/// speed and without a line of what it checks.
struct NaiveMembership {
    private(set) var revoked: Set<NodeID> = []
    private(set) var members: Set<NodeID> = []

    init(genesis: Genesis, operations: some Sequence<Operation>, network: Hash, with cryptography: any Cryptography) {
        var invites: [Hash: Invite] = [:]
        var revokes: [Hash: Revoke] = [:]
        for operation in operations {
            let id = operation.id(in: network, with: cryptography)
            switch operation {
            case .invite(let signed): invites[id] = try? Invite(body: signed.body)
            case .revoke(let signed): revokes[id] = try? Revoke(body: signed.body)
            }
        }
        let roots = Set(genesis.roster + [genesis.signer])

        func reached(over invites: some Sequence<Invite>) -> Set<NodeID> {
            var keys = roots
            while true {
                let more = keys.union(invites.filter { keys.contains($0.signer) }.map(\.subject))
                if more == keys { return keys }
                keys = more
            }
        }
        func past(of key: NodeID, from heads: [Hash]) -> Set<Hash> {
            var ids: Set<Hash> = []
            var next = heads
            while let id = next.popLast() {
                let (signer, prev) = (
                    invites[id]?.signer ?? revokes[id]?.signer, invites[id]?.prev ?? revokes[id]?.prev
                )
                if signer == key, let prev, ids.insert(id).inserted { next.append(prev) }
            }
            return ids
        }

        let ever = reached(over: invites.values)
        let counting = revokes.values.filter { ever.contains($0.signer) }
        let revoked = Set(counting.map(\.subject))
        let kept = Dictionary(grouping: counting, by: \.subject).mapValues { revocations in
            revocations.map { past(of: $0.subject, from: $0.frontier) }.reduce(nil as Set<Hash>?) {
                $0?.intersection($1) ?? $1
            } ?? []
        }
        let honoured = invites.filter { kept[$0.value.signer]?.contains($0.key) ?? true }
        (self.revoked, members) = (revoked, reached(over: honoured.values).subtracting(revoked))
    }
}

extension World {
    /// The members by all operations that those who take part have on disk.
    var expectedMembership: NaiveMembership? {
        var operations: Set<Operation> = []
        var genesis: Signed?
        for node in peersInAgreement {
            for entry in node.store {
                if case .operation(let operation) = entry { operations.insert(operation) }
                if case .genesis(let signed) = entry { genesis = signed }
            }
        }
        guard let genesis, let content = try? Genesis(body: genesis.body) else { return nil }
        let cryptography = nodes[0].cryptography
        return NaiveMembership(
            genesis: content, operations: operations,
            network: Genesis.networkID(ofBody: genesis.body, with: cryptography), with: cryptography)
    }
}
