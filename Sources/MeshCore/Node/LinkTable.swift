/// A node's links by their id, with a short line on each that every input reads: which are open, to whom, and when the
/// next one needs attention.
///
/// To copy a whole ``Link`` out of the table costs 0.1 microseconds for all that it holds; to filter and sort the table
/// with each message, as was done once, cost more than the rest of a quiet node's work. A node has a handful of links, so
/// looking through the lines is faster than hashing.
struct LinkTable: Sendable {
    struct Line: Sendable {
        let id: LinkID
        let isOpen: Bool
        let peer: NodeID?
        let isSynced: Bool
        let isEstablished: Bool
        let isSuspect: Bool
        let deadline: Instant
    }

    /// One for each link, ascending by id.
    private(set) var lines: [Line] = []
    /// What the lines are about, at the same places; never nil but while one is being changed.
    private var links: [Link?] = []

    subscript(id: LinkID) -> Link? {
        get { place(of: id).flatMap { links[$0] } }
        _modify {
            if let place = place(of: id) {
                // In place: what a link holds is neither moved nor copied.
                defer { summarize(id, at: place) }
                yield &links[place]
            } else {
                var link: Link?
                defer { if let link { insert(link, as: id) } }
                yield &link
            }
        }
    }

    var isEmpty: Bool { lines.isEmpty }
    /// Ascending.
    var ids: [LinkID] { lines.map(\.id) }
    /// Ascending.
    var open: [LinkID] { lines.compactMap { $0.isOpen ? $0.id : nil } }
    /// Those over which records and messages flow, ascending.
    var synced: [LinkID] { lines.compactMap { $0.isOpen && $0.isSynced ? $0.id : nil } }
    /// All links, ascending by id.
    var all: [(id: LinkID, link: Link)] { zip(lines, links).compactMap { line, link in link.map { (line.id, $0) } } }
    /// When the first link needs attention.
    var nextDeadline: Instant {
        var next = Instant.distantFuture
        for line in lines where line.deadline < next { next = line.deadline }
        return next
    }

    func line(of id: LinkID) -> Line? { place(of: id).map { lines[$0] } }

    /// Something of a link, without a copy of the rest.
    mutating func look<Value>(at id: LinkID, _ value: (inout Link?) -> Value?) -> Value? {
        place(of: id).flatMap { value(&links[$0]) }
    }

    /// The first open link to a peer.
    func open(to peer: NodeID) -> LinkID? { lines.first { $0.isOpen && $0.peer == peer }?.id }

    private func place(of id: LinkID) -> Int? { lines.firstIndex { $0.id == id } }

    private mutating func insert(_ link: Link, as id: LinkID) {
        let place = lines.firstIndex { id < $0.id } ?? lines.endIndex
        lines.insert(Self.line(of: link, id), at: place)
        links.insert(link, at: place)
    }

    private mutating func summarize(_ id: LinkID, at place: Int) {
        if let line = links[place].map({ Self.line(of: $0, id) }) {
            lines[place] = line
        } else {
            lines.remove(at: place)
            links.remove(at: place)
        }
    }

    private static func line(of link: borrowing Link, _ id: LinkID) -> Line {
        Line(
            id: id, isOpen: link.phase == .open, peer: link.peer, isSynced: link.isSynced,
            isEstablished: link.isEstablished, isSuspect: link.suspectSince != nil, deadline: link.deadline)
    }
}
