import OrderedCollections

/// The set of membership operations of one network: it only grows, and its order means nothing.
///
/// Operations enter already verified, in any order and any number of times. The members are a pure function of the
/// set, see ``evaluate()``; so two nodes that hold the same operations admit the same keys, whatever happened on the
/// way. Only operations whose signer was ever admitted can have an effect; others wait, bounded, until an
/// invitation reaches their signer.
package struct MembershipSet: Sendable {
    /// Where membership starts.
    package enum Origin: Sendable, Equatable {
        /// A closed network: founder and roster, and whom they invite.
        case genesis(Genesis)
        /// An open network: every acceptable key is a member, until anybody revokes it.
        case everybody
    }

    package let network: Hash
    package let origin: Origin
    /// First members of a closed network: the founder, and the roster of a re-founded one.
    package let roots: Set<NodeID>
    /// Everybody an invitation ever reached, in this set or a smaller one. Empty in an open network.
    package private(set) var ever: Set<NodeID>
    /// Every operation that counts, in order of arrival: nothing that leaves this type depends on that order.
    private(set) var entries: [VerifiedOperation] = []
    /// Where in `entries` each id stands.
    private(set) var positions: [Hash: Int] = [:]
    /// Ids of each signer's operations, ascending.
    private(set) var idsBySigner: [NodeID: [Hash]] = [:]
    /// Every id that an operation names: as the one before it, or in a frontier.
    private(set) var named: Set<Hash> = []
    /// What the digest says of each signer, where it was computed and holds.
    private(set) var knownSummaries: [NodeID: DigestDetail.Signer] = [:]
    /// The same of all, until there is a new operation.
    private var allSummaries: [DigestDetail.Signer]?
    private var pending: OrderedDictionary<Hash, VerifiedOperation> = [:]
    private let pendingLimit: Int

    /// `network` is the hash of the genesis body, or of an open network's name.
    package init(origin: Origin, network: Hash, pendingLimit: Int = Limits().pendingOperations) {
        (self.network, self.origin, self.pendingLimit) = (network, origin, pendingLimit)
        roots =
            switch origin {
            case .genesis(let genesis): Set(genesis.roster + [genesis.signer])
            case .everybody: []
            }
        ever = roots
    }

    /// A closed network from its first record. Refuses a bad signature and a founder or roster key that is not
    /// acceptable.
    package init(
        genesis signed: Signed, pendingLimit: Int = Limits().pendingOperations, with cryptography: any Cryptography
    ) throws(VerificationError) {
        let genesis = try Genesis.verified(signed, in: .zero, with: cryptography)
        for key in genesis.roster where !cryptography.isAcceptable(key) { throw .unacceptableKey(key) }
        let network = Genesis.networkID(ofBody: signed.body, with: cryptography)
        self.init(origin: .genesis(genesis), network: network, pendingLimit: pendingLimit)
    }

    /// Adds an operation and returns what the set gained: the operation itself and those that had waited for it, or
    /// nothing if it is known, has no effect in an open network, or has to wait for its signer's invitation. Beyond
    /// the limit the oldest waiting one is dropped; the next digest offers it again.
    @discardableResult
    package mutating func insert(_ operation: VerifiedOperation) -> [VerifiedOperation] {
        guard positions[operation.id] == nil else { return [] }
        guard wasEverAdmitted(operation.signer) else {
            pending[operation.id] = operation
            if pending.count > pendingLimit { pending.removeFirst() }
            return []
        }
        if origin == .everybody, operation.kind == .invite { return [] }
        var gained: [VerifiedOperation] = []
        var work = [operation]
        while let next = work.popLast() {
            pending[next.id] = nil
            add(next)
            gained.append(next)
            if next.kind == .invite, ever.insert(next.subject).inserted {
                work += pending.values.filter { $0.signer == next.subject }
            }
        }
        return gained
    }

    private mutating func add(_ operation: VerifiedOperation) {
        positions[operation.id] = entries.count
        entries.append(operation)
        named.insert(operation.prev)
        named.formUnion(operation.frontier)
        var ids = idsBySigner[operation.signer, default: []]
        idsBySigner[operation.signer] = nil  // so that the array below is not shared and grows in place
        ids.insert(operation.id, at: ids.partitioningIndex { $0 > operation.id })
        idsBySigner[operation.signer] = ids
        knownSummaries[operation.signer] = nil
        allSummaries = nil
    }

    /// ``summaries(with:)``, remembered: only signers of new operations are hashed anew.
    mutating func rememberedSummaries(with cryptography: any Cryptography) -> [DigestDetail.Signer] {
        if let allSummaries { return allSummaries }
        let summaries = summaries(with: cryptography)
        for summary in summaries { knownSummaries[summary.signer] = summary }
        allSummaries = summaries
        return summaries
    }

    // MARK: Queries

    /// How many operations count.
    package var count: Int { entries.count }
    /// How many operations wait for an invitation of their signer.
    package var pendingCount: Int { pending.count }

    package func contains(_ id: Hash) -> Bool { positions[id] != nil }
    package subscript(id: Hash) -> VerifiedOperation? { positions[id].map { entries[$0] } }
    /// Counts or waits here: need not be verified again.
    package func isKnown(_ id: Hash) -> Bool { positions[id] != nil || pending[id] != nil }

    /// May this key's revocations count? True of everybody in an open network.
    package func wasEverAdmitted(_ key: NodeID) -> Bool { origin == .everybody || ever.contains(key) }
}
