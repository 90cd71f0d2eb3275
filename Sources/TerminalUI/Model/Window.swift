package import MeshCore

/// One chat: the group, or one member. Transcript, what is being written, how far it was read.
package struct Window: Equatable, Sendable {
    package enum Kind: Hashable, Sendable {
        case group
        case direct(NodeID)
    }

    /// Older entries go; the node still has them, and `/history DAY` shows them.
    static let entryLimit = 10_000

    package let kind: Kind
    private(set) var entries: [Entry] = []
    package var input = InputLine()
    /// Rows between the newest one and the last one shown; 0 follows what comes.
    var scroll = 0
    /// Entries that came while scrolled up.
    var below = 0
    var unread = 0
    /// An unread one mentions this user, or is direct.
    var isUrgent = false
    /// The last entry that was seen; a line below it says what is new.
    var readMark: Int?
    private var nextNumber = 0

    init(_ kind: Kind) { self.kind = kind }

    package var entryCount: Int { entries.count }

    mutating func append(_ content: Entry.Content, at: UInt64) {
        entries.append(Entry(number: nextNumber, at: at, content: content))
        nextNumber += 1
        trim()
    }

    /// Where it belongs by causal order; what was repaired does not come last. Returns its index; nil when it is there.
    mutating func insert(_ message: Message, at: UInt64) -> Int? {
        var place = entries.count
        while place > 0 {
            if case .message(let other) = entries[place - 1].content {
                if other.id == message.id { return nil }
                if other.order < message.order { break }
            } else if !isBefore(message, place) {
                break
            }
            place -= 1
        }
        entries.insert(Entry(number: nextNumber, at: at, content: .message(message)), at: place)
        nextNumber += 1
        fillGap(with: message, after: place)
        trim()
        return min(place, entries.count - 1)
    }

    /// A message from within the gap before its author's next one leaves two gaps, each of which may be empty.
    private mutating func fillGap(with message: Message, after place: Int) {
        for index in entries.indices.dropFirst(place + 1) {
            guard case .message(var next) = entries[index].content, next.from == message.from else { continue }
            let (seq, end) = (message.order.seq, next.order.seq)
            guard seq < end, end - seq <= next.missing else { return }
            var message = message
            (message.missing, next.missing) = (next.missing - (end - seq), end - seq - 1)
            entries[index].content = .message(next)
            entries[place].content = .message(message)
            return
        }
    }

    /// Notices between two messages stay where they are unless the newcomer belongs before the message above them.
    private func isBefore(_ message: Message, _ place: Int) -> Bool {
        for entry in entries[..<place].reversed() {
            if case .message(let other) = entry.content { return message.order < other.order }
        }
        return false
    }

    private mutating func trim() {
        // A block at a time, so that this costs next to nothing for each entry.
        if entries.count > Self.entryLimit + 500 { entries.removeFirst(entries.count - Self.entryLimit) }
    }

    mutating func set(_ delivery: Delivery) {
        for index in entries.indices.reversed() {
            guard case .message(var message) = entries[index].content, message.id == delivery.id else { continue }
            message.delivery = delivery
            entries[index].content = .message(message)
            return
        }
    }

    /// Somebody looks away: all is seen up to here.
    mutating func markSeen() {
        (unread, isUrgent) = (0, false)
        readMark = entries.last?.number
    }

    /// Somebody looks: nothing is unread, and the line above what is new goes when nothing is.
    mutating func markRead() {
        (unread, isUrgent) = (0, false)
        if newSinceMark == 0 { readMark = nil }
    }

    var newSinceMark: Int {
        guard let readMark else { return 0 }
        return entries.reversed().prefix { $0.number > readMark }.count { entry in
            if case .message(let message) = entry.content { !message.isOwn } else { false }
        }
    }
}
