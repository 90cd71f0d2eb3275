/// Composes, receives, stores and re-seals chat messages of one network.
///
/// It knows keys and messages, not links: what it returns says what to spread and what to tell.
package struct ChatMachine: Sendable {
    /// What became of a received message.
    package enum Reception: Sendable {
        /// Opened and stored.
        case stored(ChatMessage, EnvelopeOpener.Verified)
        /// For this node, but sealed to a prekey it no longer has, or not at all: ask for it anew.
        case missed(EnvelopeOpener.Verified)
        /// For others; kept or not, it is to be passed on.
        case relayed(EnvelopeOpener.Verified)
        case known
        /// Opened and stored, but its author has another message at this place: two histories under one key.
        case forked(ChatMessage, EnvelopeOpener.Verified)
        case refused(String)
    }

    /// Own Lamport time follows received ones at most this far ahead of it (protocol, 3.2).
    private static let lamportJump: UInt64 = 1 << 20

    private struct OwnChain: Sendable {
        let id: ChainID
        var seq: UInt64 = 0
        var prev = Hash.zero
        /// All before this number are with others: acknowledged by the member, or handed to a peer if it is the group's.
        var acknowledged: UInt64 = 0
        /// All before this number were written in an earlier run.
        var inherited: UInt64 = 0
    }

    package let network: Hash
    private let cryptography: any Cryptography
    private let limits: Limits
    private var sealer: EnvelopeSealer
    private var opener: EnvelopeOpener
    package private(set) var ring = PrekeyRing()
    package private(set) var history: ChatHistory
    package private(set) var mailbox: DirectMailbox
    private var lamport: UInt64 = 0
    private var groupChain: OwnChain
    private var directChains: [NodeID: OwnChain] = [:]
    /// What a store on disk has to be told, if there is one.
    private var changes: [StoreEntry] = []
    private let isDurable: Bool

    package init(network: Hash, cryptography: any Cryptography, limits: Limits, isDurable: Bool = false) {
        (self.network, self.cryptography, self.limits) = (network, cryptography, limits)
        self.isDurable = isDurable
        sealer = EnvelopeSealer(network: network, cryptography: cryptography)
        opener = EnvelopeOpener(network: network, cryptography: cryptography, limits: limits)
        history = ChatHistory(limit: limits.history)
        mailbox = DirectMailbox(bytesPerAuthor: limits.directPerAuthor)
        groupChain = OwnChain(id: Self.makeChain(with: cryptography))
    }

    /// Open contexts of other senders: in all, and the most of one.
    var contextCounts: (all: Int, ofOneSender: Int) { opener.contextCounts }

    private static func makeChain(with cryptography: any Cryptography) -> ChainID {
        guard let chain = ChainID(cryptography.randomBytes(16)) else { preconditionFailure("16 bytes were asked for") }
        return chain
    }

    // MARK: Sending

    /// A stored message of this node, ready to be spread; nil when the text does not fit.
    ///
    /// - Parameters:
    ///   - to: One member, or nil for the group.
    ///   - recipients: Those with a live prekey.
    ///   - audience: All for whom it is meant, this node not among them.
    package mutating func compose(
        _ text: [UInt8], to: NodeID?, recipients: [EnvelopeSealer.Recipient], audience: [NodeID], now: Instant
    ) -> (message: ChatMessage, envelope: Envelope)? {
        var chain = to.map { directChains[$0] ?? OwnChain(id: Self.makeChain(with: cryptography)) } ?? groupChain
        let header = ChatHeader(
            sender: cryptography.publicKey, chain: chain.id, seq: chain.seq, prev: chain.prev, lamport: lamport + 1,
            to: to, audience: .zero)
        let content = ChatContent(kind: .text, at: now.wall, body: text)
        guard let sealed = sealer.seal(content, header: header, to: recipients, audience: audience, now: now)
        else { return nil }
        lamport += 1
        chain.seq += 1
        chain.prev = sealed.id
        if let to { directChains[to] = chain } else { groupChain = chain }
        note(own: chain, to: to)
        let message = store(
            content, of: sealed.body.header, id: sealed.id, signed: sealed.envelope.message,
            ciphertext: sealed.envelope.ciphertext, key: sealed.messageKey, via: nil, now: now)
        return (message, sealed.envelope)
    }

    // MARK: Receiving

    /// What a message says of itself: enough to tell whether it is news, and whether its author may write.
    package func claim(of message: Signed) throws(WireError) -> EnvelopeOpener.Claim { try opener.claim(of: message) }

    /// Verifies, opens and stores a message as it travelled. Who may write is the caller's to judge, before.
    package mutating func receive(_ envelope: Envelope, claim: EnvelopeOpener.Claim, now: Instant) -> Reception {
        let result = opener.verify(
            claim, envelope.message, ciphertext: envelope.ciphertext, wraps: envelope.wraps)
        switch result {
        case .failure(let refusal): return .refused(refusal.counter)
        case .success(let verified):
            guard !history.isKnown(verified.id, verified.header) else { return .known }
            if let to = verified.header.to, to != cryptography.publicKey {
                if verified.header.sender != cryptography.publicKey {
                    note(mailbox.insert(envelope, id: verified.id, header: verified.header, at: now.wall))
                }
                return .relayed(verified)
            }
            guard let key = opener.messageKey(of: verified, wraps: envelope.wraps, ring: ring) else {
                return history.holds(verified.header) ? .relayed(verified) : .missed(verified)
            }
            return open(verified, with: key, via: nil, now: now)
        }
    }

    /// A message in answer to our request, its key sealed anew by `provider`.
    package mutating func receive(
        resealed item: (message: Signed, ciphertext: [UInt8], encapsulated: Bytes32, sealed: [UInt8]),
        from provider: NodeID, request: Hash, prekey: Bytes32, now: Instant
    ) -> Reception {
        switch opener.verify(item.message, ciphertext: item.ciphertext, wraps: nil) {
        case .failure(let refusal): return .refused(refusal.counter)
        case .success(let verified):
            guard !history.isKnown(verified.id, verified.header) else { return .known }
            // Only its author re-seals a direct message, and only to its recipient (protocol, 3.4).
            guard
                verified.header.to == nil
                    || (verified.header.to == cryptography.publicKey && verified.header.sender == provider)
            else { return .refused("refused.foreignReseal") }
            let format = EnvelopeFormat(network: network, cryptography: cryptography)
            let info = format.resealInfo(provider: provider, requester: cryptography.publicKey, prekey: prekey)
            guard let privateKey = ring.privateKey(of: prekey), cryptography.isAcceptable(prekey: item.encapsulated),
                let exporter = cryptography.setupReceiver(
                    item.encapsulated, prekey: prekey, privateKey: privateKey, info: info),
                let messageKey = cryptography.unwrap(
                    item.sealed,
                    with: cryptography.export(
                        from: exporter, context: format.resealContext(request: request, message: verified.id)))
            else { return .refused("refused.reseal") }
            return open(verified, with: messageKey, via: provider, now: now)
        }
    }

    private mutating func open(
        _ verified: EnvelopeOpener.Verified, with key: any Secret, via: NodeID?, now: Instant
    ) -> Reception {
        guard let content = opener.open(verified, with: key) else { return .refused("refused.unopenable") }
        let other = history.id(at: verified.header)
        let isFork = other != nil && other != verified.id
        let received = verified.header.lamport
        if received > lamport, received - lamport <= Self.lamportJump { lamport = received }
        let message = store(
            content, of: verified.header, id: verified.id, signed: verified.message, ciphertext: verified.ciphertext,
            key: key, via: via == verified.header.sender ? nil : via, now: now)
        return isFork ? .forked(message, verified) : .stored(message, verified)
    }

    private mutating func store(
        _ content: ChatContent, of header: ChatHeader, id: Hash, signed: Signed, ciphertext: [UInt8],
        key: any Secret, via: NodeID?, now: Instant
    ) -> ChatMessage {
        let stored = StoredMessage(
            index: history.arrivals, id: id, place: ChainPlace(header), signed: signed, ciphertext: ciphertext,
            messageKey: key, via: via, storedAt: now.wall)
        let message = history.insert(item(stored, header, content))
        if isDurable { note([.message(stored), .chain(history.storedChain(of: header))]) }
        return message
    }

    // MARK: The store

    private mutating func note(_ entries: [StoreEntry]) { if isDurable { changes += entries } }

    mutating func noteMember(_ member: NodeID, since wall: UInt64) { note([.memberSince(member, wall)]) }

    private mutating func note(own chain: OwnChain, to member: NodeID?) {
        note([
            .ownChain(
                StoredOwnChain(
                    to: member, chain: chain.id, seq: chain.seq, prev: chain.prev, acknowledged: chain.acknowledged,
                    lamport: lamport))
        ])
    }

    /// What has changed since the last call, for the store.
    mutating func takeChanges() -> [StoreEntry] {
        guard !changes.isEmpty else { return [] }
        defer { changes = [] }
        return changes
    }

    /// Goes on where an earlier run ended. Messages that do not open any more are left out.
    ///
    /// - Returns: How many were left out.
    package mutating func restore(_ state: StoredState) -> Int {
        ring = PrekeyRing(restored: state.prekeys)
        for own in state.ownChains {
            lamport = max(lamport, own.lamport)
            let chain = OwnChain(
                id: own.chain, seq: own.seq, prev: own.prev, acknowledged: own.acknowledged, inherited: own.seq)
            if let to = own.to { directChains[to] = chain } else { groupChain = chain }
        }
        history.restore(state.chains, nextIndex: state.nextIndex)
        var left = 0
        for message in state.messages {
            if let item = item(message) { history.restore(item) } else { left += 1 }
        }
        for letter in state.letters {
            guard let claim = try? opener.claim(of: letter.envelope.message) else { continue }
            mailbox.insert(letter.envelope, id: claim.id, header: claim.body.header, at: letter.storedAt)
        }
        return left
    }

    /// A message of the store, opened; nil if it is not what it was.
    package func item(_ stored: StoredMessage) -> ChatHistory.Item? {
        guard let claim = try? opener.claim(of: stored.signed), claim.id == stored.id else { return nil }
        let header = claim.body.header
        let verified = EnvelopeOpener.Verified(
            id: claim.id, body: claim.body, message: stored.signed, ciphertext: stored.ciphertext)
        return opener.open(verified, with: stored.messageKey).map { item(stored, header, $0) }
    }

    private func item(_ stored: StoredMessage, _ header: ChatHeader, _ content: ChatContent) -> ChatHistory.Item {
        let message = ChatMessage(
            id: stored.id, index: stored.index, from: header.sender, fromNick: nil, to: header.to, toNick: nil,
            text: content.body, at: content.at, receivedAt: stored.storedAt, via: stored.via,
            isOwn: header.sender == cryptography.publicKey, lamport: header.lamport, seq: header.seq)
        return ChatHistory.Item(
            message: message, signed: stored.signed, header: header, ciphertext: stored.ciphertext,
            messageKey: stored.messageKey, storedAt: stored.storedAt)
    }

    /// Another copy of this node wrote further on this chain, or its disk is older than its messages: what it writes
    /// from here on must not claim places that are taken.
    package mutating func leaveChainIfTaken(_ chain: ChainID, upTo next: UInt64) -> Bool {
        guard groupChain.id == chain, next > groupChain.seq else { return false }
        groupChain = OwnChain(id: Self.makeChain(with: cryptography))
        note(own: groupChain, to: nil)
        return true
    }

    // MARK: Handing over

    /// Re-seals stored messages for one request; nil when the requester's prekey is refused.
    package func reseal(
        _ items: [ChatHistory.Item], for requester: NodeID, prekey: Bytes32, request: Hash
    ) -> [SyncResponse.Item]? {
        guard !items.isEmpty else { return [] }
        let format = EnvelopeFormat(network: network, cryptography: cryptography)
        let info = format.resealInfo(provider: cryptography.publicKey, requester: requester, prekey: prekey)
        guard cryptography.isAcceptable(prekey: prekey),
            let (encapsulated, exporter) = cryptography.setupSender(to: prekey, info: info)
        else { return nil }
        return items.map { item in
            let context = format.resealContext(request: request, message: item.message.id)
            let key = cryptography.export(from: exporter, context: context)
            return .resealed(
                message: item.signed, ciphertext: item.ciphertext, encapsulated: encapsulated,
                sealed: cryptography.wrap(item.messageKey, with: key))
        }
    }

    // MARK: Keys and members

    /// Turns the prekeys and erases what has outlived its time; true when the published record must change.
    package mutating func turnPrekeys(at now: Instant) -> Bool {
        let before = Set(ring.prekeys.map(\.published.publicKey))
        let (erased, isChanged) = ring.turn(at: now.wall, with: cryptography)
        opener.forget(prekeys: erased)
        sealer.forgetExpired(at: now)
        note(ring.prekeys.filter { !before.contains($0.published.publicKey) }.map { .prekey($0) })
        if !erased.isEmpty { note([.erasePrekeys(erased)]) }
        return isChanged
    }

    /// A member is out: no context, no mailbox.
    package mutating func forget(_ member: NodeID) {
        sealer.forget(member)
        removed(mailbox.forget(member))
    }

    private mutating func removed(_ letters: [Hash]) { if !letters.isEmpty { note([.removeLetters(letters)]) } }

    /// What a member says to hold of a direct chain.
    ///
    /// - Returns: Which messages of this node that is news about.
    @discardableResult
    package mutating func acknowledged(_ ack: Ack) -> ChainRange? {
        var news: ChainRange?
        if ack.to == cryptography.publicKey, let chain = directChains[ack.signer], chain.id == ack.chain {
            let acknowledged = min(chain.seq, max(chain.acknowledged, ack.seq.addingClamped(1)))
            if acknowledged > chain.acknowledged {
                news = ChainRange(author: ack.to, chain: ack.chain, from: chain.acknowledged, to: acknowledged)
                directChains[ack.signer]?.acknowledged = acknowledged
                if let changed = directChains[ack.signer] { note(own: changed, to: ack.signer) }
            }
        }
        removed(mailbox.acknowledged(author: ack.to, chain: ack.chain, seq: ack.seq, by: ack.signer))
        return news
    }

    /// Peers hold this node's messages to the group before this number.
    mutating func passed(before number: UInt64) {
        let number = min(number, groupChain.seq)
        guard number > groupChain.acknowledged else { return }
        groupChain.acknowledged = number
        note(own: groupChain, to: nil)
    }

    /// Of this run's messages to the group all before this number were handed to a peer. Says nothing while some of an
    /// earlier run wait.
    mutating func passed(ofThisRunBefore number: UInt64) {
        if groupChain.acknowledged >= groupChain.inherited { passed(before: number) }
    }

    /// A message of this node from an earlier run, of which is not known that anybody else has it.
    func isLeftOver(_ header: ChatHeader) -> Bool {
        guard let chain = header.to.map({ directChains[$0] }) ?? groupChain, chain.id == header.chain else {
            return false
        }
        return header.seq >= chain.acknowledged && header.seq < chain.inherited
    }

    /// Where this node writes to the group, and the number of its next message there.
    var ownGroupChain: (id: ChainID, next: UInt64) { (groupChain.id, groupChain.seq) }

    /// What a member has not acknowledged of this node's direct chain to it.
    func unacknowledgedRange(to member: NodeID) -> ChainRange? {
        directChains[member].map {
            ChainRange(author: cryptography.publicKey, chain: $0.id, from: $0.acknowledged, to: $0.seq)
        }
    }

    /// Members who have not said that they hold all direct messages of this run, ascending.
    package var unacknowledged: [NodeID] {
        directChains.filter { $0.value.acknowledged < $0.value.seq }.keys.sorted()
    }

    /// Erases what is too old, or too much. On disk there may be more of it than in memory.
    ///
    /// - Returns: The ids of what was in memory.
    package mutating func forgetMessages(storedBefore wall: UInt64?, keepingNewest count: Int?) -> [Hash] {
        let index = count.map { max(0, history.arrivals - $0) }
        let forgotten = history.forget(storedBefore: wall ?? 0, indexBelow: index ?? 0)
        if let wall { note([.forgetMessages(storedBefore: wall)]) }
        if let index, index > 0 { note([.pruneMessages(before: index)]) }
        return forgotten
    }
}
