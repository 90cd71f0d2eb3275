// Messages and prekeys on disk: what must be there before anybody hears of it, and what is read back.
extension NodeCore {
    /// Goes on when what has changed in the chat is on disk; at once where nothing is kept there.
    mutating func keep(then continuation: Continuation) {
        let changes = chat.takeChanges()
        guard configuration.isDurable, !changes.isEmpty else { return proceed(continuation) }
        outbox.append(.store(register(continuation), changes))
    }

    mutating func register(_ continuation: Continuation) -> PersistID {
        persistCount += 1
        let id = PersistID(persistCount)
        waiting[id] = continuation
        return id
    }

    /// The network has changed: what is on disk belongs to the one before.
    mutating func clearDisk() {
        if configuration.isDurable { outbox.append(.store(register(.kept), [.clear])) }
    }

    /// How often messages are looked through for old ones.
    private static let retentionInterval: Duration = .seconds(3_600)

    /// What is older than the group's members want to keep goes, here; it counts as had and does not come back.
    mutating func forgetOldMessages() {
        guard configuration.keepMessages != nil || configuration.storedMessages != nil else {
            timers.retention = .distantFuture
            return
        }
        timers.retention = now + Self.retentionInterval
        let border = configuration.keepMessages.map { now.wall - min(now.wall, UInt64(max(0, $0.milliseconds))) }
        forgetMessages(storedBefore: border, keepingNewest: configuration.storedMessages)
    }

    /// Letters and raw broadcasts that wait to be asked for are not messages of this node, and stay.
    mutating func forgetMessages(storedBefore wall: UInt64?, keepingNewest count: Int?) {
        for id in chat.forgetMessages(storedBefore: wall, keepingNewest: count) {
            payloads[id] = nil
            handedOver(id)
        }
    }

    /// From now on the member counts as one who was addressed.
    mutating func admit(_ member: NodeID) {
        memberSince[member] = now.wall
        chat.noteMember(member, since: now.wall)
    }

    /// Applies what an earlier run left on disk; called once, before the node starts.
    package mutating func restore(_ state: StoredState) {
        guard network != nil else { return }
        for (member, since) in state.memberSince where membership.isMember(member) { memberSince[member] = since }
        let damaged = chat.restore(state)
        if damaged > 0 { count("refused.restoredMessage", UInt64(damaged)) }
        restoreAcks(of: state)
        cachedVector = nil
    }

    mutating func found(_ id: PersistID, _ messages: [StoredMessage]) {
        guard case .serve(let request, let requestID)? = waiting.removeValue(forKey: id) else { return }
        respond(to: request, requestID, with: messages.compactMap { chat.item($0) })
    }

    /// What of a request is on disk only.
    func query(for request: SyncRequest) -> StoreQuery? {
        guard configuration.isDurable else { return nil }
        var places: [ChainPlace] = []
        switch request.want {
        case .ranges(let ranges):
            for range in ranges where places.count < WireLimits.syncItems {
                places += chat.history.placesOutOfMemory(
                    in: range, to: nil, limit: WireLimits.syncItems - places.count)
            }
        case .ids(let ids):
            let unknown = ids.filter { !chat.history.contains($0) }
            return unknown.isEmpty ? nil : .ids(unknown)
        case .direct(let held):
            guard let range = chat.unacknowledgedRange(to: request.signer) else { return nil }
            places = chat.history.placesOutOfMemory(in: range, to: request.signer, limit: WireLimits.syncItems)
                .filter { place in !held.contains { $0.holds(place) } }
        }
        return places.isEmpty ? nil : .places(places)
    }
}
