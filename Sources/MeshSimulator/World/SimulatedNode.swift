package import MeshCore

/// One node of a ``World``: a real core, its sockets' other half, and what its host keeps when the process dies.
package final class SimulatedNode {
    package let index: Int
    package let id: NodeID
    package let endpoint: Endpoint
    /// Equal for all runs of this node; fresh secrets follow from the world's seed.
    package let cryptography: any Cryptography
    package var configuration: NodeConfiguration
    package internal(set) var core: NodeCore

    // The host
    /// What was stored and survives a crash, each entry through its byte form.
    package internal(set) var store: [StateEntry] = []
    /// Messages and prekeys, where the configuration is durable.
    package internal(set) var disk = MemoryDisk()
    /// What keeps them instead of ``disk``.
    package var durableStore: (any DurableStore)?
    /// Can others connect to it? Else it is behind NAT.
    package var isDiallable = true
    /// The machine answers, with a refusal if no process listens.
    package internal(set) var isHostUp = true
    /// How far its calendar is off, in ms.
    package internal(set) var skew: Int64 = 0

    /// Its store is that of a member who has met the others.
    var isAcquainted = false

    // The process
    package internal(set) var isUp = false
    /// Time stands still for it, as by SIGSTOP.
    package internal(set) var isPaused = false
    /// Grows with each start.
    package internal(set) var life = 0
    /// What has come while it was paused.
    var held: [Input] = []
    var links: [LinkID: Place] = [:]
    /// Dials that have neither succeeded nor failed.
    var dialling: Set<LinkID> = []
    var halfOpen: Set<LinkID> = []
    var acceptedLinks: UInt64 = 0
    var commands: UInt64 = 0
    /// Commands to send a message, and whom each was for; nil for the group.
    var pendingMessages: [CommandID: Int?] = [:]
    /// When the next wake-up is queued, in ns.
    var wakeAt = Int64.max

    /// Its next step, when a helper may compute it.
    var stepAhead: StepAhead?
    /// The last time, among what was looked at ahead, at which something concerns its core.
    private(set) var concernedUntil = Int64.min

    /// What makes it break the rules; nil for an honest node.
    package var misbehaviour: (any Misbehaviour)?

    /// A socket: which connection, and which end of it.
    struct Place {
        let connection: Int
        let side: Int
    }

    init(index: Int, cryptography: any Cryptography, configuration: NodeConfiguration, now: Instant) {
        self.index = index
        self.cryptography = cryptography
        self.configuration = configuration
        id = cryptography.publicKey
        endpoint = Self.endpoint(of: index)
        core = NodeCore(
            configuration: configuration, cryptography: cryptography, restored: [], randomSeed: UInt64(index), now: now)
    }

    /// Asks the core in place: reading a property of `core` would copy the whole value (6 % of a run).
    func ask<Answer>(_ question: (inout NodeCore) -> Answer) -> Answer { question(&core) }

    /// Something looked at ahead concerns its core then.
    func isConcerned(at time: Int64) { concernedUntil = max(concernedUntil, time) }

    func counter(_ name: String) -> UInt64 { ask { $0.counter(name) } }

    static func endpoint(of index: Int) -> Endpoint {
        Endpoint(host: "10.\(index / 40_000).\(index / 200 % 200).\(index % 200 + 1)", port: 9_000)
    }

    package var isHonest: Bool { misbehaviour == nil }
    /// Runs and is not stopped.
    package var isRunning: Bool { isUp && !isPaused }
}

/// A node that breaks the rules: it sees what its own, real core wants done and changes it, and acts once a second.
/// An object, since what it does in ``act(as:over:in:)`` may come back to it through ``tamper(with:of:in:)``.
package protocol Misbehaviour: AnyObject {
    /// Changes what the node does; called with the effects of every input.
    func tamper(with effects: inout [Effect], of node: SimulatedNode, in world: World)
    /// Called once a simulated second with the node's open links.
    func act(as node: SimulatedNode, over links: [LinkID], in world: World)
}
