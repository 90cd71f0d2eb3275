/// A node's links by their id, with a short line on each that every input reads: which are open, to whom, and when the
/// next one needs attention.
///
/// To copy a whole ``Link`` out of the table costs 0.1 microseconds for all that it holds; to filter and sort the table
/// with each message, as was done once, cost more than the rest of a quiet node's work.
struct LinkTable: Sendable {
    struct Line: Sendable {
        let id: LinkID
        let isOpen: Bool
        let peer: NodeID?
        let isSynced: Bool
        let deadline: Instant
    }

    private var links: [LinkID: Link] = [:]
    /// One for each link, ascending by id.
    private(set) var lines: [Line] = []

    subscript(id: LinkID) -> Link? {
        get { links[id] }
        _modify {
            // In place, like a dictionary's own: what a link holds is not copied.
            defer { summarize(id) }
            yield &links[id]
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
    var all: [(id: LinkID, link: Link)] { lines.compactMap { line in links[line.id].map { (line.id, $0) } } }
    /// When the first link needs attention.
    var nextDeadline: Instant {
        var next = Instant.distantFuture
        for line in lines where line.deadline < next { next = line.deadline }
        return next
    }

    /// The first open link to a peer.
    func open(to peer: NodeID) -> LinkID? { lines.first { $0.isOpen && $0.peer == peer }?.id }

    private mutating func summarize(_ id: LinkID) {
        let place = lines.firstIndex { id <= $0.id } ?? lines.endIndex
        let isListed = place < lines.endIndex && lines[place].id == id
        guard let link = links[id] else {
            if isListed { lines.remove(at: place) }
            return
        }
        let line = Line(
            id: id, isOpen: link.phase == .open, peer: link.peer, isSynced: link.isSynced, deadline: link.deadline)
        if isListed { lines[place] = line } else { lines.insert(line, at: place) }
    }
}
