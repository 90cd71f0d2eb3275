// Anti-entropy of messages: version vectors find every gap, signed requests fill it, re-sealed if need be.
extension NodeCore {
    /// Bytes of one SyncResponse, and requests one member may make.
    private static let responseSize = 256 * 1_024
    private static let requestBurst = 32
    private static let requestsPerSecond = 8.0
    private static let requestTimeout: Duration = .seconds(5)
    /// Members asked in one beat because they have not acknowledged a direct message.
    private static let remindersPerBeat = 8
    /// Whoever was asked for direct messages so recently is not asked back.
    private static let askBackPause: Duration = .seconds(10)

    // MARK: Vectors

    /// The vector of the chains as far as their messages are honoured, so that those of equal nodes are equal. Made anew
    /// when a message was stored or the membership has changed: among 1,000 authors that takes some 200 microseconds.
    private var honouredVector: CachedVector {
        mutating get {
            if let cachedVector, cachedVector.arrivals == chat.history.arrivals { return cachedVector }
            // A closure over `self` would copy a whole node.
            let membership = membership
            let honoured = chat.history.holdings.compactMap { holding in
                membership.lastHonouredMessage(by: holding.author, chain: holding.chain).flatMap { holding.through($0) }
            }
            let holdings = honoured.prefix(WireLimits.vectorChains)
            let chains = holdings.map { VersionVector.Entry(author: $0.author, chain: $0.chain, next: $0.end) }
            let root = cryptography.hash(Self.encodedVector(chains, gaps: holdings.map(\.gaps), of: networkID))
            let vector = CachedVector(arrivals: chat.history.arrivals, root: root, chains: chains)
            cachedVector = vector
            return vector
        }
    }

    mutating func sendVector(over link: LinkID, withChains: Bool) {
        guard links.line(of: link)?.isSynced == true else { return }
        let vector = honouredVector
        if withChains {
            links[link]?.vectorSentAt = now
            charge(vector.chains.count * 56, to: link, from: .others)
        }
        send(.vector(VersionVector(root: vector.root, chains: withChains ? vector.chains : nil)), over: link)
    }

    /// Over where each chain ends, and over every gap: an author may die with a message that nobody else has, and
    /// what comes after it is to be found all the same.
    private static func encodedVector(
        _ chains: [VersionVector.Entry], gaps: [[Range<UInt64>]], of network: Hash
    ) -> [UInt8] {
        var writer = WireWriter()
        writer.write(raw: Label.of(.vector, in: network))
        writer.write(list: chains)
        for (index, gaps) in gaps.enumerated() {
            for gap in gaps {
                writer.write(UInt64(index))
                writer.write(gap.lowerBound)
                writer.write(gap.upperBound)
            }
        }
        return writer.bytes
    }

    mutating func receive(_ vector: VersionVector, from peer: NodeID, over link: LinkID) {
        guard vector.root != honouredVector.root else {
            links[link]?.peerVector = []
            return chat.passed(before: .max)
        }
        guard let chains = vector.chains else {
            if mayAnswer(link, from: .others) { sendVector(over: link, withChains: true) }
            return
        }
        for chain in chains where chain.author == id {
            leaveChain(chain)
            if chain.chain == chat.ownGroupChain.id { chat.passed(before: chain.next) }
        }
        links[link]?.peerVector = chains
        requestRanges()
        let sentRecently = links[link]?.vectorSentAt.map { now - $0 < .seconds(2) } ?? false
        if chat.history.exceeds(chains), !sentRecently { sendVector(over: link, withChains: true) }
    }

    /// A message of this node that it does not know itself: its disk is older than what it has said.
    private mutating func leaveChain(_ entry: VersionVector.Entry) {
        guard chat.leaveChainIfTaken(entry.chain, upTo: entry.next) else { return }
        warn("forked-log", "others hold messages of this identity that this node does not know: is it running twice?")
    }

    /// Asks one peer at a time, so that two neighbours do not send the same history twice.
    mutating func requestRanges() {
        if let inFlight = rangesInFlight, inFlight.until > now { return }
        rangesInFlight = nil
        // Whoever did not answer before is asked last: a peer with invented chains must not hold up the repair.
        let ordered = openLinks.sorted { (links[$0]?.silences ?? 0, $0) < (links[$1]?.silences ?? 0, $1) }
        for link in ordered {
            guard let state = links[link], let peer = state.peer, !state.peerVector.isEmpty else { continue }
            let ranges = chat.history.lacking(comparedTo: honouredClaims(of: link), limit: WireLimits.ranges)
            if ranges.isEmpty {
                links[link]?.peerVector = []
                continue
            }
            rangesInFlight = (peer, now + Self.requestTimeout)
            request(.ranges(ranges), from: peer)
            return
        }
    }

    /// What the peer says to hold of members' chains.
    func honouredClaims(of link: LinkID) -> [VersionVector.Entry] {
        links[link]?.peerVector.filter { $0.next > 0 && membership.isAdmitted($0.author) } ?? []
    }

    /// Who did not answer in time is passed over until it says again what it has.
    mutating func passOverSilentProvider() {
        guard let inFlight = rangesInFlight, inFlight.until <= now else { return }
        count("silentProvider")
        rangesInFlight = nil
        for link in openLinks where links.line(of: link)?.peer == inFlight.peer {
            links[link]?.peerVector = []
            links[link]?.silences += 1
        }
        requestRanges()
    }

    /// The beat of anti-entropy: every link, and one member beyond them.
    mutating func repair() {
        timers.repair = now + Self.repairInterval
        settleRoster()
        for link in openLinks { sendVector(over: link, withChains: false) }
        requestDirect(from: directProvider())
        probeRelays()
        let waiting = chat.unacknowledged.filter { topology.isReachable($0) }
        for member in waiting.shuffled(using: &generator).prefix(Self.remindersPerBeat) { remind(member) }
    }

    /// A neighbour, mostly: everybody keeps what is sealed for the absent. One time in ten a member beyond them, which
    /// costs as many links as lie between; asking those alone was a quarter of what an idle node of 1,000 sent.
    private mutating func directProvider() -> NodeID? {
        let neighbours = openLinks.compactMap { links[$0]?.peer }
        guard Int.random(in: 0..<10, using: &generator) == 0 else { return neighbours.randomElement(using: &generator) }
        return topology.reachable.filter { $0 != id }.randomElement(using: &generator)
    }

    /// A direct message lies with its author until the recipient asks for it. The recipient does not know; so the
    /// author asks first, and whoever is asked asks back. Waiting for the recipient's own random question took N / 2
    /// beats, more than two minutes with ten members.
    mutating func remind(_ member: NodeID) {
        if chat.unacknowledged.contains(member) { requestDirect(from: member) }
    }

    // MARK: Requests

    mutating func request(_ want: SyncRequest.Want, from provider: NodeID) {
        guard let new = makeRequest(want, to: provider), route(new.routed) else { return }
        requests[new.id] = new.request
    }

    /// A signed request on its way out, and what is to be remembered of it.
    mutating func makeRequest(
        _ want: SyncRequest.Want, to provider: NodeID, probing neighbour: NodeID? = nil
    ) -> (id: Hash, request: Request, routed: Routed)? {
        guard let prekey = chat.ring.current, let nonce = Bytes32(cryptography.randomBytes(Bytes32.count)) else {
            return nil
        }
        let body = SyncRequest(signer: id, to: provider, nonce: nonce, prekey: prekey, want: want)
        let signed = body.signed(in: networkID, with: cryptography)
        return (
            SyncRequest.id(ofBody: signed.body, in: networkID, with: cryptography),
            Request(provider: provider, prekey: prekey, sentAt: now, want: want, probes: neighbour),
            Routed(to: provider, item: .request(signed))
        )
    }

    /// Direct messages to this node that the member holds for it.
    mutating func requestDirect(from member: NodeID?) {
        guard let member, member != id else { return }
        // What came and cannot be opened here stands for held, or it would stand before all later ones.
        let unreadable = missed.keys.compactMap { missed[$0]?.direct }.filter { $0.author != member }
        let held = chat.history.directHeld(by: id) + unreadable
        directAsked[member] = now
        request(.direct(Array(held.prefix(WireLimits.ranges))), from: member)
    }

    mutating func receiveRequest(_ signed: Signed) {
        let requestID = SyncRequest.id(ofBody: signed.body, in: networkID, with: cryptography)
        guard answered[requestID] == nil else { return count("refused.replayedRequest") }
        let request: SyncRequest
        do { request = try SyncRequest.verified(signed, in: networkID, with: cryptography) } catch {
            return count(error.counter)
        }
        guard request.to == id, membership.isMember(request.signer), request.signer != id else {
            return count("refused.request")
        }
        guard mayAsk(request.signer) else { return count("refused.requestRate") }
        answered[requestID] = true
        guard let query = query(for: request) else { return respond(to: request, requestID, with: []) }
        outbox.append(.find(register(.serve(request, requestID)), query))
    }

    /// `found`: what was read from the disk for it.
    mutating func respond(to request: SyncRequest, _ requestID: Hash, with found: [ChatHistory.Item]) {
        let (items, hasMore) = serve(request, requestID, found)
        markPassed(items)
        let body = SyncResponse(signer: id, request: requestID, items: items, hasMore: hasMore)
        route(
            Routed(to: request.signer, item: .response(body.signed(in: networkID, with: cryptography))))
    }

    private mutating func mayAsk(_ requester: NodeID) -> Bool {
        let fresh = RateLimit(burst: Self.requestBurst, perSecond: Self.requestsPerSecond)
        var limit = requestLimits[requester] ?? fresh
        defer { requestLimits[requester] = limit }
        return limit.allows(at: now)
    }

    private mutating func markPassed(_ items: [SyncResponse.Item]) {
        guard unpassed.count > 0 else { return }
        for case .resealed(let message, _, _, _) in items {
            handedOver(ChatBody.id(ofBody: message.body, in: networkID, with: cryptography))
        }
    }

    private mutating func serve(
        _ request: SyncRequest, _ requestID: Hash, _ found: [ChatHistory.Item]
    ) -> ([SyncResponse.Item], Bool) {
        var letters: [SyncResponse.Item] = []
        var items: [ChatHistory.Item] = []
        var missing: [SyncResponse.Item] = []
        var isCut = false
        switch request.want {
        case .ranges(let ranges):
            for range in ranges where items.count < WireLimits.syncItems {
                items += chat.history.items(in: range, limit: WireLimits.syncItems - items.count)
            }
            items = oldestFirst(items, found)
        case .ids(let ids):
            for id in ids {
                if let item = chat.history.item(id) ?? found.first(where: { $0.message.id == id }) {
                    items.append(item)
                } else {
                    missing.append(.missing(id))
                }
            }
        case .direct(let held):
            let waiting = chat.mailbox.letters(for: request.signer, except: held, limit: WireLimits.syncItems / 2)
            let first = waiting[...].prefixBySize(Self.responseSize) {
                $0.ciphertext.count + $0.message.body.count + $0.wraps.bytes.count + 96
            }
            letters = first.map { .sealed($0) }
            if directAsked[request.signer].map({ now - $0 >= Self.askBackPause }) ?? true {
                requestDirect(from: request.signer)
            }
            isCut = first.count < waiting.count || waiting.count == WireLimits.syncItems / 2
            items = oldestFirst(chat.history.directItems(from: id, to: request.signer, except: held), found)
        }
        let room = WireLimits.syncItems - letters.count - missing.count
        // A closure over `self` would copy a whole node for each.
        var permitted: [ChatHistory.Item] = []
        for item in items where mayHand(item, to: request.signer) { permitted.append(item) }
        let chosen = permitted.prefix(room).prefixBySize(Self.responseSize) {
            $0.ciphertext.count + $0.signed.body.count + 160
        }
        let resealed = request.prekey.flatMap {
            chat.reseal(chosen, for: request.signer, prekey: $0, request: requestID)
        }
        isCut = isCut || chosen.count < permitted.count || (items.count == WireLimits.syncItems && !chosen.isEmpty)
        return (letters + (resealed ?? []) + missing, isCut)
    }

    /// What is read from the disk came before what is still in memory.
    private func oldestFirst(_ items: [ChatHistory.Item], _ found: [ChatHistory.Item]) -> [ChatHistory.Item] {
        guard !found.isEmpty else { return items }
        let all = (found + items).sorted { ChainPlace($0.header) < ChainPlace($1.header) }
        return Array(all.prefix(WireLimits.syncItems))
    }

    /// Group messages as the policy allows; direct ones only by their author, to their recipient (protocol, 3.4, 3.5).
    private func mayHand(_ item: ChatHistory.Item, to requester: NodeID) -> Bool {
        if unpublished.contains(item.message.id) { return false }
        if let to = item.header.to { return item.header.sender == id && to == requester }
        guard mayWrite(item.header) else { return false }
        if configuration.historyForNew == .all || item.header.sender == requester { return true }
        // Whoever was a member when it was stored was addressed: that is repair, not history.
        return memberSince[requester].map { $0 <= item.storedAt } ?? false
    }

    // MARK: Responses

    mutating func receiveResponse(_ signed: Signed) {
        let response: SyncResponse
        do { response = try SyncResponse.verified(signed, in: networkID, with: cryptography) } catch {
            return count(error.counter)
        }
        guard let request = requests[response.request], request.provider == response.signer else {
            return count("refused.unaskedResponse")
        }
        requests[response.request] = nil
        if let neighbour = request.probes { return probeSucceeded(through: neighbour) }
        let missedBefore = missed.count
        var brought = 0
        for item in response.items where take(item, request: response.request, request) { brought += 1 }
        count("repaired", UInt64(brought))
        // Only progress is followed up: an answer that brings nothing new would come again and again.
        if case .direct = request.want, response.hasMore, brought > 0 || missed.count > missedBefore {
            requestDirect(from: request.provider)
        }
        guard case .ranges = request.want else { return }
        rangesInFlight = nil
        if brought > 0 { tellCatchUp() }
        // A peer that brought nothing has nothing (more) for us: do not ask it again before it says so.
        if brought == 0 || !response.hasMore {
            for link in openLinks where links.line(of: link)?.peer == request.provider { links[link]?.peerVector = [] }
        }
        requestRanges()
    }

    /// True when a message was stored.
    private mutating func take(_ item: SyncResponse.Item, request id: Hash, _ request: Request) -> Bool {
        let reception: ChatMachine.Reception
        switch item {
        case .missing: return false
        case .sealed(let envelope):
            guard let claim = admissible(envelope.message, in: request) else { return false }
            reception = chat.receive(envelope, claim: claim, now: now)
        case .resealed(let message, let ciphertext, let encapsulated, let sealed):
            guard admissible(message, in: request) != nil else { return false }
            reception = chat.receive(
                resealed: (message, ciphertext, encapsulated, sealed), from: request.provider, request: id,
                prekey: request.prekey, now: now)
        }
        if case .refused(let counter) = reception { count(counter) }
        tell(reception)
        switch reception {
        case .stored(let message, let verified), .forked(let message, let verified):
            announceRepaired(verified, message, from: request.provider)
            return true
        default: return false
        }
    }

    /// What a message of a response claims to be, if it was asked for and its author may have written it.
    private mutating func admissible(_ message: Signed, in request: Request) -> EnvelopeOpener.Claim? {
        guard let claim = try? chat.claim(of: message), mayWrite(claim.body.header) else {
            count("refused.author")
            return nil
        }
        guard request.want.covers(claim.id, claim.body.header, for: id) else {
            count("refused.unaskedItem")
            return nil
        }
        guard !isBackdated(claim.body.header, claim.id) else {
            count("refused.backdated")
            return nil
        }
        return claim
    }

    /// What repair brings is announced onward, or others never hear of it.
    private mutating func announceRepaired(
        _ verified: EnvelopeOpener.Verified, _ message: ChatMessage, from provider: NodeID
    ) {
        guard !message.isDirect else { return plumtree.markSeen(verified.id) }
        perform(
            plumtree.publish(
                verified.id, author: message.from, isRepaired: true, from: primaryLink(to: provider), now: now))
    }
}
