public import MeshCore
package import MeshTransport

extension MeshNode {
    public func setNick(_ nick: String) async throws { try await order(.setNick(nick)) }

    // MARK: Chat

    /// To the whole group. Returns the message's id once this node has stored it.
    @discardableResult
    public func sendChat(_ text: [UInt8]) async throws -> Hash { try await sent(.send(text: text)) }

    /// To one member, who alone can read it. Returns the message's id once this node has stored it.
    @discardableResult
    public func sendDirectChat(to peer: NodeID, _ text: [UInt8]) async throws -> Hash {
        try await sent(.sendDirect(to: peer, text: text))
    }

    /// The first messages by arrival with `index >= since`, in causal order; with a message store those on disk too.
    /// At most `limit`, and at most 10,000: the rest begins after the greatest index.
    public func chatHistory(since: Int = 0, limit: Int = .max) async throws -> [ChatMessage] {
        try await ask(future: { $0.history(since: since, limit: limit) })
    }

    /// The newest messages by arrival, in causal order; at most 10,000.
    public func chatHistory(newest count: Int) async throws -> [ChatMessage] {
        try await ask(future: { $0.history(newest: count) })
    }

    /// How far one of this node's own messages has come, and who has said to hold it; nil when it is not this node's, or
    /// no longer in memory.
    public func delivery(of id: Hash) async throws -> Delivery? { try await deliveries(of: [id]).first }

    /// The same of several messages, in their order.
    public func deliveries(of ids: [Hash]) async throws -> [Delivery] { try await ask { $0.core.deliveries(of: ids) } }

    /// Erases all messages that this node holds, and their keys, in memory and on disk. They do not come back.
    public func clearHistory() async throws { try await order(.clearHistory) }

    // MARK: Members

    /// False when the key is a member already.
    @discardableResult
    public func invite(_ key: NodeID) async throws -> Bool { try await order(.invite(key)) != .already }

    /// False when the key is revoked already.
    @discardableResult
    public func revoke(_ key: NodeID, frontier: [Hash]? = nil) async throws -> Bool {
        try await order(.revoke(key, frontier: frontier)) != .already
    }

    /// Who would fall with `key` if it were revoked with this frontier (nil: at its newest operations).
    public func whoFalls(with key: NodeID, frontier: [Hash]? = nil) async throws -> [NodeID] {
        try await ask { $0.core.whoFalls(with: key, frontier: frontier) }
    }

    public func members() async throws -> [MemberInfo] { try await ask { $0.core.members } }
    /// The peers at the other end of open links.
    public func connections() async throws -> [NodeID] { try await ask { $0.core.linkStatuses.map(\.id) } }
    public func links() async throws -> [LinkStatus] { try await ask { $0.core.linkStatuses } }
    public func graph() async throws -> MeshGraph { try await ask { $0.core.graph } }
    public func status() async throws -> NodeStatus { try await ask { $0.status } }
    /// 60 digits in 12 groups of 5, equal at both ends.
    public func safetyNumber(with key: NodeID) async throws -> String {
        try await ask { $0.core.safetyNumber(with: key) }
    }

    // MARK: Networks

    /// Founds a closed network; nil: with the name of the configuration.
    public func foundNetwork(name: String? = nil) async throws {
        let configured = try await ask { $0.core.configuration.networkName }
        try await order(.foundNetwork(name: name ?? configured))
    }

    public func refoundNetwork() async throws { try await order(.refoundNetwork) }
    public func forgetNetwork() async throws { try await order(.forgetNetwork) }
    public func acceptOffer(from member: NodeID) async throws { try await order(.acceptOffer(from: member)) }

    // MARK: Application bytes: signed, not sealed end to end

    public func broadcast(_ payload: [UInt8]) async throws { try await order(.broadcast(payload)) }
    public func send(to peer: NodeID, _ payload: [UInt8]) async throws {
        try await order(.unicast(to: peer, payload))
    }

    // MARK: Faults, for tests of whole meshes

    /// How the links misbehave; nil unless the configuration enables it.
    package func faults() async throws -> FaultTable? { try await ask { $0.faults } }

    /// False when the configuration does not enable it: then nothing happens.
    package func setFaults(_ table: FaultTable) async throws -> Bool { try await ask { $0.setFaults(table) } }

    private func sent(_ command: Command) async throws -> Hash {
        guard case .sent(let id) = try await order(command) else {
            throw MeshError(.internal, "the node answered without a message id")
        }
        return id
    }
}
