package import MeshCore

/// One member: its two machines, its sockets, and what it has heard.
package final class OverlayNode {
    /// An open connection as this end knows it.
    struct Socket {
        let peer: Int
        let connection: Int
        var link: LinkID { LinkID(UInt64(connection)) }
    }

    package let id: NodeID
    package internal(set) var machine: TopologyMachine
    var plumtree: PlumtreeMachine
    var generator: SeededGenerator
    /// In the order of their opening.
    var sockets: [Socket] = []
    package internal(set) var isAlive = true
    /// Milliseconds.
    let starts: Int
    var firstLink: Int?

    // By the number of the other member. Equal lists share their memory until they change.

    /// Its address is known.
    var knows: [Bool]
    /// It was last said to be in reach.
    var reachable: [Bool]

    var isRosterDirty: Bool
    /// The moment of the earliest `wake` that waits, or `.max`.
    var wakeAt = Int.max
    /// A record has come since the last evaluation, and `wakeAt` allows for it.
    var isPlannedForRecords = false

    init(
        machine: TopologyMachine, plumtree: PlumtreeMachine, seed: UInt64, starts: Int, knows: [Bool],
        reachable: [Bool], isRosterDirty: Bool
    ) {
        id = machine.id
        (self.machine, self.plumtree) = (machine, plumtree)
        generator = SeededGenerator(seed: seed)
        self.starts = starts
        (self.knows, self.reachable) = (knows, reachable)
        self.isRosterDirty = isRosterDirty
    }

    func socket(to peer: Int) -> Socket? { sockets.first { $0.peer == peer } }
    func socket(of connection: Int) -> Socket? { sockets.first { $0.connection == connection } }
    func socket(of link: LinkID) -> Socket? { socket(of: Int(truncatingIfNeeded: link.value)) }
}

/// What may happen. Numbers are those of nodes, connections and messages; `over` is the connection it came by.
enum OverlayEvent {
    case start(Int)
    case wake(Int)
    case dialed(Int, Int, Hello.Features)
    case dialFailed(Int, Int)
    case rejected(Int, by: Int, others: [NodeID])
    case dialSeed(Int)
    case dialBack(Int, by: Int)
    /// Both ends compare what they have: records if it is a new link, messages always.
    case compare(over: Int, isNew: Bool)
    case record(to: Int, over: Int, owner: Int, version: UInt16)
    case lost(Int, over: Int)
    case drain(Int, over: Int)
    case drainRefused(Int, over: Int)
    case drained(over: Int)
    case send(by: Int)
    case payload(OverlayPayload)
    case ihave(to: Int, over: Int, IHave)
    case graft(to: Int, over: Int, Graft)
    case prune(to: Int, over: Int, Prune)
    case notFound(to: Int, over: Int, NotFound)
    /// A request for a message that the peer holds by repair.
    case fetch(to: Int, over: Int, message: Int)
    case antiEntropy(Int)
    case lookAtGraph
}

/// A link there is or was.
struct OverlayConnection {
    let first: Int
    let second: Int
    /// One way, in milliseconds.
    let latency: Int
    /// Does the end listen? Not when its node is dead.
    private var isOpenAtFirst = true
    private var isOpenAtSecond = true

    init(_ first: Int, _ second: Int, latency: Int) {
        (self.first, self.second, self.latency) = (first, second, latency)
    }

    func isOpen(at number: Int) -> Bool { number == first ? isOpenAtFirst : isOpenAtSecond }

    mutating func close(at number: Int) {
        if number == first { isOpenAtFirst = false } else { isOpenAtSecond = false }
    }
}

/// A message on its way.
struct OverlayPayload {
    enum Kind: UInt8 { case pushed, grafted, repaired }
    let to: Int32
    let over: Int32
    let message: Int32
    let hops: UInt16
    let isReset: Bool
    let kind: Kind
}
