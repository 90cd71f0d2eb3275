/// Dials under way and the pauses after those that came to nothing (topology, 4.5).
struct DialBook: Sendable {
    private struct Pause: Sendable {
        var until: Instant
        var failures = 0
        var rejections = 0
        /// When news of the member made rejections forgotten the last time, and how often it has.
        var hopedAt: Instant?
        var hopes = 0

        func mayHope(now: Instant) -> Bool {
            let interval = TopologyRules.hopeInterval * (1 << min(hopes, TopologyRules.hopeDoublings))
            return hopedAt.map { now - $0 >= interval } ?? true
        }
    }

    enum Purpose: Sendable { case link, relay, probe }

    private var underWay: [NodeID: Purpose] = [:]
    private var pauses: [NodeID: Pause] = [:]
    /// Members that rejected this one and have published something since.
    private var news: Set<NodeID> = []
    /// Dials that failed by the network since this node last had a link.
    private(set) var failuresWithoutLink = 0

    var count: Int { underWay.count }
    func count(of purpose: Purpose) -> Int { underWay.values.count { $0 == purpose } }
    func isUnderWay(_ peer: NodeID) -> Bool { underWay[peer] != nil }
    func isPaused(_ peer: NodeID, now: Instant) -> Bool { pauses[peer].map { now < $0.until } ?? false }
    func isFree(_ peer: NodeID, now: Instant) -> Bool { !isUnderWay(peer) && !isPaused(peer, now: now) }

    /// When the next pause ends.
    func nextPauseEnd(after now: Instant) -> Instant? { pauses.values.map(\.until).filter { now < $0 }.min() }

    mutating func started(_ peer: NodeID, for purpose: Purpose) { underWay[peer] = purpose }

    mutating func linked(_ peer: NodeID) {
        underWay[peer] = nil
        pauses[peer] = nil
        failuresWithoutLink = 0
    }

    mutating func failed(
        _ peer: NodeID?, byNetwork: Bool, hasLink: Bool, componentSize: Int, now: Instant,
        using generator: inout SeededGenerator
    ) {
        if byNetwork, !hasLink { failuresWithoutLink = min(failuresWithoutLink + 1, TopologyRules.failuresToUrgency) }
        guard let peer else { return }
        underWay[peer] = nil
        var pause = pauses[peer] ?? Pause(until: now)
        let perMember = TopologyRules.failurePausePerMember * min(componentSize, 60)
        let longest = max(TopologyRules.failurePause, min(TopologyRules.longestFailurePause, perMember))
        let base = min(TopologyRules.failurePause * (1 << min(pause.failures, 6)), longest)
        pause.failures += 1
        pause.until = now + base * Double.random(in: 0.5..<1.5, using: &generator)
        pauses[peer] = pause
    }

    mutating func rejected(by peer: NodeID, now: Instant, using generator: inout SeededGenerator) {
        underWay[peer] = nil
        var pause = pauses[peer] ?? Pause(until: now)
        pause.rejections += 1
        let doublings = min(max(pause.rejections - TopologyRules.flatRejections, 0), TopologyRules.rejectionDoublings)
        let base = TopologyRules.rejectionPause * (1 << doublings)
        pause.until = now + base * Double.random(in: 1..<3, using: &generator)
        pauses[peer] = pause
    }

    mutating func givenUp(_ peer: NodeID, now: Instant) {
        underWay[peer] = nil
        pauses[peer, default: Pause(until: now)].until = now + TopologyRules.declinedPause
    }

    /// The member said goodbye: nobody is at home for a while.
    mutating func left(_ peer: NodeID, now: Instant) {
        pauses[peer, default: Pause(until: now)].until = now + TopologyRules.longestFailurePause
    }

    /// A newer record of the member has come: it may have room now.
    mutating func heardOf(_ peer: NodeID) {
        guard !pauses.isEmpty, let pause = pauses[peer], pause.rejections > 0 else { return }
        news.insert(peer)
    }

    /// Rejections by those who have news are forgotten, save the first few, and a long pause after them with it; not
    /// again within `hopeInterval`, doubled with each hope in vain. A member with a hidden link seems to have room and
    /// has none: one that published every second for other reasons was dialled every 0.6 s for a minute and a half
    /// (chaos, N = 10, seed 860).
    mutating func takeHope(now: Instant) {
        for peer in news {
            guard var pause = pauses[peer], pause.mayHope(now: now) else { continue }
            if pause.failures == 0, pause.rejections > TopologyRules.flatRejections { pause.until = now }
            pause.rejections = min(pause.rejections, TopologyRules.flatRejections)
            (pause.hopedAt, pause.hopes) = (now, pause.hopes + 1)
            pauses[peer] = pause
        }
        news = []
    }

    /// The member has entered my component: its failures are forgotten. Without this the ring took 52 s instead of 2
    /// after a split.
    mutating func cameIntoReach(_ peer: NodeID) { pauses[peer] = nil }

    /// Forgets pauses that ended long ago, so that the book stays as small as the roster.
    mutating func prune(now: Instant) {
        pauses = pauses.filter { now - $0.value.until < TopologyRules.longestFailurePause * 2 }
    }
}
