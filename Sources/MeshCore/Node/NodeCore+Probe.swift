// Does a neighbour pass on what is not for it? One that beats and speaks but keeps everything to itself looks like a
// good member, and whoever has no other neighbours hears of nobody any more (compare topology, 5.5, on accomplices).
extension NodeCore {
    /// What is being asked through a link.
    struct Probe: Sendable {
        var request: Hash
        var until: Instant
    }

    /// How many in a row came to nothing, and when the last one did.
    struct Doubt: Sendable {
        var count: Int
        var since: Instant
    }

    /// An answer takes two hops each way.
    private static let probeTime: Duration = .seconds(5)
    /// So many questions in a row, to members drawn anew, must come to nothing: one who does not answer may be dead,
    /// and in a group of which a tenth is silent, four silent ones in a row are one in 10,000.
    private static let probeFailures = 4
    /// Whoever was left has as many of them against it when it is back: two more questions decide.
    private static let rememberedFailures = 2
    /// A node that looks so much too late has slept, as by SIGSTOP, and the answer may lie unread.
    private static let lateness: Duration = .milliseconds(250)
    /// Until then a link may not be synced, and what is asked through it may find no way.
    private static let settlingTime: Duration = .seconds(30)
    /// How long a neighbour that passes nothing on is not linked again.
    private static let silentBar: Duration = .seconds(60)
    /// As long as offences are remembered.
    private static let doubtLife: Duration = .seconds(600)

    /// Asks a neighbour of each neighbour for nothing: only the answer counts. Every second beat of anti-entropy, which
    /// is 40 bytes a second at any size of the mesh.
    mutating func probeRelays() {
        probeTurn += 1
        guard probeTurn % 2 == 0 else { return }
        for link in openLinks where links[link]?.probe == nil { probe(link) }
    }

    /// Unless there is nobody to be asked through this link.
    private mutating func probe(_ link: LinkID) {
        guard let state = links[link], state.isEstablished, state.suspectSince == nil, let peer = state.peer,
            state.isSynced || doubt(about: peer) > 0 || now >= state.openedAt + Self.settlingTime,
            let target = probeTargets(of: peer).randomElement(using: &generator),
            let new = makeRequest(.ids([]), to: target, probing: link)
        else { return }
        requests[new.id] = new.request
        links[link]?.probe = Probe(request: new.id, until: now + Self.probeTime)
        timers.probes = min(timers.probes, now + Self.probeTime)
        send(.routed(new.routed), over: link)
    }

    /// By the peer's own word: who hears of nobody but by silent neighbours does not hear the other ends confirm it.
    /// Whoever does not answer through others says nothing about this peer.
    private func probeTargets(of peer: NodeID) -> [NodeID] {
        topology.listed(by: peer).filter { $0 != id && doubt(about: $0) == 0 }
    }

    /// The answer to a probe has come, whichever way.
    mutating func probeSucceeded(over link: LinkID) {
        links[link]?.probe = nil
        if let peer = links[link]?.peer { doubts[peer] = nil }
    }

    mutating func checkProbes() {
        guard timers.probes <= now else { return }
        timers.probes = .distantFuture
        for link in openLinks {
            guard let probe = links[link]?.probe else { continue }
            guard probe.until <= now else {
                timers.probes = min(timers.probes, probe.until)
                continue
            }
            requests[probe.request] = nil
            links[link]?.probe = nil
            if now - probe.until > Self.lateness { self.probe(link) } else { probeFailed(over: link) }
        }
    }

    private mutating func probeFailed(over link: LinkID) {
        guard let state = links[link], let peer = state.peer, state.suspectSince == nil else { return }
        if noteUnanswered(through: peer) { close(link, .silent) } else { probe(link) }
    }

    /// A link has ended that was asked something. A peer who makes it anew before each answer is due gives none.
    mutating func forgetProbe(over link: LinkID) {
        guard let state = links[link], let probe = state.probe, let peer = state.peer else { return }
        links[link]?.probe = nil
        requests[probe.request] = nil
        if state.closeReason == nil || state.closeReason == .replaced { noteUnanswered(through: peer) }
    }

    /// True when that is enough: no link to the peer for a while.
    @discardableResult
    private mutating func noteUnanswered(through peer: NodeID) -> Bool {
        let failures = doubt(about: peer) + 1
        let isOver = failures >= Self.probeFailures
        doubts[peer] = Doubt(count: isOver ? Self.rememberedFailures : failures, since: now)
        guard isOver else { return false }
        count("silentRelay")
        offences[peer] = Offence(count: offences[peer]?.count ?? 0, until: now + Self.silentBar)
        return true
    }

    private func doubt(about peer: NodeID) -> Int {
        doubts[peer].flatMap { now - $0.since < Self.doubtLife ? $0.count : nil } ?? 0
    }

    /// The first word over a new link to a member that did not pass things on before.
    mutating func probeAgain(_ peer: NodeID, over link: LinkID) {
        if doubt(about: peer) > 0 { probe(link) }
    }
}
