public import MeshCore
public import MeshCrypto

public typealias NodeID = MeshCore.NodeID

/// A running node of the mesh.
public final class MeshNode: Sendable {
    /// Opens the sockets and starts the node.
    ///
    /// - Throws: ``MeshError`` when the port is taken, the store cannot be read, or the configuration makes no sense.
    public static func start(_ config: MeshConfig) async throws -> MeshNode { fatalError("not yet") }

    /// This node's identity.
    public var publicKey: NodeID { fatalError("not yet") }
    /// What the TCP listener is bound to, with the real port.
    public var listening: Endpoint { fatalError("not yet") }
    /// `KEY@host:port`: the line to hand to a friend.
    public var contact: String { fatalError("not yet") }

    public func setNick(_ nick: String) async throws { fatalError("not yet") }

    // Chat. All return the message id once this node has stored the message.
    public func sendChat(_ text: [UInt8]) async throws -> Hash { fatalError("not yet") }
    public func sendDirectChat(to peer: NodeID, _ text: [UInt8]) async throws -> Hash { fatalError("not yet") }
    /// Messages with `index >= since` in causal order.
    public func chatHistory(since: Int = 0, limit: Int = .max) async throws -> [ChatMessage] { fatalError("not yet") }
    public func clearHistory() async throws { fatalError("not yet") }

    // Members
    /// False when the key is a member already.
    @discardableResult
    public func invite(_ key: NodeID) async throws -> Bool { fatalError("not yet") }
    /// False when the key is revoked already.
    @discardableResult
    public func revoke(_ key: NodeID, frontier: [Hash]? = nil) async throws -> Bool { fatalError("not yet") }
    /// Who would fall with `key` if it were revoked with this frontier (nil: at its newest operations).
    public func whoFalls(with key: NodeID, frontier: [Hash]? = nil) async throws -> [NodeID] { fatalError("not yet") }
    public func members() async throws -> [MemberInfo] { fatalError("not yet") }
    /// The peers at the other end of open links.
    public func connections() async throws -> [NodeID] { fatalError("not yet") }
    public func links() async throws -> [LinkStatus] { fatalError("not yet") }
    public func graph() async throws -> MeshGraph { fatalError("not yet") }
    public func status() async throws -> NodeStatus { fatalError("not yet") }
    /// 60 digits in 12 groups of 5, equal at both ends.
    public func safetyNumber(with key: NodeID) async throws -> String { fatalError("not yet") }

    // Networks
    public func foundNetwork(name: String? = nil) async throws { fatalError("not yet") }
    public func refoundNetwork() async throws { fatalError("not yet") }
    public func forgetNetwork() async throws { fatalError("not yet") }
    public func acceptOffer(from member: NodeID) async throws { fatalError("not yet") }

    // Application bytes: signed, not sealed end to end.
    public func broadcast(_ payload: [UInt8]) async throws { fatalError("not yet") }
    public func send(to peer: NodeID, _ payload: [UInt8]) async throws { fatalError("not yet") }

    /// Everything that happens from now on. A subscriber that falls more than `buffer` events behind loses the
    /// oldest and gets one `lagged` event in their place; it never slows the node.
    public func events(buffer: Int = 4_096) -> AsyncStream<MeshEvent> { fatalError("not yet") }

    /// Returns as soon as the condition holds; checked after everything that happens, not by polling.
    ///
    /// - Throws: ``MeshError`` with code `timeout`.
    public func wait(for condition: MeshCondition, timeout: Duration? = nil) async throws { fatalError("not yet") }

    /// Says goodbye to the peers, who show this node offline at once, and closes everything.
    public func shutdown() async { fatalError("not yet") }
}

/// What `wait` waits for; all that is set must hold at once.
public struct MeshCondition: Sendable, Equatable {
    /// At least so many members, members in reach, links, messages in the history.
    public var members: Int?
    public var online: Int?
    public var links: Int?
    public var messages: Int?
    /// Every direct peer's last digest equals ours.
    public var isConverged: Bool?
    public var stateHash: Hash?

    public init() {}
}

/// What went wrong, as a code for programs and a sentence for people.
public struct MeshError: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        case badArgument, unknownMember, notAMember, revoked, tooLong, timeout, io, portInUse, stopped, limit,
            `internal`
    }
    public let code: Code
    public let reason: String
    public var description: String { reason }

    public init(_ code: Code, _ reason: String) { (self.code, self.reason) = (code, reason) }
}
