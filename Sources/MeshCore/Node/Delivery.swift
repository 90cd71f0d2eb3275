/// How far one message of this node has come.
public struct Delivery: Sendable, Equatable {
    public enum State: String, Sendable, Equatable {
        /// No peer has been handed it yet.
        case queued
        /// A peer has it; nobody for whom it is meant has said so yet.
        case passed
        /// At least one of them has said to hold it.
        case delivered
    }

    public let id: Hash
    public let state: State
    /// Who has said to hold it, ascending.
    public let holders: [NodeID]
    /// Who has not, ascending: the other members of the time when it was written, who still are; for a direct message
    /// its recipient.
    public let behind: [NodeID]

    public var count: Int { holders.count }
    public var audience: Int { holders.count + behind.count }

    package init(id: Hash, isQueued: Bool, holders: [NodeID], behind: [NodeID]) {
        (self.id, self.holders, self.behind) = (id, holders, behind)
        state = !holders.isEmpty ? .delivered : isQueued ? .queued : .passed
    }
}

/// What was told of the deliveries of this node's own group chain, so that nothing is told twice.
struct ToldDeliveries: Sendable {
    var chain: ChainID?
    /// All before this number were told of as held by all, or will not be told of.
    var complete: UInt64 = 0
    /// The newest message that somebody holds, and by how many.
    var newest: (seq: UInt64, count: Int)?
}
