/// When this node's links are published, and which of them are shown (topology, 3).
///
/// Bad news is fast, good news waits: a lost link is published within 100 ms, at most two records a second, but a
/// link that comes *back* soon after is not shown for `hold`, which doubles from 1 s to 60 s with each such flap. A
/// link that flaps every half second then costs some 20 records in ten minutes instead of 1,200.
struct PublicationPolicy: Sendable {
    private struct Flapping: Sendable {
        var hold = TopologyRules.shortestHold
        var lastFlap: Instant?
        /// The link is up but not shown before this.
        var hiddenUntil: Instant?
        var lostAt: Instant
    }

    private(set) var published: LinksValue?
    private var lastPublication: Instant?
    private var firstChange: Instant?
    /// Links that were published and then lost, not long ago.
    private var flapping: [NodeID: Flapping] = [:] { didSet { renewNextShown() } }
    /// When `publish` was asked last, and the first link that is shown after that: kept because every input asks.
    private var askedAt: Instant?
    private var nextShown: Instant?

    /// As if `value` had been published at `now`.
    mutating func adopt(_ value: LinksValue, now: Instant) { (published, lastPublication) = (value, now) }

    mutating func linkUp(_ peer: NodeID, now: Instant) {
        firstChange = firstChange ?? now
        guard var flap = flapping[peer], !isPublished(peer), let lastPublication else { return }
        if let lastFlap = flap.lastFlap, now - lastFlap >= TopologyRules.calm { flap.hold = TopologyRules.shortestHold }
        if now - lastPublication < flap.hold * 2 {
            flap.hiddenUntil = now + flap.hold
            flap.hold = min(flap.hold * 2, TopologyRules.longestHold)
            flap.lastFlap = now
        }
        flapping[peer] = flap
    }

    mutating func linkDown(_ peer: NodeID, now: Instant) {
        firstChange = firstChange ?? now
        if isPublished(peer) || flapping[peer] != nil {
            flapping[peer, default: Flapping(lostAt: now)].lostAt = now
            flapping[peer]?.hiddenUntil = nil
        }
    }

    /// What others may see of `value` at `now`.
    func shown(_ value: LinksValue, now: Instant) -> LinksValue {
        var value = value
        value.links.removeAll { link in flapping[link.peer]?.hiddenUntil.map { now < $0 } ?? false }
        return value
    }

    /// The record to publish now, if one is due.
    mutating func publish(_ value: LinksValue, now: Instant) -> LinksValue? {
        askedAt = now
        renewNextShown()
        let shown = shown(value, now: now)
        guard shown != published, published != nil || !shown.links.isEmpty else {
            firstChange = nil
            return nil
        }
        if firstChange == nil { firstChange = now }
        guard let due = publicationDue, due <= now else { return nil }
        (published, lastPublication, firstChange) = (shown, now, nil)
        flapping = flapping.filter { _, flap in
            flap.hiddenUntil.map { now < $0 } ?? false || now - flap.lostAt < TopologyRules.longestHold * 2
        }
        return shown
    }

    /// When `publish` wants to be asked again.
    var nextPublication: Instant? {
        guard let publicationDue else { return nextShown }
        return nextShown.map { min($0, publicationDue) } ?? publicationDue
    }

    private mutating func renewNextShown() {
        nextShown = flapping.values.lazy.compactMap(\.hiddenUntil).filter { [askedAt] shown in
            askedAt.map { $0 < shown } ?? true
        }.min()
    }

    private var publicationDue: Instant? {
        guard let firstChange else { return nil }
        let earliest = firstChange + TopologyRules.publicationDelay
        return max(earliest, lastPublication.map { $0 + TopologyRules.publicationInterval } ?? earliest)
    }

    private func isPublished(_ peer: NodeID) -> Bool { published?.links.contains { $0.peer == peer } ?? false }
}
