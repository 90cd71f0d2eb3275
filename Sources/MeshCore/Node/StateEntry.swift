/// One entry of what survives a restart. The store keeps the bytes of ``encoded()`` and gives them back in order;
/// later entries replace earlier ones of the same subject.
package enum StateEntry: Sendable, Equatable {
    /// This profile's network: the genesis of a closed one, or the name of an open one.
    case genesis(Signed)
    case openNetwork(name: String)
    /// A verified membership operation.
    case operation(Operation)
    /// Where a member was last reached, or says it can be.
    case endpoint(NodeID, Endpoint)
    /// The key first seen at a seed peer's address (trust on first use).
    case seedKey(Endpoint, NodeID)
    /// The `life` of this run, which leads every record version; greater than all before.
    case life(UInt64)
    /// A nick chosen at run time.
    case nick(String)
    /// Members that have been linked once, so that `joined` says `first` once.
    case seen(NodeID)
    /// The last nick heard of a member, to show while it is away.
    case memberNick(NodeID, String)
    /// Everything before this entry is void: the network was forgotten.
    case forgotten
}
