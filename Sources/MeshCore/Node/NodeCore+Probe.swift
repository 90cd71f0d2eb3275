// Does a neighbour pass on what is not for it? One that beats and speaks but keeps everything to itself looks like a
// good member, and whoever has no other neighbours hears of nobody any more (compare topology, 5.5, on accomplices).
extension NodeCore {
    /// What is being asked through a link.
    struct Probe: Sendable {
        var request: Hash
        var until: Instant
    }

    /// An answer takes two hops each way.
    private static let probeTime: Duration = .seconds(5)
    /// So many questions in a row, to members drawn anew, must come to nothing: one who does not answer may be dead,
    /// and in a group of which a tenth is silent, four silent ones in a row are one in 10,000.
    private static let probeFailures = 4
    /// Until then a link may not be synced, and what is asked through it may find no way.
    private static let settlingTime: Duration = .seconds(30)
    /// How long a neighbour that passes nothing on is not linked again.
    private static let silentBar: Duration = .seconds(60)

    /// Asks a neighbour of each neighbour for nothing: only the answer counts. Every second beat of anti-entropy, which
    /// is 40 bytes a second at any size of the mesh.
    mutating func probeRelays() {
        probeTurn += 1
        guard probeTurn % 2 == 0 else { return }
        for link in openLinks where links[link]?.probe == nil { probe(link) }
    }

    private mutating func probe(_ link: LinkID) {
        // By the peer's own word: who hears of nobody but by silent neighbours does not hear the other ends confirm it.
        guard let state = links[link], state.isEstablished, state.suspectSince == nil, let peer = state.peer,
            state.isSynced || now >= state.openedAt + Self.settlingTime,
            let target = topology.listed(by: peer).filter({ $0 != id }).randomElement(using: &generator),
            let new = makeRequest(.ids([]), to: target, probing: link)
        else { return }
        requests[new.id] = new.request
        links[link]?.probe = Probe(request: new.id, until: now + Self.probeTime)
        timers.probes = min(timers.probes, now + Self.probeTime)
        send(.routed(new.routed), over: link)
    }

    /// The answer to a probe has come, whichever way.
    mutating func probeSucceeded(over link: LinkID) {
        links[link]?.probe = nil
        links[link]?.probeFailures = 0
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
            probeFailed(over: link)
        }
    }

    private mutating func probeFailed(over link: LinkID) {
        guard let state = links[link], let peer = state.peer, state.suspectSince == nil else { return }
        links[link]?.probeFailures += 1
        guard state.probeFailures + 1 >= Self.probeFailures else { return self.probe(link) }
        count("silentRelay")
        offences[peer] = Offence(count: offences[peer]?.count ?? 0, until: now + Self.silentBar)
        close(link, .silent)
    }
}
