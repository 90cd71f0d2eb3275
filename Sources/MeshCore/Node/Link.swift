/// A secured connection and what this node knows of it.
struct Link: Sendable {
    enum Phase: Sendable, Equatable {
        /// The peer speaks first.
        case awaitHello
        /// Our HELLO, with this hash, is out.
        case greeting(Hash)
        /// The peer has proven itself; what it taught us is on its way to the disk.
        case awaitStore
        case open
        /// Told to close; what still comes is ignored.
        case closing
    }

    let info: LinkInfo
    var phase: Phase
    /// Proven: by the certificate, or by a signed HELLO or WELCOME.
    var peer: NodeID?
    /// Of the HELLO that opened this link, whoever sent it.
    var helloHash = Hash.zero
    var features: Hello.Features = []
    /// The port the peer says it listens on, as an address.
    var dialable: Endpoint?
    /// Open links only.
    var detector: PhiAccrualDetector?
    var openedAt: Instant
    var suspectSince: Instant?
    // Heartbeats
    var lastBeatSent: UInt64 = 0
    var lastBeatAt: Instant?
    var roundTrip: Duration?
    // Gossip
    /// Both ends have the same operations: records and messages may flow.
    var isSynced = false
    var peerRoot: Hash?
    /// What the peer, whose end is open already, sent before this end was; in order, bounded.
    var early: [Message] = []
    /// A digest with detail is out and its delta not yet in.
    var exchangeUntil: Instant?
    var vectorSentAt: Instant?
    var peerVector: [VersionVector.Entry] = []
    /// How often the peer was asked for what it says it has, and did not answer.
    var silences = 0
    /// The reason of the peer's LEAVE.
    var leaveReason: LeaveNotice.Reason?
    var closeReason: CloseReason?
    /// The handshake succeeded once, so its end says nothing about the dial.
    var openedOnce = false
    /// The peer has sent gossip, so the link is open at both ends.
    var isEstablished = false
    /// When phi crosses the threshold if nothing arrives; kept here because finding it takes a search.
    var suspicionAt = Instant.distantFuture
    /// The peer's last digest, until both ends hold the same operations.
    var peerDetail: DigestDetail?
    var detailSentAt: Instant?
    /// Digests have not been equal since.
    var differsSince: Instant?

    /// To be called after each change of `detector`.
    mutating func rearmSuspicion(deviations: Double) {
        suspicionAt = detector?.suspicionTime(deviations: deviations) ?? .distantFuture
    }

    mutating func heardBeat(at now: Instant, deviations: Double) {
        detector?.heartbeat(at: now)
        rearmSuspicion(deviations: deviations)
    }

    /// `clock` counts this node's microseconds.
    mutating func receive(_ beat: Heartbeat, clock: UInt64, now: Instant, deviations: Double) {
        heardBeat(at: now, deviations: deviations)
        (lastBeatSent, lastBeatAt) = (beat.sent, now)
        guard beat.echo != 0, clock >= beat.echo, clock - beat.echo >= UInt64(beat.held) else { return }
        roundTrip = .microseconds(Int64(clamping: clock - beat.echo - UInt64(beat.held)))
    }

    /// When to act on this link if nothing arrives.
    var deadline: Instant {
        switch phase {
        case .awaitHello, .greeting, .awaitStore: info.since + NodeCore.handshakeTime
        case .open: suspectSince.map { $0 + NodeCore.suspectGrace } ?? suspicionAt
        case .closing: .distantFuture
        }
    }
}

/// Why a connection was dialled.
struct Dial: Sendable, Equatable {
    enum Purpose: Sendable, Equatable {
        case seed(Int)
        case member(NodeID)
        /// The source of a valid discovery reply.
        case local
        /// Somebody who knocked and was invited since.
        case invited(NodeID)
        /// Named by a REJECT of a peer this memberless node trusts.
        case contact(NodeID)
        /// On behalf of the peer of this link.
        case dialBack(LinkID)
    }

    let purpose: Purpose
    let endpoint: Endpoint
    let expected: NodeID?
    /// A REJECT has said what came of it.
    var isSettled = false
}

/// A stranger who was turned away.
struct Knock: Sendable {
    let endpoint: Endpoint
    let at: Instant
}

/// A network that would take this node.
struct PendingOffer: Sendable {
    let offer: Offer
    let at: Instant
}

/// A configured seed peer and how dialling it goes.
struct SeedState: Sendable {
    let peer: SeedPeer
    /// The key first seen there (trust on first use), while this node was memberless.
    var pinned: NodeID?
    var failures = 0
    var rejections = 0
    var firstRejectedAt: Instant?
    var nextAttempt: Instant
    var isDialling = false

    init(peer: SeedPeer, now: Instant) { (self.peer, nextAttempt) = (peer, now) }

    var expected: NodeID? { peer.key ?? pinned }
}

/// A signed request for messages that waits for its answer.
struct Request: Sendable {
    let provider: NodeID
    let prekey: Bytes32
    let sentAt: Instant
    /// What may come in answer.
    let want: SyncRequest.Want
    /// The neighbour that must let the answer through, when that is all there is to know.
    let probes: NodeID?
}

extension SyncRequest.Want {
    /// Is this message among those that `requester` asks for?
    func covers(_ id: Hash, _ header: ChatHeader, for requester: NodeID) -> Bool {
        switch self {
        case .ranges(let ranges): header.to == nil && ranges.contains { $0.holds(ChainPlace(header)) }
        case .ids(let ids): ids.contains(id)
        case .direct: header.to == requester
        }
    }
}

/// What a vector says, until one more message is stored or the membership changes.
struct CachedVector: Sendable {
    /// Messages stored when it was made.
    let arrivals: Int
    let root: Hash
    let chains: [VersionVector.Entry]
}

/// A message this node must ask for again.
struct Missed: Sendable {
    let author: NodeID
    /// Of a direct message, its place: nobody but its author need send it again.
    let direct: ChainRange?
    var attempts = 0
    var nextTry: Instant
}

/// The node's own beats.
struct Timers: Sendable {
    var heartbeat = Instant.distantFuture
    var gossip = Instant.distantFuture
    var repair = Instant.distantFuture
    var prekeys = Instant.distantFuture
    /// The next message to ask for again.
    var missed = Instant.distantFuture
    /// Questions through neighbours are due to be answered.
    var probes = Instant.distantFuture
    /// Old messages are forgotten.
    var retention = Instant.distantFuture
    /// Records wait to be passed on together.
    var records = Instant.distantFuture
    /// Acknowledgements wait to be published together.
    var acks = Instant.distantFuture
    /// Who has this node's messages is told of.
    var delivered = Instant.distantFuture

    var next: Instant {
        let frequent = min(min(heartbeat, gossip), min(records, probes))
        let rare = min(min(repair, retention), min(prekeys, missed))
        return min(min(frequent, rare), min(acks, delivered))
    }
}

/// LAN discovery.
struct DiscoveryState: Sendable {
    var nextRequest = Instant.distantFuture
    var nonce: [UInt8] = []
    var requestsSent = 0
    /// When an address was dialled last because of a reply.
    var tried = BoundedMap<Endpoint, Instant>(capacity: 256)
    var answers = RateLimit(burst: 10, perSecond: 10)
}
