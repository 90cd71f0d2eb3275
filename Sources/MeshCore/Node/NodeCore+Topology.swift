// Carrying out what the topology rules want, and telling who is in reach.
extension NodeCore {
    mutating func evaluateTopology() {
        settleRoster()
        for action in topology.evaluate(now: now, using: &generator) {
            switch action {
            case .becameReachable(let member): becameReachable(member)
            case .becameUnreachable(let member): becameUnreachable(member)
            case .dial(let member): dialMember(member)
            case .askDrain(let member): sendToPeer(.drain(.ask), member)
            case .askDialBack(let member):
                if let own = reachableAt.first {
                    sendToPeer(.dialBack(.ask(endpoint: own.description)), member)
                }
            case .publish(let value): publishLinks(value)
            }
        }
        judgeDoubtful()
    }

    /// Who lost its link to this node may be in reach by others, and who said goodbye may be back before the map has
    /// missed it: told at once it would be wrong, and never put right, since for the map nothing changes.
    private mutating func judgeDoubtful() {
        for member in doubtful.sorted() {
            if topology.isReachable(member) || primaryLink(to: member) != nil {
                if !quitters.contains(member) { becameReachable(member) }
            } else {
                becameUnreachable(member)
            }
        }
        doubtful = []
    }

    private mutating func sendToPeer(_ message: Message, _ member: NodeID) {
        if let link = primaryLink(to: member) { send(message, over: link) }
    }

    /// By the map, or, earlier, because a link to it is open.
    mutating func becameReachable(_ member: NodeID) {
        quitters.remove(member)
        guard member != id, online.insert(member).inserted else { return }
        let isFirst = seen.insert(member).inserted
        if isFirst { persist([.seen(member)], then: .nothing) }
        emit(.nodeJoined(member, nick: nick(of: member), first: isFirst))
        remind(member)
    }

    mutating func becameUnreachable(_ member: NodeID) {
        guard online.remove(member) != nil else { return }
        let reason: LeaveReason = quitters.contains(member) ? .quit : .unreachable
        emit(.nodeLeft(member, nick: nick(of: member), reason))
    }

    /// Its addresses in turn, one a dial.
    private mutating func dialMember(_ member: NodeID) {
        guard let known = endpoints[member], !known.isEmpty, !isBarred(member) else {
            return topology.dialFailed(member, byNetwork: false, now: now, using: &generator)
        }
        let turn = dialTurns[member, default: 0]
        dialTurns[member] = turn &+ 1
        if dial(.member(member), known[turn % known.count], expected: member) == nil {
            topology.dialGivenUp(member, now: now)
        }
    }

    mutating func receive(_ drain: Drain, from peer: NodeID, over link: LinkID) {
        switch drain {
        case .ask:
            send(.drain(topology.agreesToDrain(peer, now: now) ? .agree : .refuse), over: link)
        case .agree:
            send(.leave(LeaveNotice(reason: .shed)), over: link)
            close(link, .shed)
        case .refuse: topology.drainRefused(by: peer)
        }
    }

    mutating func receive(_ request: DialBack, from peer: NodeID, over link: LinkID) {
        switch request {
        case .ask(let text):
            guard let endpoint = Endpoint(text), !dials.values.contains(where: { $0.purpose == .dialBack(link) })
            else { return count("refused.dialBack") }
            dial(.dialBack(link), endpoint, expected: peer)
        case .answer(let reached): topology.dialBackAnswered(by: peer, reached: reached)
        }
    }

    mutating func send(_ message: Message, over link: LinkID, ifOpen: Bool) {
        if links[link]?.phase == .open { send(message, over: link) }
    }
}
