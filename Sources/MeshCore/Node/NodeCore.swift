/// The whole protocol of one node as a deterministic state machine with one door.
///
/// Everything that happens to a node comes in through ``handle(_:now:into:)``, everything it wants done goes out as
/// effects. The machines inside (membership, records, topology, Plumtree, chat) know nothing of each other; this type
/// carries what one says to the next. Its extensions are the chapters: handshake, gossip, membership, broadcast,
/// repair, dialling, discovery, commands, queries.
package struct NodeCore: Sendable {
    // What every input asks about stands together: among a thousand nodes each line of memory comes from afar.
    var now: Instant
    var hasStarted = false
    var isStopping = false
    /// When the core wants to be woken, as of the last input.
    package private(set) var nextDeadline: Instant?
    /// Those that are not a machine's own.
    var timers = Timers()
    var links = LinkTable()
    var outbox: [Effect] = []

    package let configuration: NodeConfiguration
    package let id: NodeID
    let cryptography: any Cryptography
    /// How many standard deviations of silence make a peer suspect.
    let suspicionDeviations: Double
    /// For jitter and sampling; never for a key.
    var generator: SeededGenerator

    // The network; without one all of this is empty.
    var network: Network?
    var operations: MembershipSet
    var membership: Membership
    var records: RecordStore
    var chat: ChatMachine
    var plumtree: PlumtreeMachine
    var topology: TopologyMachine
    /// The topology does not have the newest roster yet; see ``settleRoster()``.
    var isRosterStale = false
    /// Since when this node has counted a key as a member, ms since 1970; decides what `history_for_new` hands over.
    var memberSince: [NodeID: UInt64] = [:]
    /// Payloads that a GRAFT may ask for.
    var payloads = BoundedMap<Hash, BroadcastItem>(capacity: Self.payloadCache)

    // Dials
    var dials: [LinkID: Dial] = [:]
    var dialCount: UInt64 = 0
    var seeds: [SeedState]
    var knocks = BoundedMap<NodeID, Knock>(capacity: 64)
    var offers = BoundedMap<NodeID, PendingOffer>(capacity: 16)
    var accepted: Set<NodeID> = []
    /// Where members were reached, or say they can be; the best first.
    var endpoints: [NodeID: [Endpoint]] = [:]
    /// Of those, what the next run will know: where members were last reached.
    var keptEndpoints: [NodeID: Endpoint] = [:]
    var dialTurns: [NodeID: Int] = [:]

    // This run
    var listening: Endpoint?
    var reachableAt: [Endpoint] = []
    var life: UInt64
    var recordVersion: UInt64 = 0
    var rawSeq: UInt64 = 0
    var nick: String?
    var state = NodeState.joining
    var failedDialsInARow = 0
    /// Members that were linked or reachable once, in this run or before.
    var seen: Set<NodeID> = []
    /// Members in reach, as the events have told it.
    var online: Set<NodeID> = []
    /// Peers whose link has gone; the next look at the map says whether they are out of reach.
    var doubtful: Set<NodeID> = []
    /// Own messages of this run that no peer has been handed yet, and the numbers of those to the group.
    var unpassed: BoundedMap<Hash, UInt64?>
    /// Members that said goodbye and have not come back.
    var quitters: Set<NodeID> = []
    var knownNicks: [NodeID: String] = [:]
    /// This node's newest operation, while it may still be on its way to the disk.
    var signedHead: Hash?
    /// No `invited` events while a newcomer learns what was before it.
    var isCatchingUp = false

    // Records on their way to peers
    var recordQueues: [LinkID: [Signed]] = [:]
    var recordsPassedAt = Instant(uptime: .min, wall: 0)
    /// When the newest records came in or were published.
    var recordsCameAt = Instant(uptime: .min, wall: 0)

    // Who has which messages
    var ownAcks = OwnAcks()
    var acksPublishedAt = Instant(uptime: .min, wall: 0)
    var toldDeliveries = ToldDeliveries()

    // Waiting for the store
    /// State that is new in this step, and that nothing waits for.
    var unhurried: [StateEntry] = []
    var persistCount: UInt64 = 0
    var waiting: [PersistID: Continuation] = [:]
    var storage = StorageHealth()
    /// Own messages on their way to the disk: nobody may have them before, or a crash would leave two at one place.
    var unpublished: Set<Hash> = []
    /// Prekeys on their way to the disk are not published.
    var arePrekeysStored = true

    // Repair
    var requests = BoundedMap<Hash, Request>(capacity: 256)
    var missed = BoundedMap<Hash, Missed>(capacity: 4_096)
    /// When each member was last asked for direct messages.
    var directAsked = BoundedMap<NodeID, Instant>(capacity: 1_024)
    var rangesInFlight: (peer: NodeID, until: Instant)?
    var catchUp = CatchUp()

    /// Beats of anti-entropy, of which every second one asks through the neighbours.
    var probeTurn = 0

    /// The last beat was a digest instead of a heartbeat.
    var isBeatOwed = false
    var discovery = DiscoveryState()
    var operationLimit: RateLimit
    /// Operations of keys that were never members: they must not use up the time of those that count.
    var outsiderLimit: RateLimit
    var floodWarnedAt: Instant?
    var outlivedAt: Instant?
    var requestLimits = BoundedMap<NodeID, RateLimit>(capacity: 1_024)
    /// Requests that were answered: whoever carries one could otherwise use up its author's share.
    var answered = BoundedMap<Hash, Bool>(capacity: 4_096)
    var answerLimits = BoundedMap<ShareKey, RateLimit>(capacity: 2_048)
    var offences = BoundedMap<NodeID, Offence>(capacity: 1_024)
    /// By the neighbour through which something was asked; a new link to it takes the question over.
    var probes = BoundedMap<NodeID, Probe>(capacity: 1_024)
    /// Of members through whom the last probe came to nothing. A new link does not make up for that.
    var doubts = BoundedMap<NodeID, Doubt>(capacity: 1_024)
    /// Announced, asked for and not delivered: fictions too, so the next comparison of vectors finds the rest.
    var fictionLimit = RateLimit(burst: 64, perSecond: 1)
    /// Strangers make keys for nothing: how many of them are told of.
    var knockLimit = RateLimit(burst: 32, perSecond: 1)
    var counters = Counters()
    var cachedRoot: Hash?
    var cachedVector: CachedVector?

    /// Newest payloads kept for GRAFT; older ones come by repair.
    static let payloadCache = 1_024

    package init(
        configuration: NodeConfiguration, cryptography: any Cryptography, restored: [StateEntry],
        randomSeed: UInt64, now: Instant
    ) {
        self.configuration = configuration
        self.cryptography = cryptography
        suspicionDeviations = PhiAccrualDetector.deviations(phi: configuration.phiThreshold)
        id = cryptography.publicKey
        generator = SeededGenerator(seed: randomSeed)
        self.now = now
        operationLimit = RateLimit(burst: configuration.limits.operations, perSecond: 1)
        outsiderLimit = operationLimit
        nick = configuration.nick
        unpassed = BoundedMap(capacity: max(1, configuration.limits.history))
        seeds = configuration.seedPeers.map { SeedState(peer: $0, now: now) }
        life = now.wall
        operations = Self.noOperations(of: id, limits: configuration.limits)
        membership = operations.evaluate()
        records = RecordStore(recordsPerOwner: configuration.limits.recordsPerOwner)
        chat = ChatMachine(network: .zero, cryptography: cryptography, limits: configuration.limits)
        plumtree = PlumtreeMachine(ihaveTimeout: configuration.ihaveTimeout, limits: configuration.limits)
        topology = Self.makeTopology(
            configuration, id: id, network: .zero, cryptography: cryptography, hasEndpoint: false, now: now)
        restore(restored)
    }

    /// The one door. `effects` are to be performed in order.
    package mutating func handle(_ input: Input, now: Instant, into effects: inout [Effect]) {
        noticeOwnPause(at: now)
        self.now = now
        // Into the caller's memory, which is warm: a thousand nodes with a buffer each spend some 3 % of their time on
        // fetching them. What was decided outside of a step comes first.
        if !outbox.isEmpty { effects += outbox }
        outbox = []
        swap(&outbox, &effects)
        defer { swap(&outbox, &effects) }
        switch input {
        case .started(let listening, let reachable): start(listening: listening, reachable: reachable)
        case .command(let id, let command): perform(command, id)
        case .linkUp(let link, let info): linkUp(link, info)
        case .message(let link, let message): receive(message, over: link)
        case .malformed(let link, let error): malformed(error, over: link)
        case .linkDown(let link, let failure): linkDown(link, failure)
        case .datagram(let bytes, let source): receive(datagram: bytes, from: source)
        case .persisted(let id): persisted(id)
        case .persistFailed(let id, let reason): persistFailed(id, reason)
        case .found(let id, let messages): found(id, messages)
        case .deadline: break
        }
        if let due = findNextDeadline(), due <= now { runDueTimers() }
        // Changes that nothing waits for.
        persistUnhurried()
        keep(then: .kept)
        nextDeadline = findNextDeadline()
    }

    // MARK: Small words that every chapter uses

    mutating func emit(_ event: MeshEvent) { outbox.append(.emit(event)) }
    mutating func count(_ name: String, _ amount: UInt64 = 1) { counters.count(name, amount) }
    mutating func send(_ message: Message, over link: LinkID) {
        counters.countSent(message)
        outbox.append(.send(link, message))
    }
    mutating func answer(_ id: CommandID?, _ answer: Answer) {
        if let id { outbox.append(.answer(id, answer)) }
    }
    mutating func warn(_ code: String, _ reason: String) { emit(.warning(code: code, reason: reason)) }

    package var networkID: Hash { network?.id ?? .zero }
    package var isMember: Bool { network != nil && membership.isMember(id) }

    func nick(of member: NodeID) -> String? {
        member == id ? nick : knownNicks[member]
    }

    static func makeTopology(
        _ configuration: NodeConfiguration, id: NodeID, network: Hash, cryptography: any Cryptography,
        hasEndpoint: Bool, now: Instant
    ) -> TopologyMachine {
        TopologyMachine(
            id: id,
            configuration: TopologyMachine.Configuration(
                minDegree: configuration.minDegree, maxDegree: configuration.maxDegree,
                rebalanceInterval: configuration.rebalanceInterval),
            weight: ChordWeight(network: network) { cryptography.hash($0) }, hasEndpoint: hasEndpoint, now: now)
    }

    /// What stands for the set of operations while there is no network.
    static func noOperations(of id: NodeID, limits: Limits) -> MembershipSet {
        let genesis = Genesis(signer: id, name: "", at: 0, nonce: .zero, previous: nil, roster: [])
        return MembershipSet(origin: .genesis(genesis), network: .zero, pendingLimit: limits.pendingOperations)
    }
}

/// The network this node belongs to.
struct Network: Sendable {
    let id: Hash
    let name: String
    /// Nil for an open network.
    let genesis: Signed?
    let founder: NodeID?

    /// A closed network.
    init(genesis signed: Signed, _ genesis: Genesis, with cryptography: any Cryptography) {
        id = Genesis.networkID(ofBody: signed.body, with: cryptography)
        (name, self.genesis, founder) = (genesis.name, signed, genesis.signer)
    }

    /// An open network: whoever knows the name.
    init(open name: String, with cryptography: any Cryptography) {
        id = Genesis.openNetworkID(name: name, with: cryptography)
        (self.name, genesis, founder) = (name, nil, nil)
    }
}

/// What happens when the store has answered.
enum Continuation: Sendable {
    case begin
    case operations([VerifiedOperation], from: LinkID?, CommandID?)
    case adopt(Network, [VerifiedOperation], then: CommandID?, link: LinkID?)
    /// A member whom this node did not know has proven itself in its WELCOME.
    case admit([VerifiedOperation], LinkID)
    case forget(CommandID)
    case answer(CommandID)
    /// A message of this node may be published.
    case sent(ChatMessage, Envelope, CommandID)
    /// A message may be shown, and if it is a direct one, acknowledged.
    case received(ChatMessage, ChatHeader)
    case publishPrekeys
    /// The answer to a request waits for messages from the disk.
    case serve(SyncRequest, Hash)
    /// Something about messages was stored that nothing waits for.
    case kept
    case nothing
}
