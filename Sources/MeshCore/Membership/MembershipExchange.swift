/// Reconciling the set with a peer's: as a set, not as versions of a record, because a version number would hide a
/// fork and two nodes would never agree.
extension MembershipSet {
    /// Per signer how many operations are held and SHA-256 over their sorted ids; ascending by signer. Equal
    /// summaries mean equal sets. Of more signers than a digest may name, which takes hours of flooding, the least
    /// keys: all nodes leave out the same, so the digest stays one that they can read.
    package func summaries(with cryptography: any Cryptography) -> [DigestDetail.Signer] {
        signers.prefix(WireLimits.members).map { signer in
            if let known = knownSummaries[signer] { return known }
            let ids = idsBySigner[signer] ?? []
            var writer = WireWriter()
            for id in ids { writer.write(id) }
            return DigestDetail.Signer(
                signer: signer, count: UInt32(clamping: ids.count), hash: cryptography.hash(writer.bytes))
        }
    }

    /// Everybody of whom operations are held, ascending.
    package var signers: [NodeID] { idsBySigner.keys.sorted() }

    var signerCount: Int { idsBySigner.count }

    /// The ids held of one signer's operations, ascending.
    package func ids(of signer: NodeID) -> [Hash] { idsBySigner[signer] ?? [] }

    /// What a peer lacks that holds `ids` (ascending) of this signer's operations; see ``inOrder(_:)``. A list as long
    /// as a list may be says nothing about the ids beyond its last.
    package func operations(of signer: NodeID, missingFrom ids: [Hash]) -> [VerifiedOperation] {
        let held = Set(ids)
        let end = ids.count < WireLimits.operationIDs ? nil : ids.last
        return inOrder(self.ids(of: signer).filter { id in !held.contains(id) && end.map { id < $0 } ?? true })
    }

    /// All operations, each after those it builds on and after an invitation of its signer: what a new member is
    /// sent, so that hardly anything has to wait there.
    package var operations: [VerifiedOperation] {
        let invitations = reach(over: entries.filter { $0.kind == .invite }).invitations
        return inOrder(signers.flatMap(ids(of:)), admittedBy: invitations)
    }

    /// The operations with these ids, so that `prev` and `frontier` of each precede it where they are among them.
    /// The same ids give the same order on every node.
    package func inOrder(_ ids: [Hash]) -> [VerifiedOperation] { inOrder(ids, admittedBy: [:]) }

    /// Depth first with a work list. Should forgers build a circle, it is cut somewhere: order is a courtesy.
    private func inOrder(
        _ ids: [Hash], admittedBy invitations: [NodeID: VerifiedOperation]
    ) -> [VerifiedOperation] {
        var waiting = Set(ids)
        var ordered: [VerifiedOperation] = []
        var work: [(operation: VerifiedOperation, isReady: Bool)] = []
        for id in ids.sorted() {
            if let first = self[id] { work.append((first, false)) }
            while let (operation, isReady) = work.popLast() {
                if isReady {
                    ordered.append(operation)
                } else if waiting.remove(operation.id) != nil {
                    work.append((operation, true))
                    let bases = [operation.prev] + operation.frontier + [invitations[operation.signer]?.id ?? .zero]
                    work += bases.filter(waiting.contains).compactMap { self[$0] }.map { ($0, false) }
                }
            }
        }
        return ordered
    }
}

extension Membership {
    /// The invitations that prove to a newcomer that all of these keys are members: a shortest path to each, no more,
    /// each invitation after that of its signer. Nil if one of them is not a member, or if the paths are longer than
    /// a WELCOME may carry.
    package func admissionProof(for keys: [NodeID]) -> [VerifiedOperation]? {
        var proof: [VerifiedOperation] = []
        var seen: Set<Hash> = []
        for key in keys {
            guard isMember(key), let path = path(to: key) else { return nil }
            proof += path.filter { seen.insert($0.id).inserted }
        }
        return proof.count <= WireLimits.admissionOperations ? proof : nil
    }
}
