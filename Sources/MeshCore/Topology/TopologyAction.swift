/// What the topology rules want done, in this order.
package enum TopologyAction: Sendable, Equatable {
    /// A member has come into, or gone out of, my component: it is reachable, or no longer.
    case becameReachable(NodeID)
    case becameUnreachable(NodeID)
    /// Connect to this member. It counts as under way from now on; answer with `linkOpened`, `dialFailed`,
    /// `dialRejected` or `dialGivenUp`.
    case dial(NodeID)
    /// This spare link may go (rule 4.3): ask its other end. Answer with `linkClosed` or `drainRefused`.
    case askDrain(NodeID)
    /// Ask this neighbour whether it can dial us (rule 4.7). Answer with `dialBackAnswered`.
    case askDialBack(NodeID)
    /// Sign this and spread it: my links have changed.
    case publish(LinksValue)
}
