public import Logging
public import MeshCore
public import MeshCrypto
package import MeshTransport

/// How a node is set up: the fields of the original's table, with its defaults, and what we add.
public struct MeshConfig: Sendable {
    /// TCP address and port for peer connections; port 0 takes any free one.
    public var bindAddress = Endpoint(host: "0.0.0.0", port: 9000)
    /// UDP port for discovery by broadcast on the local net.
    public var discoveryPort: UInt16 = 9999
    /// Minimum and maximum of connections; one more while repairing.
    public var minDegree = 2
    public var maxDegree = 3
    /// The identity; nil makes a throw-away one.
    public var keypairSeed: IdentitySeed?
    /// Closed network: only invited keys are admitted. False: an open network, for wires where strangers cannot
    /// connect, since anybody can join and revoke.
    public var requireInvitation = false
    /// How often digests go to the direct peers.
    public var gossipInterval: Duration = .seconds(1)
    /// How often a heartbeat goes over each link.
    public var heartbeatInterval: Duration = .milliseconds(500)
    /// Phi accrual threshold above which a peer is suspected.
    public var phiThreshold = 8.0
    /// How often the topology rules run when nothing changes.
    public var rebalanceInterval: Duration = .seconds(5)
    /// How long an announced message may be missing before it is asked for.
    public var ihaveTimeout: Duration = .milliseconds(500)
    /// After so many failed dials in a row the state says `offline`; dialling goes on.
    public var maxDiscoveryRetries = 10
    /// First pause after a failed dial; doubles to 60 s.
    public var recoveryBaseDelay: Duration = .milliseconds(500)
    /// Outbound TCP connect timeout.
    public var connectTimeout: Duration = .seconds(5)

    /// Peers to dial first and for ever: `[KEY@]host:port`. Names are resolved anew at each attempt.
    public var seedPeers: [SeedPeer] = []
    /// The nick others see; can be changed while running.
    public var nick: String?
    /// The name of an open network, or of a closed one that this node founds.
    public var networkName = "default"
    /// Look for members on the local net.
    public var discovers = true
    /// TLS 1.3 on every link. Off is for tunnels, must be off at both ends, and is never negotiated.
    public var tls = true
    /// Where others can dial this node, best first; empty: the addresses of this machine.
    public var advertise: [Endpoint] = []
    /// What newcomers may read of what was said before.
    public var historyForNew = HistoryPolicy.all
    /// Keeps network, members and addresses across restarts; nil: in memory only.
    public var store: (any StateStore)?
    /// Messages are erased here so long after they came; nil: never for their age.
    public var keepMessages: Duration?
    /// So many messages are kept on disk at most; nil: as many as there is room for.
    public var storedMessages: Int?
    /// Keeps messages and prekeys across restarts; nil: in memory only.
    package var messageStore: (any DurableStore)?
    /// Why there is none although one was wanted; it becomes a warning.
    package var historyProblem: String?
    /// For test clusters: how this node's links misbehave, from the start on. Nil: they never do, whoever asks for it.
    package var faults: FaultTable?
    public var logger = Logger(label: "mesh") { _ in SwiftLogNoOpLogHandler() }

    public init() {}
}

/// Where a node keeps what must survive a restart. Entries are opaque; the node writes and reads them.
///
/// Called from one background thread at a time, never from the node's event loop.
public protocol StateStore: Sendable {
    /// All entries in the order they were appended.
    func load() throws -> [[UInt8]]
    /// Returns after the entries are on disk (fsync), all of them.
    func append(_ entries: [[UInt8]]) throws
}
