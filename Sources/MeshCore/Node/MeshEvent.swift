/// What a node tells whoever listens.
public enum MeshEvent: Sendable, Equatable {
    /// A chat message was sent by this node, received, or repaired.
    case chatMessageReceived(ChatMessage)
    /// So many of those for whom this message of this node was meant have said that they hold it. Told of the newest
    /// message that somebody holds, and of each that all hold; all before it in its chain are with at least as many.
    case delivered(Hash, to: Int, of: Int)
    /// Messages from before are being fetched: so many are still to come. Told of a hundred or more, every second at
    /// most, and with 0 at the end.
    case catchingUp(missing: Int)
    /// Application bytes; `isDirect` when they were meant for this node alone.
    case broadcastReceived(from: NodeID, payload: [UInt8], isDirect: Bool)
    /// A member came into reach; `first` when never seen before.
    case nodeJoined(NodeID, nick: String?, first: Bool)
    /// A member went out of reach; it stays a member.
    case nodeLeft(NodeID, nick: String?, LeaveReason)
    case memberInvited(NodeID, nick: String?, by: NodeID)
    case memberRevoked(NodeID, nick: String?, by: NodeID)
    /// Lost its place because its sponsor was revoked; may be invited again.
    case memberFell(NodeID, nick: String?, by: NodeID)
    case nickChanged(NodeID, nick: String, was: String?)
    case linkUp(NodeID, nick: String?, Endpoint)
    case linkDown(NodeID, nick: String?, Endpoint, reason: String)
    /// This node was turned away, or turned a connection away for what it is.
    case rejected(Rejection)
    case stateChanged(NodeState, reason: String)
    /// A network on the local net would take this memberless node; `acceptOffer` joins it.
    case offered(Offer)
    /// A stranger was turned away. Bounded and untrusted: the key is proven, the nick is a claim.
    case knock(NodeID, nick: String?, Endpoint)
    case warning(code: String, reason: String)
    /// This subscriber was too slow and missed that many events.
    case lagged(Int)
}

public enum LeaveReason: String, Sendable, Equatable { case quit, unreachable }

public enum NodeState: String, Sendable, Equatable {
    /// No network yet, or no link yet.
    case joining
    case connected
    /// All links are lost; dialling.
    case recovering
    /// Dialling has failed `maxDiscoveryRetries` times; it goes on.
    case offline
}

public struct Rejection: Sendable, Equatable {
    public enum Reason: String, Sendable, Equatable {
        case notInvited, revoked, full, version, otherNetwork, tlsExpected, clearExpected, badIdentity
    }
    public var endpoint: Endpoint
    public var reason: Reason
    public var id: NodeID?
    /// For `revoked`: who signed the revocation.
    public var by: NodeID?

    package init(endpoint: Endpoint, reason: Reason, id: NodeID? = nil, by: NodeID? = nil) {
        (self.endpoint, self.reason, self.id, self.by) = (endpoint, reason, id, by)
    }
}

public struct Offer: Sendable, Equatable {
    /// The member who offers.
    public var from: NodeID
    public var nick: String?
    public var endpoint: Endpoint
    public var network: Hash
    public var name: String
    public var founder: NodeID
}

/// One chat message as people see it.
public struct ChatMessage: Sendable, Equatable {
    public var id: Hash
    /// Grows with arrival at this node, from 0.
    public var index: Int
    public var from: NodeID
    public var fromNick: String?
    /// The one recipient of a direct message; nil for the group.
    public var to: NodeID?
    public var toNick: String?
    public var text: [UInt8]
    /// When the author says it was written, in ms since 1970.
    public var at: UInt64
    public var receivedAt: UInt64
    /// The member who handed over a message that was sent before this node could open it.
    public var via: NodeID?
    public var isOwn: Bool
    /// Causal order: (lamport, from, seq).
    public var lamport: UInt64
    public var seq: UInt64
    /// So many messages of its author right before it are not here: repair asks for them. Only the history says so.
    public var missing: UInt64 = 0
    /// The text as UTF-8; damaged bytes become U+FFFD.
    public var string: String { String(decoding: text, as: UTF8.self) }
    public var isDirect: Bool { to != nil }

    package var order: CausalOrder { CausalOrder(lamport: lamport, from: from, seq: seq) }
}

/// An answer comes after what it answers, whatever the clocks say; equal on all nodes that hold the same messages.
package struct CausalOrder: Comparable, Sendable {
    package let lamport: UInt64
    package let from: NodeID
    package let seq: UInt64

    package static func < (left: CausalOrder, right: CausalOrder) -> Bool {
        (left.lamport, left.from, left.seq) < (right.lamport, right.from, right.seq)
    }
}

/// One line of the member list.
public struct MemberInfo: Sendable, Equatable {
    public enum State: String, Sendable, Equatable {
        case online, offline
        /// Admitted, never linked yet.
        case invited
        /// Fell with its sponsor.
        case void
        case revoked
    }
    public var id: NodeID
    public var nick: String?
    public var state: State
    public var isSelf: Bool
    public var invitedBy: NodeID?
    public var endpoint: Endpoint?
    /// False of those who were revoked, and of those who fell with them.
    public var isMember: Bool { state != .revoked && state != .void }
}

/// One open link.
public struct LinkStatus: Sendable, Equatable {
    public var id: NodeID
    public var nick: String?
    public var endpoint: Endpoint
    /// "TLSv1.3" or "off".
    public var tls: String
    /// Does this node push own messages over it at once (`eager`) or announce them (`lazy`)?
    public var isEager: Bool
    public var roundTrip: Duration?
    public var since: UInt64
    /// How strongly the peer's silence speaks for its death, by the phi accrual detector.
    public var phi: Double?
}

/// A node at a glance.
public struct NodeStatus: Sendable, Equatable {
    public var id: NodeID
    public var nick: String?
    public var network: Hash?
    public var networkName: String?
    public var state: NodeState
    public var members: Int
    public var online: Int
    public var links: Int
    public var isConverged: Bool
    public var stateHash: Hash
    public var messages: Int
    /// When the oldest private prekey that this node still has was made, ms since 1970. What was sealed to older ones
    /// opens for nobody any more. Nil without a network.
    public var keysSince: UInt64?
    /// Own messages that no peer has been handed yet.
    public var unpassed: Int
    /// Named counts of what was received, sent, refused; sorted by name.
    public var counters: [Counter]

    public struct Counter: Sendable, Equatable {
        public var name: String
        public var count: UInt64

        package init(name: String, count: UInt64) { (self.name, self.count) = (name, count) }
    }
}

/// The mesh as this node sees it.
public struct MeshGraph: Sendable, Equatable {
    public var nodes: [MemberInfo]
    /// Pairs in ascending order, sorted.
    public var edges: [Edge]

    public struct Edge: Hashable, Sendable, Comparable {
        public let low: NodeID
        public let high: NodeID

        package init(_ first: NodeID, _ second: NodeID) {
            (low, high) = first < second ? (first, second) : (second, first)
        }

        public static func < (left: Edge, right: Edge) -> Bool {
            left.low == right.low ? left.high < right.high : left.low < right.low
        }
    }
}
