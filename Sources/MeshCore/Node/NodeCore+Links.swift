// Links from open to gone: which of two stays, and what an end means.
extension NodeCore {
    /// The handshake is complete at this end.
    mutating func open(_ link: LinkID, to peer: NodeID) {
        if let other = primaryLink(to: peer), other != link, !prefers(link, over: other) {
            send(.leave(LeaveNotice(reason: .duplicate)), over: link)
            outbox.append(.open(link))
            return close(link, .duplicate)
        }
        let replaced = primaryLink(to: peer)
        links[link]?.phase = .open
        links[link]?.openedAt = now
        let detector = PhiAccrualDetector(heartbeatInterval: configuration.heartbeatInterval, now: now)
        links[link]?.detector = detector
        rearmSuspicion(link)
        outbox.append(.open(link))
        if let replaced {
            send(.leave(LeaveNotice(reason: .duplicate)), over: replaced)
            close(replaced, .replaced)
        }
        failedDialsInARow = 0
        if let endpoint = links[link]?.dialable { reached(peer, at: endpoint) }
        dialSucceeded(link)
        topology.linkOpened(peer, features: links[link]?.features ?? [], now: now)
        plumtree.linkUp(link)
        sendBeat(over: link)
        sendDigest(over: link, withDetail: true)
        let early = links[link]?.early ?? []
        links[link]?.early = []
        for message in early { receive(message, over: link) }
    }

    /// The first gossip of the peer: it has taken the link too, and it is worth telling. A newcomer who was only
    /// offered a place, or a dialler whose own rules refuse the link, ends it without a word of gossip.
    mutating func establish(_ link: LinkID, with peer: NodeID) {
        guard let state = links[link], !state.isEstablished else { return }
        links[link]?.isEstablished = true
        emit(.linkUp(peer, nick: nick(of: peer), state.info.remote))
        refreshState(reason: "linked to \(peer.short)")
        becameReachable(peer)
        probeAgain(peer, over: link)
    }

    /// The open link to a peer, if there is one.
    func primaryLink(to peer: NodeID) -> LinkID? { links.open(to: peer) }

    /// Of two links to one peer: a suspect one always yields, and so does one that has been open for a while, since the
    /// peer would not dial if it still had it. Of simultaneous dials the lower NodeID's survives (design, 4); of two by
    /// the same end the one with the lower channel value, which both ends know, whichever opened first here. So both
    /// ends decide alike.
    private func prefers(_ new: LinkID, over old: LinkID) -> Bool {
        guard let newLink = links[new], let oldLink = links[old], let peer = newLink.peer else { return true }
        if oldLink.suspectSince != nil || now - oldLink.openedAt > Self.handshakeTime { return true }
        if newLink.info.role == oldLink.info.role { return newLink.info.channel < oldLink.info.channel }
        let dialler = newLink.info.role == .dialler ? id : peer
        return dialler == min(id, peer)
    }

    mutating func rearmSuspicion(_ link: LinkID) {
        let deviations = suspicionDeviations
        links[link]?.rearmSuspicion(deviations: deviations)
    }

    // MARK: Close

    /// Ends a link from this end; the transport answers with `linkDown`.
    mutating func close(_ link: LinkID, _ reason: CloseReason) {
        guard let state = links[link], state.phase != .closing else { return }
        let wasOpen = state.phase == .open
        links[link]?.phase = .closing
        links[link]?.closeReason = reason
        outbox.append(.close(link, reason))
        if wasOpen, let peer = state.peer, reason.isOffence { noteOffence(of: peer) }
        if wasOpen { linkLost(link, reason: state.leaveReason.map { "\($0)" } ?? reason.rawValue) }
    }

    mutating func linkDown(_ link: LinkID, _ failure: LinkFailure) {
        let state = links[link]
        if let state, state.phase == .open {
            links[link]?.phase = .closing
            linkLost(link, reason: state.leaveReason.map { "\($0)" } ?? failure.sentence)
        }
        if state?.openedOnce != true { dialEnded(link, failure) }
        links[link] = nil
        dials[link] = nil
    }

    /// An open link is gone, for whatever reason.
    private mutating func linkLost(_ link: LinkID, reason: String) {
        guard let state = links[link], let peer = state.peer else { return }
        plumtree.linkDown(link, now: now)
        if state.isEstablished { emit(.linkDown(peer, nick: nick(of: peer), state.info.remote, reason: reason)) }
        if rangesInFlight?.peer == peer { rangesInFlight = nil }
        guard primaryLink(to: peer) == nil else { return }
        topology.linkClosed(peer, now: now)
        // A goodbye that took its time may be older than the peer's return by other links.
        if state.leaveReason == .quit, !topology.isReachableNow(peer) {
            quitters.insert(peer)
            topology.memberLeft(peer, now: now)
            becameUnreachable(peer)
        } else {
            doubtful.insert(peer)
        }
        // A link that ends as soon as it is up was not wanted at the other end: do not dial again at once.
        if now - state.openedAt < .seconds(1), state.leaveReason != .duplicate, state.leaveReason != .shed {
            topology.dialFailed(peer, byNetwork: false, now: now, using: &generator)
        }
        refreshState(reason: "the link to \(peer.short) is gone: \(reason)")
    }

    mutating func malformed(_ error: WireError, over link: LinkID) {
        count(error.counter)
        close(link, .malformedFrame)
    }
}
