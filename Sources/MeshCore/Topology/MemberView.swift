/// What one member says of its links, in 24 bytes without references: thousand members each hold thousand of these,
/// and copying an array of them is one copy of memory.
struct MemberView: Sendable, Equatable {
    /// The other ends, by rank and in order. More than four links, or links to keys that are no members, make a
    /// record *odd*: then all of it stands in `LinkGraph.oddRecords`, and nothing here.
    private var slots = (UInt32.max, UInt32.max, UInt32.max, UInt32.max)
    private(set) var degree: UInt16 = 0
    private(set) var inbound = LinksValue.Inbound.unknown
    private(set) var wanted: UInt8 = 0
    private var flags: UInt8 = 0

    private static let known: UInt8 = 1
    private static let odd: UInt8 = 2
    private static let endpoint: UInt8 = 4
    private static let slotCount = 4

    init() {}

    /// What `value` says, by somebody whose address may be known.
    init(_ value: LinksValue, hasEndpoint: Bool, rank: (NodeID) -> Int?) {
        (inbound, wanted, degree) = (value.inbound, value.wanted, UInt16(clamping: value.links.count))
        flags = Self.known
        self.hasEndpoint = hasEndpoint
        if value.links.count > Self.slotCount || !fill(value.links, rank: rank) {
            slots = (.max, .max, .max, .max)
            flags |= Self.odd
        }
    }

    /// False when one of the peers is no member.
    private mutating func fill(_ links: [LinksValue.Link], rank: (NodeID) -> Int?) -> Bool {
        for (place, link) in links.enumerated() {
            guard let rank = rank(link.peer) else { return false }
            self[place] = UInt32(truncatingIfNeeded: rank) << 1 | (link.isNeeded ? 1 : 0)
        }
        return true
    }

    /// A record has come.
    var isKnown: Bool { flags & Self.known != 0 }
    var isOdd: Bool { flags & Self.odd != 0 }
    /// An address of this member is known.
    var hasEndpoint: Bool {
        get { flags & Self.endpoint != 0 }
        set { flags = newValue ? flags | Self.endpoint : flags & ~Self.endpoint }
    }

    /// How many of the slots are in use.
    var peerCount: Int { isOdd ? 0 : Int(degree) }
    func peer(_ place: Int) -> Int { Int(self[place] >> 1) }
    func isNeeded(_ place: Int) -> Bool { self[place] & 1 == 1 }

    /// Says nothing of odd records.
    func lists(_ rank: Int) -> Bool {
        let wanted = UInt32(truncatingIfNeeded: rank)
        return slots.0 >> 1 == wanted || slots.1 >> 1 == wanted || slots.2 >> 1 == wanted || slots.3 >> 1 == wanted
    }

    /// Says nothing of odd records.
    func needs(_ rank: Int) -> Bool {
        let wanted = UInt32(truncatingIfNeeded: rank) << 1 | 1
        return slots.0 == wanted || slots.1 == wanted || slots.2 == wanted || slots.3 == wanted
    }

    private subscript(place: Int) -> UInt32 {
        get {
            switch place {
            case 0: slots.0
            case 1: slots.1
            case 2: slots.2
            default: slots.3
            }
        }
        set {
            switch place {
            case 0: slots.0 = newValue
            case 1: slots.1 = newValue
            case 2: slots.2 = newValue
            default: slots.3 = newValue
            }
        }
    }

    static func == (left: MemberView, right: MemberView) -> Bool {
        left.slots == right.slots && left.degree == right.degree && left.inbound == right.inbound
            && left.wanted == right.wanted && left.flags == right.flags
    }
}

/// A record that does not fit a ``MemberView``.
struct OddRecord: Sendable, Equatable {
    let value: LinksValue
    /// Ranks of the peers that are members.
    let peers: [Int]

    init(_ value: LinksValue, rank: (NodeID) -> Int?) {
        self.value = value
        peers = value.links.compactMap { rank($0.peer) }
    }

    func needs(_ id: NodeID) -> Bool { value.links.contains { $0.peer == id && $0.isNeeded } }
}
