/// Seals chat messages to the prekeys of their recipients (protocol, 3).
///
/// X25519 costs 50 times an AEAD, so one HPKE context per recipient prekey serves many messages: at most 1,000, at
/// most an hour, never across a start. Each message's key is wrapped under a key exported over `bind`, the hash of
/// everything else in the message, so that every wrap key is used once by construction.
package struct EnvelopeSealer: Sendable {
    package static let contextMessages = 1_000
    package static let contextLife: Duration = .seconds(3_600)

    private struct Context: Sendable {
        let prekey: Bytes32
        let prekeyID: UInt64
        let encapsulated: Bytes32
        let exporter: any Secret
        let madeAt: Instant
        var used = 0
    }

    /// A message as its author holds it: what travels, and the key that opens it.
    package struct Sealed: Sendable {
        package let id: Hash
        package let envelope: Envelope
        package let body: ChatBody
        package let messageKey: any Secret
    }

    package struct Recipient: Sendable, Equatable {
        package let id: NodeID
        package let prekey: Bytes32
        package init(id: NodeID, prekey: Bytes32) { (self.id, self.prekey) = (id, prekey) }
    }

    private let network: Hash
    private let cryptography: any Cryptography
    private var contexts: [NodeID: Context] = [:]

    package init(network: Hash, cryptography: any Cryptography) {
        (self.network, self.cryptography) = (network, cryptography)
    }

    /// Nil when the content does not fit the largest bucket.
    ///
    /// - Parameters:
    ///   - header: Its `audience` is filled in here.
    ///   - recipients: Members with a live prekey; whoever has none is served by repair.
    ///   - audience: All for whom the message is meant.
    package mutating func seal(
        _ content: ChatContent, header: ChatHeader, to recipients: [Recipient], audience: [NodeID], now: Instant
    ) -> Sealed? {
        guard let plaintext = Padding.pad(content.encoded()) else { return nil }
        var header = header
        header.audience = EnvelopeFormat.audience(audience, in: network, with: cryptography)
        let headerBytes = header.encoded()
        let messageKey = cryptography.makeMessageKey()
        let format = EnvelopeFormat(network: network, cryptography: cryptography)
        let keys = cryptography.contentKey(from: messageKey, info: format.keysInfo(header: headerBytes))
        let ciphertext = cryptography.seal(
            plaintext, with: keys.key,
            authenticating: format.associatedData(header: headerBytes, commitment: keys.commitment))
        let ciphertextHash = format.ciphertextHash(ciphertext)
        let bind = format.bind(header: headerBytes, commitment: keys.commitment, ciphertextHash: ciphertextHash)
        let wraps = WrapList(
            recipients.compactMap { wrap(messageKey, for: $0, bind: bind, now: now) }
                .sorted { ($0.prekeyID, $0.encapsulated) < ($1.prekeyID, $1.encapsulated) })
        let body = ChatBody(
            header: header, commitment: keys.commitment, ciphertextHash: ciphertextHash,
            wrapsHash: format.wrapsHash(wraps))
        let signed = body.signed(in: network, with: cryptography)
        return Sealed(
            id: ChatBody.id(ofBody: signed.body, in: network, with: cryptography),
            envelope: Envelope(message: signed, wraps: wraps, ciphertext: ciphertext), body: body,
            messageKey: messageKey)
    }

    /// Wipes the context of a member who is out.
    package mutating func forget(_ member: NodeID) { contexts[member] = nil }

    /// Erases contexts that are too old, used or not: a context opens all that was sealed under it.
    package mutating func forgetExpired(at now: Instant) {
        contexts = contexts.filter { isFresh($0.value, at: now) }
    }

    /// By either clock: the monotonic one may stand still while the machine sleeps.
    private func isFresh(_ context: Context, at now: Instant) -> Bool {
        let age = now.wall - min(now.wall, context.madeAt.wall)
        return now - context.madeAt < Self.contextLife && age < Self.contextLife.milliseconds
    }

    private mutating func wrap(
        _ messageKey: any Secret, for recipient: Recipient, bind: Hash, now: Instant
    ) -> Wrap? {
        guard var context = context(for: recipient, now: now) else { return nil }
        context.used += 1
        contexts[recipient.id] = context
        let key = cryptography.export(from: context.exporter, context: Label.wrap + bind.rawBytes)
        return Wrap(
            prekeyID: context.prekeyID, encapsulated: context.encapsulated,
            sealed: cryptography.wrap(messageKey, with: key))
    }

    private func context(for recipient: Recipient, now: Instant) -> Context? {
        if let context = contexts[recipient.id], context.prekey == recipient.prekey,
            context.used < Self.contextMessages, isFresh(context, at: now)
        {
            return context
        }
        let format = EnvelopeFormat(network: network, cryptography: cryptography)
        let info = format.wrapInfo(
            sender: cryptography.publicKey, recipient: recipient.id, prekey: recipient.prekey)
        guard let (encapsulated, exporter) = cryptography.setupSender(to: recipient.prekey, info: info)
        else { return nil }
        return Context(
            prekey: recipient.prekey, prekeyID: format.prekeyID(recipient.prekey, of: recipient.id),
            encapsulated: encapsulated, exporter: exporter, madeAt: now)
    }
}

/// The byte strings that an envelope is made of; each formula of protocol 3.2 and 3.5 once.
package struct EnvelopeFormat: Sendable {
    private let network: Hash
    private let cryptography: any Cryptography

    package init(network: Hash, cryptography: any Cryptography) {
        (self.network, self.cryptography) = (network, cryptography)
    }

    package static func audience(
        _ keys: [NodeID], in network: Hash, with cryptography: any Cryptography
    ) -> Hash {
        cryptography.hash(Label.of(.audience, in: network) + keys.sorted().flatMap(\.rawBytes))
    }

    package func keysInfo(header: [UInt8]) -> [UInt8] {
        Label.of(.keys, in: network) + cryptography.hash(header).rawBytes
    }

    package func associatedData(header: [UInt8], commitment: Hash) -> [UInt8] {
        Label.of(.content, in: network) + header + commitment.rawBytes
    }

    package func ciphertextHash(_ ciphertext: [UInt8]) -> Hash {
        cryptography.hash(Label.of(.ciphertext, in: network) + ciphertext)
    }

    package func wrapsHash(_ wraps: WrapList) -> Hash {
        var writer = WireWriter()
        writer.reserve(64 + wraps.bytes.count)
        writer.write(raw: Label.of(.wraps, in: network))
        wraps.encode(into: &writer)
        return cryptography.hash(writer.bytes)
    }

    package func bind(header: [UInt8], commitment: Hash, ciphertextHash: Hash) -> Hash {
        cryptography.hash(Label.of(.bind, in: network) + header + commitment.rawBytes + ciphertextHash.rawBytes)
    }

    package func prekeyID(_ prekey: Bytes32, of owner: NodeID) -> UInt64 {
        cryptography.hash(Label.of(.pkid, in: network) + owner.rawBytes + prekey.array)
            .rawBytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    package func wrapInfo(sender: NodeID, recipient: NodeID, prekey: Bytes32) -> [UInt8] {
        Label.of(.hpke, in: network) + sender.rawBytes + recipient.rawBytes + prekey.array
    }

    package func resealInfo(provider: NodeID, requester: NodeID, prekey: Bytes32) -> [UInt8] {
        Label.of(.reseal, in: network) + provider.rawBytes + requester.rawBytes + prekey.array
    }

    package func resealContext(request: Hash, message: Hash) -> [UInt8] {
        Label.reseal + request.rawBytes + message.rawBytes
    }

    /// The header's bytes as its author wrote them: the signed body without its three closing hashes.
    package static func header(ofBody body: [UInt8]) -> [UInt8] { Array(body.dropLast(3 * Bytes32.count)) }
}
