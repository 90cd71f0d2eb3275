/// The settings of a node that the protocol itself depends on. The library's `MeshConfig` fills it in; a simulator
/// may raise the limits.
package struct NodeConfiguration: Sendable, Equatable {
    /// A node keeps at least this many links where the mesh allows it.
    package var minDegree = 2
    /// ... and at most this many, one more while it repairs.
    package var maxDegree = 3
    /// Closed network: only invited keys are admitted.
    package var requireInvitation = false
    /// The name of the open network, or of one that this node founds.
    package var networkName = "default"
    /// Dialled first, and for ever.
    package var seedPeers: [SeedPeer] = []
    package var nick: String?
    /// Look for members on the local net by UDP.
    package var discovers = true
    /// This node speaks TLS on its links.
    package var usesTLS = true

    /// How often digests go to the direct peers.
    package var gossipInterval: Duration = .seconds(1)
    /// How often a heartbeat goes over each link.
    package var heartbeatInterval: Duration = .milliseconds(500)
    /// A direct peer is suspected above this phi.
    package var phiThreshold = 8.0
    /// The backstop of the topology rules, which otherwise run on change.
    package var rebalanceInterval: Duration = .seconds(5)
    /// How long an announced message may be missing before it is asked for.
    package var ihaveTimeout: Duration = .milliseconds(500)
    /// After this many failed dials in a row the state says `offline`; dialling goes on.
    package var maxDiscoveryRetries = 10
    /// First pause after a failed dial; doubles to 60 s.
    package var recoveryBaseDelay: Duration = .milliseconds(500)
    /// How long a TCP connection may take to come up; also the round of the repair rules.
    package var connectTimeout: Duration = .seconds(5)

    package var historyForNew = HistoryPolicy.all
    /// Messages are forgotten this long after they were stored; nil: never for their age.
    package var keepMessages: Duration?
    /// How many messages the disk holds at most.
    package var storedMessages: Int?
    /// A store on disk keeps messages and prekeys.
    package var isDurable = false
    /// Why that cannot be although it was wanted; people are told at the start.
    package var historyProblem: String?
    package var limits = Limits()

    package init() {}
}

/// What newcomers may be handed of the messages sent before they were invited.
public enum HistoryPolicy: String, Sendable, Equatable { case none, sinceJoin = "since_join", all }

/// Every collection that a peer can make grow has its bound here.
package struct Limits: Sendable, Equatable {
    /// Beyond this many members this node signs no more invitations.
    package var members = 256
    package var inviteDepth = 64
    package var invitesPerSponsor = 16
    /// Membership operations taken at full speed; afterwards one a second.
    package var operations = 4_096
    /// Operations whose signer is not (yet) known to be a member.
    package var pendingOperations = 1_024
    package var recordsPerOwner = 256
    package var recordValue = 4 * 1_024
    /// Bytes of text in one message: what fits the largest bucket of 64 KiB beside 4 bytes of length and 20 of
    /// content header.
    package var messageText = 64 * 1_024 - 24
    /// Messages held in memory; the oldest go first.
    package var history = 10_000
    /// Ids remembered to tell duplicates from news.
    package var seenIDs = 100_000
    /// Sealed direct messages kept for absent members, per author, in bytes.
    package var directPerAuthor = 4 * 1_024 * 1_024
    package var authorsWithTrees = 1_024
    /// Messages announced but not yet received.
    package var missing = 5_000
    /// Open HPKE contexts of other senders: in all, and per sender.
    package var receiverContexts = 4_096
    package var receiverContextsPerSender = 256
    package var knocks = 64
    package var offers = 16

    package init() {}
}
