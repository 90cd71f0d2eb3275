// Chat and application messages along the trees, and what is carried to one member.
extension NodeCore {
    mutating func perform(_ actions: [PlumtreeMachine.Action]) {
        var wanted: [LinkID: [Hash]] = [:]
        for action in actions {
            switch action {
            case .send(let link, let message): send(message, over: link)
            case .push(let link, let id, let hops, let isReset):
                guard let item = payloads[id], links.line(of: link)?.isSynced == true else { continue }
                send(.gossip(Gossip(isReset: isReset, hops: hops, item: item)), over: link)
                passed(id, item)
            case .fetch(let link, let id, _): wanted[link, default: []].append(id)
            case .giveUp(let id, let author):
                if fictionLimit.allows(at: now) {
                    miss(id, author: author, direct: nil)
                } else {
                    count("dropped.undelivered")
                }
            }
        }
        for (link, ids) in wanted.sorted(by: { $0.key < $1.key }) {
            guard let peer = links.line(of: link)?.peer else { continue }
            request(.ids(Array(ids.prefix(WireLimits.ranges))), from: peer)
        }
    }

    mutating func receive(_ gossip: Gossip, over link: LinkID) {
        switch gossip.item {
        case .chat(let envelope): receiveChat(envelope, gossip, over: link)
        case .raw(let signed): receiveRaw(signed, gossip, over: link)
        }
    }

    private mutating func receiveChat(_ envelope: Envelope, _ gossip: Gossip, over link: LinkID) {
        guard let claim = try? chat.claim(of: envelope.message) else {
            count("malformed.chat")
            return close(link, .protocolViolation)
        }
        let (id, header) = (claim.id, claim.body.header)
        // Duplicates are judged against the store, not only against a cache; a signature is checked once.
        if plumtree.hasSeen(id) || chat.history.contains(id) {
            count("duplicates")
            return perform(
                plumtree.received(
                    id, author: header.sender, hops: gossip.hops, isReset: gossip.isReset, over: link, isNew: false,
                    now: now))
        }
        guard mayWrite(header) else { return refuseAuthor(of: header, id) }
        guard !isBackdated(header, id) else { return count("refused.backdated") }
        count("verified.message")
        let reception = chat.receive(envelope, claim: claim, now: now)
        switch reception {
        case .refused(let counter) where counter == "refused.unopenable":
            // Its signature is good and others may be able to open it: pass it on, and show the gap here.
            count(counter)
        case .refused(let counter):
            count(counter)
            return close(link, .protocolViolation)
        default: break
        }
        payloads[id] = .chat(envelope)
        perform(
            plumtree.received(
                id, author: header.sender, hops: gossip.hops, isReset: gossip.isReset, over: link, isNew: true,
                now: now))
        tell(reception)
    }

    /// Is the author's message honoured, by the set of operations alone?
    func mayWrite(_ header: ChatHeader) -> Bool {
        header.to == nil
            ? membership.honoursMessage(by: header.sender, chain: header.chain, seq: header.seq)
            : membership.isMember(header.sender)
    }

    /// Whoever is revoked still has the key, and a revocation honours places of a chain, not messages: at a place that
    /// is taken nothing else of a revoked author counts any more.
    func isBackdated(_ header: ChatHeader, _ id: Hash) -> Bool {
        membership.isRevoked(header.sender) && chat.history.holds(header) && !chat.history.contains(id)
    }

    /// What a reception means to people, and to the author of a direct message.
    mutating func tell(_ reception: ChatMachine.Reception) {
        switch reception {
        case .stored(let message, let verified), .forked(let message, let verified):
            if case .forked = reception {
                warn("forked-log", "two messages of \(message.from.short) claim one place: is that key used twice?")
            }
            missed[verified.id] = nil
            ownAcks.isBeingStored(verified.header)
            keep(then: .received(message, verified.header))
        case .missed(let verified):
            count("missed")
            let header = verified.header
            let place = ChainRange(author: header.sender, chain: header.chain, from: header.seq, to: header.seq + 1)
            miss(verified.id, author: header.sender, direct: header.to == nil ? nil : place)
        case .relayed, .known, .refused: break
        }
    }

    /// The message is on disk: from here on it is not lost any more.
    mutating func show(_ message: ChatMessage, _ header: ChatHeader) {
        var shown = named(message)
        shown.missing = chat.history.missing(before: header)
        emit(.chatMessageReceived(shown))
        ownAcks.isStored(header)
        header.to == nil ? scheduleAcks() : acknowledge(header)
    }

    func named(_ message: ChatMessage) -> ChatMessage {
        var message = message
        message.fromNick = nick(of: message.from)
        message.toNick = message.to.flatMap { nick(of: $0) }
        return message
    }

    private mutating func acknowledge(_ header: ChatHeader) {
        guard header.to == id, let seq = chat.history.directComplete(header) else { return }
        let next = ownAcks.limited(seq + 1, of: ChatHistory.ChainKey(header))
        guard next > 0 else { return }
        let ack = Ack(signer: id, to: header.sender, chain: header.chain, seq: next - 1)
        route(Routed(to: header.sender, item: .ack(ack.signed(in: networkID, with: cryptography))))
    }

    // MARK: Application bytes

    private mutating func receiveRaw(_ signed: Signed, _ gossip: Gossip, over link: LinkID) {
        guard let claimed = try? RawMessage(body: signed.body), claimed.to == nil else {
            count("malformed.raw")
            return close(link, .protocolViolation)
        }
        let id = RawMessage.id(ofBody: signed.body, in: networkID, with: cryptography)
        let isNew = !plumtree.hasSeen(id)
        if isNew {
            guard membership.isMember(claimed.signer) else { return count("refused.author") }
            do { try claimed.check(signed, in: networkID, with: cryptography) } catch {
                count(error.counter)
                return close(link, .protocolViolation)
            }
            payloads[id] = .raw(signed)
        }
        perform(
            plumtree.received(
                id, author: claimed.signer, hops: gossip.hops, isReset: gossip.isReset, over: link, isNew: isNew,
                now: now))
        // An own message that comes back after a restart is no news to its author.
        if isNew, claimed.signer != self.id {
            emit(.broadcastReceived(from: claimed.signer, payload: claimed.data, isDirect: false))
        }
    }

    /// Announcements under names that are no member's are not followed up: they would fill trees and repair.
    mutating func receive(_ announcement: IHave, over link: LinkID) {
        var message = announcement
        message.entries.removeAll { !membership.isAdmitted($0.author) }
        perform(plumtree.announced(message, over: link, now: now))
    }

    mutating func receive(_ graft: Graft, over link: LinkID) {
        plumtree.grafted(graft, over: link)
        guard let id = graft.id else { return }
        guard let item = payloads[id], mayAnswer(link, from: .others) else {
            return send(.notFound(NotFound(id: id)), over: link)
        }
        charge(item.size, to: link, from: .others)
        send(.gossip(Gossip(isReset: false, hops: 1, item: item)), over: link)
        passed(id, item)
    }

    /// A peer has it. What nobody's prekey was known for when it was sealed is of no use to anybody yet: that has been
    /// passed on when somebody asked for it and got it sealed anew.
    private mutating func passed(_ id: Hash, _ item: BroadcastItem) {
        if case .chat(let envelope) = item, envelope.wraps.isEmpty { return }
        handedOver(id)
    }

    // MARK: To one member

    /// Hands a signed object to a member, over as many links as it takes. False when it is out of reach.
    @discardableResult
    mutating func route(_ routed: Routed) -> Bool {
        settleRoster()
        guard let next = primaryLink(to: routed.to) != nil ? routed.to : topology.nextHop(to: routed.to),
            let link = primaryLink(to: next)
        else { return false }
        send(.routed(routed), over: link)
        return true
    }

    mutating func receive(_ routed: Routed, from peer: NodeID) {
        guard routed.to == id else {
            guard routed.hopsLeft > 1, membership.isMember(routed.to) else { return count("dropped.routed") }
            if case .ack(let signed) = routed.item, let ack = verifiedAck(signed) { chat.acknowledged(ack) }
            var onward = routed
            onward.hopsLeft -= 1
            if !route(onward) { count("dropped.routed") }
            return
        }
        switch routed.item {
        case .raw(let signed): receiveDirectRaw(signed)
        case .request(let signed): receiveRequest(signed)
        case .response(let signed): receiveResponse(signed)
        case .ack(let signed):
            if let ack = verifiedAck(signed) { tellDirectDeliveries(chat.acknowledged(ack)) }
        }
    }

    private mutating func verifiedAck(_ signed: Signed) -> Ack? {
        do {
            let ack = try Ack.verified(signed, in: networkID, with: cryptography)
            if membership.isMember(ack.signer) { return ack }
            count("refused.author")
        } catch { count(error.counter) }
        return nil
    }

    private mutating func receiveDirectRaw(_ signed: Signed) {
        let raw: RawMessage
        do { raw = try RawMessage.verified(signed, in: networkID, with: cryptography) } catch {
            return count(error.counter)
        }
        let id = RawMessage.id(ofBody: signed.body, in: networkID, with: cryptography)
        guard raw.to == self.id, membership.isMember(raw.signer), !plumtree.hasSeen(id) else {
            return count("refused.raw")
        }
        plumtree.markSeen(id)
        emit(.broadcastReceived(from: raw.signer, payload: raw.data, isDirect: true))
    }
}
