// What comes over an open link: heartbeats, digests, deltas, operations; and this node's own records.
extension NodeCore {
    mutating func receive(_ message: Message, over link: LinkID) {
        guard let state = links.line(of: link) else { return }
        if !state.isOpen {
            let phase = links.look(at: link) { $0?.phase }
            if phase == .closing || phase == .awaitStore && keepEarly(message, over: link) { return }
        }
        counters.countReceived(message)
        switch message {
        case .hello(let signed): return receiveHello(signed, over: link)
        case .welcome(let signed): return receiveWelcome(signed, over: link)
        case .reject(let signed): return receiveReject(signed, over: link)
        case .leave(let notice) where !state.isOpen: return receiveLeave(notice, over: link)
        default: break
        }
        // Before both ends are known to be members no byte of gossip flows.
        guard state.isOpen, let peer = state.peer else {
            count("refused.beforeWelcome")
            return close(link, .protocolViolation)
        }
        if state.isSuspect { heard(from: peer, over: link) }
        if !state.isEstablished, !message.isFarewell { establish(link, with: peer) }
        switch message {
        case .hello, .welcome, .reject: break
        case .heartbeat(let beat): receive(beat, over: link)
        case .leave(let notice): receiveLeave(notice, over: link)
        case .drain(let drain): receive(drain, from: peer, over: link)
        case .dialBack(let request): receive(request, from: peer, over: link)
        case .digest(let digest): receive(digest, over: link)
        case .delta(let delta): receive(delta, over: link)
        case .operationIDs(let ids): receive(ids, over: link)
        case .operations(let chunk): receive(chunk, over: link)
        case .gossip(let gossip): receive(gossip, over: link)
        case .ihave(let message): receive(message, over: link)
        case .graft(let graft): receive(graft, over: link)
        case .prune(let prune): if membership.isAdmitted(prune.author) { plumtree.pruned(prune, over: link) }
        case .notFound(let answer): plumtree.notFound(answer.id, over: link, now: now)
        case .vector(let vector): receive(vector, from: peer, over: link)
        case .routed(let routed): receive(routed, from: peer)
        case .unknownOptional: count("skipped.unknownKind")
        }
    }

    /// The end that sends WELCOME is open at once and gossips; this one first waits for the disk. A peer that floods
    /// meanwhile is treated like one that gossips before WELCOME.
    private mutating func keepEarly(_ message: Message, over link: LinkID) -> Bool {
        guard let early = links.look(at: link, { $0?.early }), early.count < Self.earlyMessages else { return false }
        switch message {
        case .hello, .welcome, .reject, .leave: return false
        default:
            links[link]?.early.append(message)
            return true
        }
    }

    /// A digest, a vector, a heartbeat and some requests: what a peer says in the milliseconds of an fsync.
    static var earlyMessages: Int { 32 }

    private mutating func receiveLeave(_ notice: LeaveNotice, over link: LinkID) {
        links[link]?.leaveReason = notice.reason
        close(link, .closedByPeer)
    }

    // MARK: Heartbeats

    /// Any byte proves life; only heartbeats, and digests in their place, are samples.
    private mutating func heard(from peer: NodeID, over link: LinkID) {
        links[link]?.suspectSince = nil
        links[link]?.detector?.restart(at: now)
        rearmSuspicion(link)
        if primaryLink(to: peer) == link { topology.restore(peer, now: now) }
    }

    private mutating func receive(_ beat: Heartbeat, over link: LinkID) {
        let (clock, deviations) = (microseconds, suspicionDeviations)
        links[link]?.receive(beat, clock: clock, now: now, deviations: deviations)
    }

    /// A digest in the place of a heartbeat; one that answers another comes between two beats and is none.
    private mutating func noteBeat(over link: LinkID) {
        guard let silence = links.look(at: link, { $0?.detector?.silence(at: now) }),
            silence >= configuration.heartbeatInterval / 2
        else { return }
        let deviations = suspicionDeviations
        links[link]?.heardBeat(at: now, deviations: deviations)
    }

    /// This node's clock for round trips, never 0.
    private var microseconds: UInt64 { UInt64(clamping: now.uptime / 1_000) | 1 }

    mutating func beat() {
        timers.heartbeat = now + configuration.heartbeatInterval
        let isDigestDue = network != nil && timers.gossip <= now + configuration.heartbeatInterval / 2
        if isDigestDue { gossip() }
        // A digest shows as well that this node lives, but measures no round trip: it takes the place of every second
        // heartbeat at most. One packet to each neighbour, and one moment awake, instead of two.
        isBeatOwed = isDigestDue && !isBeatOwed
        guard !isBeatOwed else { return }
        for link in openLinks { sendBeat(over: link) }
    }

    mutating func sendBeat(over link: LinkID) {
        guard let last = links.look(at: link, { link in link.map { (at: $0.lastBeatAt, sent: $0.lastBeatSent) } })
        else { return }
        let held = last.at.map { UInt32(clamping: (now - $0).nanoseconds / 1_000) } ?? 0
        send(.heartbeat(Heartbeat(sent: microseconds, echo: last.sent, held: held)), over: link)
    }

    // MARK: Digests

    /// Equal roots end the round; this is all a quiet mesh sends.
    mutating func gossip() {
        timers.gossip = now + configuration.gossipInterval
        rememberPassed()
        for link in openLinks {
            if let until = links.look(at: link, { $0?.exchangeUntil }), until <= now {
                links[link]?.exchangeUntil = nil
            }
            sendDigest(over: link, withDetail: links.line(of: link)?.isSynced == false)
        }
    }

    /// One hash over all membership operations and all records: over the bytes of `digestDetail`.
    var root: Hash {
        mutating get {
            if let cachedRoot { return cachedRoot }
            var writer = WireWriter()
            writer.write(raw: Label.of(.digest, in: networkID))
            writer.write(list: operations.rememberedSummaries(with: cryptography))
            records.encodeDigest(into: &writer, with: cryptography)
            let root = cryptography.hash(writer.bytes)
            cachedRoot = root
            return root
        }
    }

    private var digestDetail: DigestDetail {
        mutating get {
            DigestDetail(
                signers: operations.rememberedSummaries(with: cryptography), owners: records.digest(with: cryptography))
        }
    }

    mutating func sendDigest(over link: LinkID, withDetail: Bool) {
        guard network != nil else { return }
        send(.digest(Digest(root: root, detail: withDetail ? digestDetail : nil)), over: link)
        if withDetail {
            let until = now + configuration.gossipInterval * 2
            links[link]?.exchangeUntil = until
            links[link]?.detailSentAt = now
        }
    }

    private mutating func receive(_ digest: Digest, over link: LinkID) {
        noteBeat(over: link)
        guard network != nil else { return }
        links[link]?.peerRoot = digest.root
        if digest.root == root {
            links[link]?.exchangeUntil = nil
            links[link]?.differsSince = nil
            // Whoever sends details waits for an answer; that there is nothing to send is one.
            if digest.detail != nil { sendDigest(over: link, withDetail: false) }
            return synced(link)
        }
        guard let detail = digest.detail else {
            // The peer differs and has not said how: tell it how we are, and it sends what we lack.
            return isNewsUnderWay(to: link) ? () : answerDigest(over: link)
        }
        if reconcile(detail.signers, over: link) {
            links[link]?.peerDetail = detail
        } else {
            exchangeRecords(detail, over: link)
        }
    }

    /// While records come in one after the other two ends differ by what is under way between them, and telling each
    /// other all they hold would cost more than the news: 80 kB a second and link among a thousand members of which
    /// half have just died. What still differs half a second after the last news, or after five, is a gap.
    private mutating func isNewsUnderWay(to link: LinkID) -> Bool {
        guard links.line(of: link)?.isSynced == true else { return false }
        let since = links.look(at: link) { $0?.differsSince } ?? now
        links[link]?.differsSince = since
        return now - recordsCameAt < configuration.gossipInterval / 2 && now - since < configuration.gossipInterval * 5
    }

    /// Details are large; one a round and link is enough.
    private mutating func answerDigest(over link: LinkID) {
        guard links[link]?.exchangeUntil == nil,
            links[link]?.detailSentAt.map({ now - $0 >= configuration.gossipInterval }) ?? true
        else { return }
        guard mayAnswer(link, from: .records) else { return }
        sendDigest(over: link, withDetail: true)
        charge(68 * operations.signerCount + 80 * records.ownerCount, to: link, from: .records)
    }

    private mutating func exchangeRecords(_ detail: DigestDetail, over link: LinkID) {
        links[link]?.peerDetail = nil
        synced(link)
        sendMissing(from: detail, over: link)
        answerDigest(over: link)
    }

    /// New operations may have closed the gap that an unsynced link was waiting for.
    mutating func resumeExchange(over link: LinkID) {
        guard links.line(of: link)?.isSynced == false else { return }
        sendDigest(over: link, withDetail: true)
        guard let detail = links[link]?.peerDetail, detail.signers == operations.rememberedSummaries(with: cryptography)
        else { return }
        exchangeRecords(detail, over: link)
    }

    /// Sends our ids of every signer whose operations differ; the peer does the same, and each sends what is missing.
    private mutating func reconcile(_ theirs: [DigestDetail.Signer], over link: LinkID) -> Bool {
        let ours = operations.rememberedSummaries(with: cryptography)
        guard ours != theirs else { return false }
        let their = Dictionary(theirs.map { ($0.signer, $0) }, uniquingKeysWith: { first, _ in first })
        let our = Dictionary(ours.map { ($0.signer, $0) }, uniquingKeysWith: { first, _ in first })
        guard mayAnswer(link, from: .others) else { return true }
        for signer in Set(their.keys).union(our.keys).sorted() where their[signer] != our[signer] {
            charge(40 + 32 * Int(our[signer]?.count ?? 0), to: link, from: .others)
            let ids = Array(operations.ids(of: signer).prefix(WireLimits.operationIDs))
            send(.operationIDs(OperationIDs(signer: signer, ids: ids)), over: link)
        }
        return true
    }

    private mutating func receive(_ message: OperationIDs, over link: LinkID) {
        guard mayAnswer(link, from: .others) else { return }
        let missing = operations.operations(of: message.signer, missingFrom: message.ids).map(\.operation)
        charge(missing.reduce(0) { $0 + $1.signed.body.count + Operation.minimumSize }, to: link, from: .others)
        for chunk in missing.chunked(
            bySize: WireLimits.chunk, countLimit: WireLimits.operations,
            size: {
                $0.signed.body.count + Operation.minimumSize
            })
        {
            send(.operations(OperationsChunk(operations: chunk)), over: link)
        }
    }

    /// Both ends hold the same operations: from here on records and messages flow over this link.
    private mutating func synced(_ link: LinkID) {
        guard links.line(of: link)?.isSynced == false else { return }
        links[link]?.isSynced = true
        isCatchingUp = false
        sendVector(over: link, withChains: false)
        requestDirect(from: links.line(of: link)?.peer)
    }
}
