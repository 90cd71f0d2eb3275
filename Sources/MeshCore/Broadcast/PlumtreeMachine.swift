internal import HeapModule

/// Epidemic broadcast trees (Leitao, Pereira and Rodrigues, SRDS 2007), one tree per author.
///
/// Every link starts eager for every author: the author's first message floods, and each duplicate prunes the link
/// it came over. What is left is a tree, along which later messages are pushed; over the pruned (lazy) links only
/// announcements go (IHAVE), and a message that was announced but did not come is grafted. A shared tree would
/// double the last hop for all authors but one (topology, 5.7).
///
/// The machine knows ids, authors and links; payloads stay with whoever stores them.
package struct PlumtreeMachine: Sendable {
    /// Announcements wait this long, so that a burst shares a frame.
    package static let batchDelay: Duration = .milliseconds(20)
    /// Messages that peers hold by repair are asked for at most this often.
    package static let fetchInterval: Duration = .milliseconds(100)
    /// A path this many hops shorter replaces the parent. Among paths of at most `shortPath` hops one less is enough: in
    /// a mesh of ten a message went five hops where three would do, each of two nodes one hop too far.
    private static let optimizationHops = 2
    private static let shortPath = 5

    package enum Action: Sendable, Equatable {
        /// Send the payload of this id over the link.
        case push(LinkID, id: Hash, hops: UInt16, isReset: Bool)
        case send(LinkID, Message)
        /// The peer of this link holds the message, but not the envelope that trees carry: ask it by a request.
        case fetch(LinkID, id: Hash, author: NodeID)
        /// Nobody who announced this id delivers it: ask for it by repair.
        case giveUp(id: Hash, author: NodeID)
    }

    private struct Tree: Sendable {
        /// Links over which this author's messages are announced, not pushed.
        var lazy: Set<LinkID> = []
        /// The link that delivered the author's newest message first.
        var parent: LinkID?
    }

    private struct Missing: Sendable {
        let author: NodeID
        /// Each once, in the order in which they announced it.
        var announcers: [LinkID]
        /// Those of them who have it by repair.
        var repaired: Set<LinkID> = []
        /// How many of them were asked.
        var asked = 0
        /// In whose share of the bound this counts: whoever announced it first.
        let opener: LinkID
        var deadline: Instant

        var lastAsked: LinkID? { asked > 0 ? announcers[asked - 1] : nil }

        mutating func forget(_ link: LinkID) {
            guard let index = announcers.firstIndex(of: link) else { return }
            announcers.remove(at: index)
            if index < asked { asked -= 1 }
        }
    }

    private struct Due: Sendable, Comparable {
        let at: Instant
        let id: Hash

        static func < (left: Due, right: Due) -> Bool {
            (left.at.uptime, left.id) < (right.at.uptime, right.id)
        }
    }

    private struct Queue: Sendable {
        var entries: [IHave.Entry] = []
        var flushAt: Instant?
        /// The next GOSSIP or IHAVE over this link says that both ends start again from eager.
        var isResetPending = true
        /// Messages that were announced over this link first and have not come.
        var missing = 0
        /// Announcements over this link that nobody could deliver, less new messages that came over it.
        var fictions = 0
    }

    private let ihaveTimeout: Duration
    private let limits: Limits
    private var trees: BoundedMap<NodeID, Tree>
    private var queues: [LinkID: Queue] = [:]
    /// The keys of `queues`, ascending.
    private var links: [LinkID] = []
    /// The earliest `flushAt` of any queue.
    private var nextFlush: Instant?
    private var missing: [Hash: Missing] = [:]
    /// When to act on which missing message. One whose deadline has changed stands here more than once; only the entry
    /// that says the same as `missing` counts, and one that counts is always at the top. So the next deadline, which is
    /// asked for after every input, is not searched among up to 5,000.
    private var dues: Heap<Due> = []
    /// Ids seen, with the hops they had when they first came.
    private var seen: BoundedMap<Hash, UInt16>

    package init(ihaveTimeout: Duration, limits: Limits) {
        (self.ihaveTimeout, self.limits) = (ihaveTimeout, limits)
        trees = BoundedMap(capacity: limits.authorsWithTrees)
        seen = BoundedMap(capacity: limits.seenIDs)
    }

    /// One peer's fictions must not keep another's announcements out: four links at most, so a quarter each.
    private var missingPerLink: Int { max(1, limits.missing / 4) }

    /// Beyond so many fictions a link is believed a few announcements at a time: 200 fictions a second made a node
    /// send 200 GRAFTs a second, nine times as much as all else.
    private static let tolerableFictions = 64
    private static let doubtful = 4

    private mutating func countFiction(_ change: Int, over link: LinkID) {
        guard let past = queues[link]?.fictions else { return }
        queues[link]?.fictions = min(max(0, past + change), 2 * Self.tolerableFictions)
    }

    private func mayMiss(over link: LinkID) -> Bool {
        guard missing.count < limits.missing, let queue = queues[link] else { return false }
        let share = queue.fictions < Self.tolerableFictions ? missingPerLink : min(missingPerLink, Self.doubtful)
        return queue.missing < share
    }

    /// Sizes of what peers can make grow.
    var sizes: (trees: Int, missing: Int, seen: Int, announcements: Int) {
        (trees.count, missing.count, seen.count, queues.values.map(\.entries.count).max() ?? 0)
    }

    package func hasSeen(_ id: Hash) -> Bool { seen[id] != nil }
    package mutating func markSeen(_ id: Hash, hops: UInt16 = 0) { if seen[id] == nil { seen[id] = hops } }

    /// Is this link eager for this node's own messages?
    package func isEager(_ link: LinkID, for author: NodeID) -> Bool {
        trees[author].map { !$0.lazy.contains(link) } ?? true
    }

    /// A gain or loss makes all links eager for all authors, at both ends: one flag, not one GRAFT per author.
    package mutating func linkUp(_ link: LinkID) {
        queues[link] = Queue()
        links = queues.keys.sorted()
        reset()
    }

    package mutating func linkDown(_ link: LinkID, now: Instant) {
        guard queues.removeValue(forKey: link) != nil else { return }
        links = queues.keys.sorted()
        nextFlush = queues.values.compactMap(\.flushAt).min()
        for (id, entry) in missing {
            // What was to come through this link need not be waited for.
            let isLost = trees[entry.author]?.parent == link || entry.lastAsked == link
            missing[id]?.forget(link)
            if isLost { postpone(id, to: now) }
        }
        reset()
    }

    /// Sets, or sets anew, when to act on a missing message.
    private mutating func postpone(_ id: Hash, to deadline: Instant) {
        missing[id]?.deadline = deadline
        dues.insert(Due(at: deadline, id: id))
        forgetPastDues()
    }

    private mutating func forgetPastDues() {
        while let due = dues.min, missing[due.id]?.deadline != due.at { dues.removeMin() }
    }

    private mutating func forgetMissing(_ id: Hash) {
        guard let entry = missing.removeValue(forKey: id) else { return }
        queues[entry.opener]?.missing -= 1
        forgetPastDues()
    }

    private mutating func reset() {
        trees.removeAll { _, _ in true }
        for link in queues.keys { queues[link]?.isResetPending = true }
    }

    /// A message of this node, or one that repair brought: everybody must hear of it.
    package mutating func publish(
        _ id: Hash, author: NodeID, isRepaired: Bool, from source: LinkID?, now: Instant
    ) -> [Action] {
        markSeen(id)
        forgetMissing(id)
        if isRepaired {
            for link in links where link != source {
                announce(id, author: author, hops: IHave.Entry.repaired, over: link, now: now)
            }
            return []
        }
        return spread(id, author: author, hops: 0, except: source, now: now)
    }

    /// A payload came over `link`, and its signature holds if it is `isNew`.
    package mutating func received(
        _ id: Hash, author: NodeID, hops: UInt16, isReset: Bool, over link: LinkID, isNew: Bool, now: Instant
    ) -> [Action] {
        guard queues[link] != nil else { return [] }
        if isReset { resetBy(link) }
        guard isNew else { return duplicate(author: author, over: link) }
        seen[id] = hops
        forgetMissing(id)
        countFiction(-1, over: link)
        var tree = trees[author] ?? Tree()
        tree.parent = link
        tree.lazy.remove(link)
        trees[author] = tree
        return spread(id, author: author, hops: hops, except: link, now: now)
    }

    private mutating func duplicate(author: NodeID, over link: LinkID) -> [Action] {
        var tree = trees[author] ?? Tree()
        guard tree.parent != link, !tree.lazy.contains(link) else { return [] }
        tree.lazy.insert(link)
        trees[author] = tree
        return [.send(link, .prune(Prune(author: author)))]
    }

    package mutating func announced(_ message: IHave, over link: LinkID, now: Instant) -> [Action] {
        guard queues[link] != nil else { return [] }
        if message.isReset { resetBy(link) }
        var actions: [Action] = []
        for entry in message.entries {
            if let hops = seen[entry.id] {
                actions += optimize(entry, hops: hops, over: link)
            } else if let known = missing[entry.id] {
                if !known.announcers.contains(link) {
                    missing[entry.id]?.announcers.append(link)
                    if entry.isRepaired { missing[entry.id]?.repaired.insert(link) }
                }
            } else if mayMiss(over: link) {
                let deadline = firstAsking(entry, now: now)
                missing[entry.id] = Missing(
                    author: entry.author, announcers: [link], opener: link, deadline: deadline)
                if entry.isRepaired { missing[entry.id]?.repaired = [link] }
                postpone(entry.id, to: deadline)
                queues[link]?.missing += 1
            }
        }
        return actions
    }

    /// When to stop waiting for a message that was announced just now.
    private func firstAsking(_ entry: IHave.Entry, now: Instant) -> Instant {
        // No tree carries what others have by repair. A request is signed, so all of a tenth of a second share one:
        // whoever announces fictions gets ten signatures a second out of this node and no more.
        if entry.isRepaired {
            let wait = Self.fetchInterval.nanoseconds - now.uptime % Self.fetchInterval.nanoseconds
            return now + .nanoseconds(wait)
        }
        // With the author's parent gone there is nothing to wait for.
        let hasParent = trees[entry.author]?.parent.map { queues[$0] != nil } ?? false
        return hasParent ? now + ihaveTimeout : now
    }

    private static func isWorthwhile(_ hops: Int, insteadOf present: Int) -> Bool {
        hops + (present <= shortPath ? 1 : optimizationHops) <= present
    }

    /// A much shorter path replaces the parent (paper, section 3.8; topology, 5.7).
    private mutating func optimize(_ entry: IHave.Entry, hops: UInt16, over link: LinkID) -> [Action] {
        guard let tree = trees[entry.author], let parent = tree.parent, parent != link,
            Self.isWorthwhile(Int(entry.hops), insteadOf: Int(hops))
        else { return [] }
        var changed = tree
        changed.parent = link
        changed.lazy.remove(link)
        changed.lazy.insert(parent)
        trees[entry.author] = changed
        seen[entry.id] = entry.hops
        return [
            .send(link, .graft(Graft(author: entry.author, id: nil))),
            .send(parent, .prune(Prune(author: entry.author))),
        ]
    }

    /// The peer wants this author's messages pushed. Serving `graft.id` is up to whoever stores payloads.
    package mutating func grafted(_ graft: Graft, over link: LinkID) {
        guard queues[link] != nil, var tree = trees[graft.author] else { return }
        tree.lazy.remove(link)
        trees[graft.author] = tree
    }

    /// The peer wants this author's messages announced only. Never closes the last eager link: a hostile peer could
    /// otherwise cut this node out of the tree.
    package mutating func pruned(_ prune: Prune, over link: LinkID) {
        guard queues[link] != nil else { return }
        var tree = trees[prune.author] ?? Tree()
        guard links.contains(where: { $0 != link && !tree.lazy.contains($0) }) else { return }
        tree.lazy.insert(link)
        trees[prune.author] = tree
    }

    /// The peer that was asked does not have what it announced: ask the next one now.
    package mutating func notFound(_ id: Hash, over link: LinkID, now: Instant) {
        guard missing[id]?.lastAsked == link else { return }
        postpone(id, to: now)
    }

    package var nextDeadline: Instant? {
        guard let graft = dues.min?.at else { return nextFlush }
        return nextFlush.map { min($0, graft) } ?? graft
    }

    package mutating func deadline(now: Instant) -> [Action] {
        flush(now: now) + graftMissing(now: now)
    }

    private mutating func flush(now: Instant) -> [Action] {
        var actions: [Action] = []
        for link in links {
            guard var queue = queues[link], let due = queue.flushAt, due <= now else { continue }
            var rest = queue.entries[...]
            while !rest.isEmpty {
                actions.append(
                    .send(
                        link,
                        .ihave(IHave(isReset: queue.isResetPending, entries: Array(rest.prefix(WireLimits.ihave))))))
                queue.isResetPending = false
                rest = rest.dropFirst(WireLimits.ihave)
            }
            (queue.entries, queue.flushAt) = ([], nil)
            queues[link] = queue
        }
        nextFlush = queues.values.compactMap(\.flushAt).min()
        return actions
    }

    private mutating func graftMissing(now: Instant) -> [Action] {
        var actions: [Action] = []
        for id in takeDue(now: now) {
            guard var entry = missing[id] else { continue }
            guard entry.asked < entry.announcers.count else {
                forgetMissing(id)
                for link in entry.announcers { countFiction(1, over: link) }
                actions.append(.giveUp(id: id, author: entry.author))
                continue
            }
            let link = entry.announcers[entry.asked]
            entry.asked += 1
            missing[id] = entry
            postpone(id, to: now + ihaveTimeout / 2)
            if entry.repaired.contains(link) {
                actions.append(.fetch(link, id: id, author: entry.author))
                continue
            }
            var tree = trees[entry.author] ?? Tree()
            tree.lazy.remove(link)
            trees[entry.author] = tree
            actions.append(.send(link, .graft(Graft(author: entry.author, id: id))))
        }
        return actions
    }

    /// Whose deadline has come, ascending.
    private mutating func takeDue(now: Instant) -> [Hash] {
        var due: Set<Hash> = []
        while let first = dues.min, first.at <= now {
            dues.removeMin()
            due.insert(first.id)
            forgetPastDues()
        }
        return due.sorted()
    }

    private mutating func spread(
        _ id: Hash, author: NodeID, hops: UInt16, except source: LinkID?, now: Instant
    ) -> [Action] {
        let lazy = trees[author]?.lazy ?? []
        let next = min(hops, IHave.Entry.repaired - 2) + 1
        var actions: [Action] = []
        for link in links where link != source {
            if lazy.contains(link) {
                announce(id, author: author, hops: next, over: link, now: now)
            } else {
                actions.append(
                    .push(link, id: id, hops: next, isReset: queues[link]?.isResetPending ?? false))
                queues[link]?.isResetPending = false
            }
        }
        return actions
    }

    private mutating func announce(_ id: Hash, author: NodeID, hops: UInt16, over link: LinkID, now: Instant) {
        queues[link]?.entries.append(IHave.Entry(id: id, author: author, hops: hops))
        guard queues[link]?.flushAt == nil else { return }
        let flush = now + Self.batchDelay
        queues[link]?.flushAt = flush
        nextFlush = nextFlush.map { min($0, flush) } ?? flush
    }

    private mutating func resetBy(_ link: LinkID) {
        for author in Array(trees.keys) where trees[author]?.lazy.contains(link) == true {
            trees[author]?.lazy.remove(link)
        }
    }
}
