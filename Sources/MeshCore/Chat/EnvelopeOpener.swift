/// Checks and opens chat messages (protocol, 3.2 and 3.5). Verify first, then open: a wrap proves nothing about the
/// sender, only the signature does.
package struct EnvelopeOpener: Sendable {
    /// A message whose hashes and signature are good; a relay needs no key for that.
    package struct Verified: Sendable {
        package let id: Hash
        package let body: ChatBody
        package let message: Signed
        package let ciphertext: [UInt8]

        package var header: ChatHeader { body.header }
    }

    package enum Refusal: Error, Hashable, Sendable {
        case verification(VerificationError)
        /// The ciphertext or the wraps are not the ones that were signed.
        case foreignCiphertext
        case foreignWraps

        package var counter: String {
            switch self {
            case .verification(let error): error.counter
            case .foreignCiphertext: "refused.foreignCiphertext"
            case .foreignWraps: "refused.foreignWraps"
            }
        }
    }

    private struct ContextKey: Hashable, Sendable {
        let sender: NodeID
        let prekey: Bytes32
        let encapsulated: Bytes32
    }

    /// An honest sender makes one wrap for each recipient; each one tried costs an X25519.
    private static let wrapsTried = 4

    private let network: Hash
    private let cryptography: any Cryptography
    private let format: EnvelopeFormat
    /// By (sender, own prekey, enc), never by enc alone: a member can copy the enc of another's message into his own
    /// and be first.
    private var contexts: BoundedMap<ContextKey, any Secret>
    private var contextsOfSender: [NodeID: Int] = [:]
    private let contextsPerSender: Int
    /// Of this node's own prekeys, as wraps name them: of 30 or so, and asked for with each message.
    private var prekeyIDs: [Bytes32: UInt64] = [:]

    /// Open contexts: in all, and the most of one sender.
    var contextCounts: (all: Int, ofOneSender: Int) { (contexts.count, contextsOfSender.values.max() ?? 0) }

    package init(network: Hash, cryptography: any Cryptography, limits: Limits) {
        (self.network, self.cryptography) = (network, cryptography)
        format = EnvelopeFormat(network: network, cryptography: cryptography)
        contexts = BoundedMap(capacity: limits.receiverContexts)
        contextsPerSender = limits.receiverContextsPerSender
    }

    /// What a message says of itself; nothing of it is checked yet.
    package struct Claim: Sendable {
        package let id: Hash
        package let body: ChatBody
    }

    package func claim(of message: Signed) throws(WireError) -> Claim {
        let body = try ChatBody(body: message.body)
        return Claim(id: ChatBody.id(ofBody: message.body, in: network, with: cryptography), body: body)
    }

    package func verify(_ envelope: Envelope) -> Result<Verified, Refusal> {
        verify(envelope.message, ciphertext: envelope.ciphertext, wraps: envelope.wraps)
    }

    /// Without `wraps`: a re-sealed message, whose old wraps are not passed on.
    package func verify(_ message: Signed, ciphertext: [UInt8], wraps: WrapList?) -> Result<Verified, Refusal> {
        let claim: Claim
        do { claim = try self.claim(of: message) } catch { return .failure(.verification(.malformed(error))) }
        return verify(claim, message, ciphertext: ciphertext, wraps: wraps)
    }

    /// `claim` is that of `message`.
    package func verify(
        _ claim: Claim, _ message: Signed, ciphertext: [UInt8], wraps: WrapList?
    ) -> Result<Verified, Refusal> {
        let body = claim.body
        // Hashes first: they cost a hundredth of a signature.
        guard format.ciphertextHash(ciphertext) == body.ciphertextHash else { return .failure(.foreignCiphertext) }
        if let wraps, format.wrapsHash(wraps) != body.wrapsHash { return .failure(.foreignWraps) }
        do { try body.check(message, in: network, with: cryptography) } catch {
            return .failure(.verification(error))
        }
        return .success(Verified(id: claim.id, body: body, message: message, ciphertext: ciphertext))
    }

    /// The message key from the wrap that is for one of our prekeys; nil when there is none or it is not what the
    /// author committed to. `wraps` are sorted, as they travel: of a thousand, those for us are found by their ids.
    package mutating func messageKey(
        of verified: Verified, wraps: WrapList, ring: PrekeyRing
    ) -> (any Secret)? {
        let bind = format.bind(
            header: EnvelopeFormat.header(ofBody: verified.message.body), commitment: verified.body.commitment,
            ciphertextHash: verified.body.ciphertextHash)
        var tries = 0
        for prekey in ring.prekeys {
            let id = prekeyID(of: prekey.published.publicKey)
            for index in wraps.firstIndex(of: id)..<wraps.count {
                guard wraps.prekeyID(at: index) == id else { break }
                tries += 1
                guard tries <= Self.wrapsTried else { return nil }
                let wrap = wraps[index]
                guard let exporter = exporter(for: wrap, prekey: prekey, sender: verified.header.sender) else {
                    continue
                }
                let key = cryptography.export(from: exporter, context: Label.wrap + bind.rawBytes)
                if let messageKey = cryptography.unwrap(wrap.sealed, with: key) { return messageKey }
            }
        }
        return nil
    }

    private mutating func prekeyID(of prekey: Bytes32) -> UInt64 {
        if let id = prekeyIDs[prekey] { return id }
        let id = format.prekeyID(prekey, of: cryptography.publicKey)
        prekeyIDs[prekey] = id
        return id
    }

    /// The content; nil when the key is not the one that the author committed to, or the content is not canonical.
    package func open(_ verified: Verified, with messageKey: any Secret) -> ChatContent? {
        let header = EnvelopeFormat.header(ofBody: verified.message.body)
        let keys = cryptography.contentKey(from: messageKey, info: format.keysInfo(header: header))
        guard keys.commitment == verified.body.commitment,
            let padded = cryptography.open(
                verified.ciphertext, with: keys.key,
                authenticating: format.associatedData(header: header, commitment: keys.commitment)),
            let content = Padding.unpad(padded)
        else { return nil }
        return try? ChatContent(decoding: content)
    }

    /// Contexts die with their prekey.
    package mutating func forget(prekeys: [Bytes32]) {
        guard !prekeys.isEmpty else { return }
        for prekey in prekeys { prekeyIDs[prekey] = nil }
        contexts.removeAll { key, _ in prekeys.contains(key.prekey) }
        contextsOfSender = contexts.keys.reduce(into: [:]) { counts, key in counts[key.sender, default: 0] += 1 }
    }

    private mutating func exporter(
        for wrap: Wrap, prekey: StoredPrekey, sender: NodeID
    ) -> (any Secret)? {
        let publicKey = prekey.published.publicKey
        let key = ContextKey(sender: sender, prekey: publicKey, encapsulated: wrap.encapsulated)
        if let exporter = contexts[key] { return exporter }
        let info = format.wrapInfo(sender: sender, recipient: cryptography.publicKey, prekey: publicKey)
        guard cryptography.isAcceptable(prekey: wrap.encapsulated),
            let exporter = cryptography.setupReceiver(
                wrap.encapsulated, prekey: publicKey, privateKey: prekey.privateKey, info: info)
        else { return nil }
        if contextsOfSender[sender, default: 0] >= contextsPerSender {
            contexts.removeAll { key, _ in key.sender == sender }
            contextsOfSender[sender] = 0
        }
        contexts[key] = exporter
        contextsOfSender[sender, default: 0] += 1
        return exporter
    }
}
