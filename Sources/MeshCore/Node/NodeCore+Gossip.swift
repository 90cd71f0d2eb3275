// What comes over an open link: heartbeats, digests, deltas, operations; and this node's own records.
extension NodeCore {
    mutating func receive(_ message: Message, over link: LinkID) {
        guard let state = links[link], state.phase != .closing else { return }
        if keepEarly(message, over: link) { return }
        count("received.\(message.name)")
        switch message {
        case .hello(let signed): return receiveHello(signed, over: link)
        case .welcome(let signed): return receiveWelcome(signed, over: link)
        case .reject(let signed): return receiveReject(signed, over: link)
        case .leave(let notice) where state.phase != .open: return receiveLeave(notice, over: link)
        default: break
        }
        // Before both ends are known to be members no byte of gossip flows.
        guard state.phase == .open, let peer = state.peer else { return close(link, .protocolViolation) }
        heard(from: peer, over: link)
        if !message.isFarewell { establish(link, with: peer) }
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
        guard let state = links[link], state.phase == .awaitStore, state.early.count < Self.earlyMessages else {
            return false
        }
        switch message {
        case .hello, .welcome, .reject, .leave: return false
        default:
            links[link]?.early.append(message)
            return true
        }
    }

    /// A digest, a vector, a heartbeat and some requests: what a peer says in the milliseconds of an fsync.
    private static var earlyMessages: Int { 32 }

    private mutating func receiveLeave(_ notice: LeaveNotice, over link: LinkID) {
        links[link]?.leaveReason = notice.reason
        close(link, .closedByPeer)
    }

    // MARK: Heartbeats

    /// Any byte proves life; only heartbeats are samples.
    private mutating func heard(from peer: NodeID, over link: LinkID) {
        guard links[link]?.suspectSince != nil else { return }
        links[link]?.suspectSince = nil
        links[link]?.detector?.restart(at: now)
        rearmSuspicion(link)
        if primaryLink(to: peer) == link { topology.restore(peer, now: now) }
    }

    private mutating func receive(_ beat: Heartbeat, over link: LinkID) {
        links[link]?.detector?.heartbeat(at: now)
        rearmSuspicion(link)
        links[link]?.lastBeatSent = beat.sent
        links[link]?.lastBeatAt = now
        let clock = microseconds
        guard beat.echo != 0, clock >= beat.echo, clock - beat.echo >= UInt64(beat.held) else { return }
        links[link]?.roundTrip = .microseconds(Int64(clamping: clock - beat.echo - UInt64(beat.held)))
    }

    /// This node's clock for round trips, never 0.
    private var microseconds: UInt64 { UInt64(clamping: now.uptime / 1_000) | 1 }

    mutating func beat() {
        timers.heartbeat = now + configuration.heartbeatInterval
        for link in openLinks { sendBeat(over: link) }
    }

    mutating func sendBeat(over link: LinkID) {
        guard let state = links[link] else { return }
        let held = state.lastBeatAt.map { UInt32(clamping: (now - $0).nanoseconds / 1_000) } ?? 0
        send(.heartbeat(Heartbeat(sent: microseconds, echo: state.lastBeatSent, held: held)), over: link)
    }

    // MARK: Digests

    /// Equal roots end the round; this is all a quiet mesh sends.
    mutating func gossip() {
        timers.gossip = now + configuration.gossipInterval
        for link in openLinks {
            if let until = links[link]?.exchangeUntil, until <= now { links[link]?.exchangeUntil = nil }
            sendDigest(over: link, withDetail: links[link]?.isSynced == false)
        }
    }

    /// One hash over all membership operations and all records.
    var root: Hash {
        mutating get {
            if let cachedRoot { return cachedRoot }
            let detail = digestDetail
            let root = cryptography.hash(Label.of(.digest, in: networkID) + detail.encoded())
            cachedRoot = root
            return root
        }
    }

    private var digestDetail: DigestDetail {
        mutating get {
            DigestDetail(
                signers: operations.summaries(with: cryptography), owners: records.digest(with: cryptography))
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
        guard network != nil else { return }
        links[link]?.peerRoot = digest.root
        if digest.root == root {
            links[link]?.exchangeUntil = nil
            // Whoever sends details waits for an answer; that there is nothing to send is one.
            if digest.detail != nil { sendDigest(over: link, withDetail: false) }
            return synced(link)
        }
        guard let detail = digest.detail else {
            // The peer differs and has not said how: tell it how we are, and it sends what we lack.
            return answerDigest(over: link)
        }
        if reconcile(detail.signers, over: link) {
            links[link]?.peerDetail = detail
        } else {
            exchangeRecords(detail, over: link)
        }
    }

    /// Details are large; one a round and link is enough.
    private mutating func answerDigest(over link: LinkID) {
        guard links[link]?.exchangeUntil == nil,
            links[link]?.detailSentAt.map({ now - $0 >= configuration.gossipInterval }) ?? true
        else { return }
        sendDigest(over: link, withDetail: true)
    }

    private mutating func exchangeRecords(_ detail: DigestDetail, over link: LinkID) {
        links[link]?.peerDetail = nil
        synced(link)
        sendMissing(from: detail, over: link)
        answerDigest(over: link)
    }

    /// New operations may have closed the gap that an unsynced link was waiting for.
    mutating func resumeExchange(over link: LinkID) {
        guard links[link]?.isSynced == false else { return }
        sendDigest(over: link, withDetail: true)
        guard let detail = links[link]?.peerDetail, detail.signers == operations.summaries(with: cryptography)
        else { return }
        exchangeRecords(detail, over: link)
    }

    /// Sends our ids of every signer whose operations differ; the peer does the same, and each sends what is missing.
    private mutating func reconcile(_ theirs: [DigestDetail.Signer], over link: LinkID) -> Bool {
        let ours = operations.summaries(with: cryptography)
        guard ours != theirs else { return false }
        let their = Dictionary(theirs.map { ($0.signer, $0) }, uniquingKeysWith: { first, _ in first })
        let our = Dictionary(ours.map { ($0.signer, $0) }, uniquingKeysWith: { first, _ in first })
        for signer in Set(their.keys).union(our.keys).sorted() where their[signer] != our[signer] {
            let ids = Array(operations.ids(of: signer).prefix(WireLimits.operationIDs))
            send(.operationIDs(OperationIDs(signer: signer, ids: ids)), over: link)
        }
        return true
    }

    private mutating func receive(_ message: OperationIDs, over link: LinkID) {
        let missing = operations.operations(of: message.signer, missingFrom: message.ids).map(\.operation)
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
        guard links[link]?.isSynced == false else { return }
        links[link]?.isSynced = true
        isCatchingUp = false
        sendVector(over: link, withChains: false)
        requestDirect(from: links[link]?.peer)
    }

    // MARK: Records

    private mutating func sendMissing(from detail: DigestDetail, over link: LinkID) {
        let missing = records.missing(from: detail.owners, with: cryptography)
        // Also an empty answer is one: it ends the exchange.
        guard !missing.isEmpty else { return send(.delta(Delta(records: [], isComplete: true)), over: link) }
        let chunks = missing.chunked(bySize: WireLimits.chunk, countLimit: WireLimits.records) { $0.body.count + 72 }
        for (index, chunk) in chunks.enumerated() {
            send(.delta(Delta(records: chunk, isComplete: index == chunks.count - 1)), over: link)
        }
    }

    private mutating func receive(_ delta: Delta, over link: LinkID) {
        var fresh: [Signed] = []
        for signed in delta.records {
            switch take(signed) {
            case .success(let isNew): if isNew { fresh.append(signed) }
            case .failure(let error):
                count(error.counter)
                return close(link, .protocolViolation)
            }
        }
        if !fresh.isEmpty { cachedRoot = nil }
        if delta.isComplete {
            links[link]?.exchangeUntil = nil
            sendDigest(over: link, withDetail: false)
        }
        guard !fresh.isEmpty else { return }
        for other in openLinks where other != link && links[other]?.isSynced == true {
            send(.delta(Delta(records: fresh, isComplete: false)), over: other)
        }
    }

    /// Checks a record and keeps it if it is news. Only a bad record is an error: an old one is everyday life.
    private mutating func take(_ signed: Signed) -> Result<Bool, VerificationError> {
        let claimed: Record
        do { claimed = try Record(body: signed.body) } catch { return .failure(.malformed(error)) }
        let owner = claimed.signer
        guard membership.isMember(owner) else {
            count("refused.recordOfStranger")
            return .success(false)
        }
        let recordID = recordID(ofBody: signed.body)
        guard records.verdict(on: claimed, id: recordID) == .new else { return .success(false) }
        if membership.isOpen, records.owners.count >= configuration.limits.members,
            !records.owners.contains(owner)
        {
            count("refused.tooManyOwners")
            return .success(false)
        }
        guard recordLimits[owner, default: RateLimit(burst: 40, perSecond: 2)].allows(at: now) else {
            count("refused.recordRate")
            return .success(false)
        }
        do { _ = try Record.verified(signed, in: networkID, with: cryptography) } catch { return .failure(error) }
        if owner == id { return .success(outlive(claimed)) }
        if let problem = problem(with: claimed) { return .failure(.malformed(problem)) }
        records.insert(RecordStore.Entry(record: claimed, signed: signed, id: recordID))
        applied(claimed)
        return .success(true)
    }

    /// A record of this node's own from a later life: a restored copy. The new life is led past it.
    private mutating func outlive(_ record: Record) -> Bool {
        guard (record.life, record.version) >= (life, recordVersion) else { return false }
        // Two programs under one key would otherwise overtake each other as fast as the network is.
        guard outlivedAt.map({ now - $0 >= .seconds(5) }) ?? true else { return false }
        outlivedAt = now
        warn("own-records", "records of this identity from another run came back; is it running twice?")
        guard record.life + 1 < WireLimits.sequence else { return false }
        life = max(life, record.life) + 1
        recordVersion = 0
        persist([.life(life)], then: .nothing)
        publishAddress()
        publishNick()
        publishPrekeys()
        return false
    }

    /// The value must make sense, whoever signed it.
    private func problem(with record: Record) -> WireError? {
        do throws(WireError) {
            switch record.key {
            case RecordKey.links:
                let value = try LinksValue(decoding: record.value)
                if value.links.contains(where: { $0.peer == record.signer }) { return .invalid("link to oneself") }
            case RecordKey.address: _ = try AddressValue(decoding: record.value)
            case RecordKey.prekeys:
                let value = try PrekeysValue(decoding: record.value)
                guard value.prekeys.allSatisfy({ cryptography.isAcceptable(prekey: $0.publicKey) }) else {
                    return .invalid("prekey")
                }
            case RecordKey.nick:
                guard let nick = String(validating: record.value, as: UTF8.self), Nick.valid(nick) != nil else {
                    return .invalid("nick")
                }
            default: break
            }
        } catch { return error }
        return nil
    }

    /// What a new record of another member means here.
    private mutating func applied(_ record: Record) {
        // In an open network whoever publishes is a member from here on.
        if membership.isOpen { refreshRoster() }
        switch record.key {
        case RecordKey.links:
            guard let value = try? LinksValue(decoding: record.value) else { return }
            // Goodbye: only the leaving node publishes that it wants no links (see `quit`).
            if value.wanted == 0, value.links.isEmpty {
                quitters.insert(record.signer)
                topology.memberLeft(record.signer, now: now)
            }
            topology.recordReceived(value, of: record.signer)
        case RecordKey.address:
            guard let value = try? AddressValue(decoding: record.value) else { return }
            remember(value.endpoints.compactMap { Endpoint($0) }, of: record.signer)
            refreshRoster()
        case RecordKey.nick:
            guard let nick = String(validating: record.value, as: UTF8.self) else { return }
            if knownNicks[record.signer] != nick {
                emit(.nickChanged(record.signer, nick: nick, was: knownNicks[record.signer]))
                knownNicks[record.signer] = nick
                persist([.memberNick(record.signer, nick)], then: .nothing)
            }
        default: break
        }
    }

    private func recordID(ofBody body: [UInt8]) -> Hash {
        cryptography.hash(Label.of(.idRecord, in: networkID) + body)
    }

    // MARK: Own records

    mutating func publish(_ key: String, _ value: [UInt8]) {
        guard isMember else { return }
        recordVersion += 1
        let record = Record(signer: id, life: life, version: recordVersion, key: key, value: value)
        let signed = record.signed(in: networkID, with: cryptography)
        records.insert(RecordStore.Entry(record: record, signed: signed, id: recordID(ofBody: signed.body)))
        cachedRoot = nil
        for link in openLinks where links[link]?.isSynced == true {
            send(.delta(Delta(records: [signed], isComplete: false)), over: link)
        }
    }

    mutating func publishAddress() {
        let value = AddressValue(endpoints: reachableAt.prefix(WireLimits.endpoints).map(\.description))
        publish(RecordKey.address, value.encoded())
    }

    mutating func publishNick() {
        if let nick { publish(RecordKey.nick, Array(nick.utf8)) }
    }

    mutating func publishLinks(_ value: LinksValue) { publish(RecordKey.links, value.encoded()) }

    /// The calendar may jump (a suspended laptop, a corrected clock): it is looked at this often.
    private static let prekeyCheck: Duration = .seconds(60)

    mutating func publishPrekeys() {
        publish(RecordKey.prekeys, chat.ring.published.encoded())
        guard let turn = chat.ring.nextTurn else { return }
        let wait = turn > now.wall ? turn - now.wall : 0
        timers.prekeys = now + min(.milliseconds(Int64(clamping: wait)), Self.prekeyCheck)
    }

    mutating func turnPrekeys() {
        timers.prekeys = now + Self.prekeyCheck
        guard network != nil else { return }
        if chat.turnPrekeys(at: now) { publishPrekeys() }
    }

    func prekeys(of member: NodeID) -> PrekeysValue? {
        records.entry(RecordKey.prekeys, of: member).flatMap { try? PrekeysValue(decoding: $0.record.value) }
    }
}

extension Array {
    /// Cut into runs of at most `countLimit` elements and about `limit` bytes, never empty.
    func chunked(bySize limit: Int, countLimit: Int, size: (Element) -> Int) -> [[Element]] {
        var chunks: [[Element]] = []
        var room = 0
        for element in self {
            if chunks.isEmpty || room < size(element) || (chunks.last?.count ?? 0) >= countLimit {
                chunks.append([])
                room = limit
            }
            chunks[chunks.count - 1].append(element)
            room -= size(element)
        }
        return chunks
    }
}
