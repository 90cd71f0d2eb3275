/// What the holder of a node can ask of it. Queries are not commands: they read the core's state.
package enum Command: Sendable, Equatable {
    /// A message to the whole group.
    case send(text: [UInt8])
    case sendDirect(to: NodeID, text: [UInt8])
    /// Application bytes to everybody: signed, not sealed end to end.
    case broadcast([UInt8])
    /// Application bytes to one member: signed, not sealed end to end; relayed when there is no link.
    case unicast(to: NodeID, [UInt8])
    case invite(NodeID)
    /// `frontier` nil: all of the member's operations that this node holds without a gap stay honoured.
    case revoke(NodeID, frontier: [Hash]?)
    /// Found a closed network with this node as its first member.
    case foundNetwork(name: String)
    /// Found a network again with the members as this node sees them.
    case refoundNetwork
    /// Leave the network for good and become memberless.
    case forgetNetwork
    /// Join the network that this member offered.
    case acceptOffer(from: NodeID)
    case setNick(String)
    /// Erase all messages of this node, their keys included, in memory and on disk. They count as had.
    case clearHistory
    /// Say goodbye to the peers and stop.
    case quit
}

package enum Answer: Sendable, Equatable {
    case done
    case sent(Hash)
    /// An invitation of somebody who is a member already, a revocation of somebody revoked.
    case already
    case refused(CommandError)
}

/// Why a command was refused; each has one code of the machine interface.
public enum CommandError: Error, Sendable, Equatable {
    case notAMember
    case unknownMember
    case revokedKey
    case weakKey
    case ownKey
    case textTooLong(limit: Int)
    case invalidText
    case invalidNick(String)
    case noOffer
    case alreadyInNetwork
    case openNetwork
    case limit(String)
    case unreachable
    case storage(String)
    case stopping
}
