// Does a neighbour pass on what is not for it? One that beats and speaks but keeps everything to itself looks like a
// good member, and whoever has no other neighbours hears of nobody any more (compare topology, 5.5, on accomplices).
extension NodeCore {
    /// What is being asked through a neighbour.
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
    /// A node that looks so much too late has slept, as by SIGSTOP, and the answer may lie unread.
    private static let lateness: Duration = .milliseconds(250)
    /// Until then a link may not be synced, and what is asked through it may find no way.
    private static let settlingTime: Duration = .seconds(30)
    /// How long a neighbour that passes nothing on is not linked again.
    private static let silentBar: Duration = .seconds(60)
    /// Unanswered questions this far apart are not in a row.
    private static let doubtLife: Duration = .seconds(120)

    /// Asks a neighbour of each neighbour for nothing: only the answer counts. Every second beat of anti-entropy, which
    /// is 40 bytes a second at any size of the mesh.
    mutating func probeRelays() {
        probeTurn += 1
        guard probeTurn % 2 == 0 else { return }
        for link in openLinks { probe(link) }
    }

    /// Unless there is nobody to be asked through this link, or an answer is due.
    private mutating func probe(_ link: LinkID) {
        guard let state = links[link], state.isEstablished, state.suspectSince == nil, let peer = state.peer,
            probes[peer] == nil,
            state.isSynced || doubt(about: peer) > 0 || now >= state.openedAt + Self.settlingTime,
            let target = probeTargets(of: peer).randomElement(using: &generator),
            let new = makeRequest(.ids([]), to: target, probing: peer)
        else { return }
        requests[new.id] = new.request
        probes[peer] = Probe(request: new.id, until: now + Self.probeTime)
        timers.probes = min(timers.probes, now + Self.probeTime)
        send(.routed(new.routed), over: link)
    }

    /// By the peer's own word: who hears of nobody but by silent neighbours does not hear the other ends confirm it.
    /// Whoever does not answer through others says nothing about this peer.
    private func probeTargets(of peer: NodeID) -> [NodeID] {
        topology.listed(by: peer).filter { $0 != id && doubt(about: $0) == 0 }
    }

    /// The answer to a probe has come, whichever way.
    mutating func probeSucceeded(through peer: NodeID) {
        probes[peer] = nil
        doubts[peer] = nil
    }

    mutating func checkProbes() {
        guard timers.probes <= now else { return }
        timers.probes = .distantFuture
        for peer in Array(probes.keys) {
            guard let probe = probes[peer] else { continue }
            guard probe.until <= now else {
                timers.probes = min(timers.probes, probe.until)
                continue
            }
            requests[probe.request] = nil
            probes[peer] = nil
            probeFailed(through: peer, isLate: now - probe.until > Self.lateness)
        }
    }

    /// Whoever makes its links anew before each answer is due has not answered either.
    private mutating func probeFailed(through peer: NodeID, isLate: Bool) {
        let link = primaryLink(to: peer)
        guard link.flatMap({ links[$0]?.suspectSince }) == nil else { return }
        if !isLate, noteUnanswered(through: peer) {
            if let link { close(link, .silent) }
        } else if let link {
            self.probe(link)
        }
    }

    /// True when that is enough: no link to the peer for a while.
    private mutating func noteUnanswered(through peer: NodeID) -> Bool {
        let failures = doubt(about: peer) + 1
        doubts[peer] = Doubt(count: failures, since: now)
        guard failures >= Self.probeFailures else { return false }
        count("silentRelay")
        // Two of a thousand chaotic meshes did not come to rest when who was back after the bar had some against it.
        doubts[peer] = nil
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
