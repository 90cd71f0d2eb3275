internal import DequeModule
internal import MeshCore

/// When links must be secured, and when lingering ones are ended.
///
/// Each kind has one length, so both queues are in order of time as they are filled. What has been settled meanwhile
/// is dropped when it comes to the front.
struct LinkDeadlines {
    enum Kind { case securing, lingering }

    private struct Entry {
        let at: Instant
        let link: PeerLink
        let kind: Kind

        var isPending: Bool {
            switch kind {
            case .securing: link.isSecuring
            case .lingering: link.isLingering
            }
        }
    }

    private var securing = Deque<Entry>()
    private var lingering = Deque<Entry>()

    var next: Instant? {
        mutating get {
            Self.dropSettled(&securing)
            Self.dropSettled(&lingering)
            return [securing.first?.at, lingering.first?.at].compactMap(\.self).min()
        }
    }

    mutating func add(_ link: PeerLink, at: Instant, _ kind: Kind) {
        let entry = Entry(at: at, link: link, kind: kind)
        switch kind {
        case .securing: securing.append(entry)
        case .lingering: lingering.append(entry)
        }
    }

    /// The links whose time is up.
    mutating func takeDue(_ now: Instant) -> [PeerLink] {
        Self.takeDue(&securing, now) + Self.takeDue(&lingering, now)
    }

    private static func dropSettled(_ queue: inout Deque<Entry>) {
        while let first = queue.first, !first.isPending { queue.removeFirst() }
    }

    private static func takeDue(_ queue: inout Deque<Entry>, _ now: Instant) -> [PeerLink] {
        var due: [PeerLink] = []
        while let first = queue.first, !first.isPending || first.at <= now {
            if first.isPending { due.append(first.link) }
            queue.removeFirst()
        }
        return due
    }
}
