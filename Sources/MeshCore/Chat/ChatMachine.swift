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
        /// All before this number have been acknowledged; direct chains only.
        var acknowledged: UInt64 = 0
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

    package init(network: Hash, cryptography: any Cryptography, limits: Limits) {
        (self.network, self.cryptography, self.limits) = (network, cryptography, limits)
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
                    mailbox.insert(envelope, id: verified.id, header: verified.header, now: now)
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
                let exporter = cryptography.setupReceiver(item.encapsulated, privateKey: privateKey, info: info),
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
        let message = ChatMessage(
            id: id, index: 0, from: header.sender, fromNick: nil, to: header.to, toNick: nil, text: content.body,
            at: content.at, receivedAt: now.wall, via: via, isOwn: header.sender == cryptography.publicKey,
            lamport: header.lamport, seq: header.seq)
        return history.insert(
            ChatHistory.Item(
                message: message, signed: signed, header: header, ciphertext: ciphertext, messageKey: key,
                storedAt: now))
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
        let (erased, isChanged) = ring.turn(at: now.wall, with: cryptography)
        opener.forget(prekeys: erased)
        sealer.forgetExpired(at: now)
        return isChanged
    }

    /// A member is out: no context, no mailbox.
    package mutating func forget(_ member: NodeID) {
        sealer.forget(member)
        mailbox.forget(member)
    }

    package mutating func acknowledged(_ ack: Ack) {
        if ack.to == cryptography.publicKey, let chain = directChains[ack.signer], chain.id == ack.chain {
            directChains[ack.signer]?.acknowledged = min(chain.seq, max(chain.acknowledged, ack.seq.addingClamped(1)))
        }
        mailbox.acknowledged(author: ack.to, chain: ack.chain, seq: ack.seq, by: ack.signer)
    }

    /// Members who have not said that they hold all direct messages of this run, ascending.
    package var unacknowledged: [NodeID] {
        directChains.filter { $0.value.acknowledged < $0.value.seq }.keys.sorted()
    }

    package mutating func clearHistory() { history.clear() }
}
