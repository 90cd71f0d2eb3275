import MeshCrypto
import Testing

@testable import MeshCore

/// A peer of one ``LoneNode`` that holds a real key and says whatever the test wants, in whatever order.
final class HostilePeer {
    let cryptography: OpenSSLCryptography
    let node: LoneNode
    let remote: Endpoint
    /// Composes well-formed messages; what is then done to them is the test's business.
    lazy var chat = ChatMachine(network: node.network, cryptography: cryptography, limits: Limits())
    private var infos: [LinkID: LinkInfo] = [:]
    private var channels = 0

    init(_ number: UInt8, at node: LoneNode) {
        cryptography = WireValues.identity(number)
        self.node = node
        remote = Endpoint(host: "10.1.0.\(number)", port: 50_000)
    }

    /// A member of the node's network.
    static func member(_ number: UInt8, of node: LoneNode) -> HostilePeer {
        let peer = HostilePeer(number, at: node)
        #expect(node.perform(.invite(peer.id)) == .done)
        return peer
    }

    var id: NodeID { cryptography.publicKey }

    // MARK: Connections

    /// A secured connection to the node, nothing said.
    func connect(tls: Bool = true, as role: LinkInfo.Role = .acceptor, link: LinkID? = nil) -> LinkID {
        let link = link ?? node.accept()
        channels += 1
        let info = LinkInfo(
            role: role, remote: remote, tls: tls ? "TLSv1.3" : nil, certificateKey: tls ? id : nil,
            channel: cryptography.hash(id.rawBytes + [UInt8(truncatingIfNeeded: channels), UInt8(channels >> 8)]),
            since: node.now)
        infos[link] = info
        node.feed(.linkUp(link, info))
        return link
    }

    func channel(of link: LinkID) -> Hash { infos[link]?.channel ?? .zero }

    /// What goes through the wire format, as the transport would read it.
    func say(_ message: Message, over link: LinkID) { say(bytes: message.encoded(), over: link) }

    func say(bytes: [UInt8], over link: LinkID) {
        guard node.closed[link] == nil else { return }
        do { node.feed(.message(link, try Message(decoding: bytes))) } catch { node.feed(.malformed(link, error)) }
    }

    // MARK: Handshake

    func tag(on link: LinkID, network: Hash? = nil) -> Hash {
        cryptography.authenticationCode(
            key: (network ?? node.network).rawBytes, Label.of(.tag) + channel(of: link).rawBytes + id.rawBytes)
    }

    /// A good HELLO of a member.
    func hello(on link: LinkID) -> Hello {
        Hello(
            signer: id, to: node.id, mode: infos[link]?.tls == nil ? .clear : .tls, channel: channel(of: link),
            network: tag(on: link), features: [], nick: nil, port: 9_000)
    }

    func sign(_ content: some SignedContent, in network: Hash? = nil) -> Signed {
        content.signed(in: network ?? node.network, with: cryptography)
    }

    /// A link that is open and on which both ends hold the same operations. Earlier offences are forgiven.
    @discardableResult
    func join() -> LinkID {
        node.core.offences[id] = nil
        let link = connect()
        say(.hello(sign(hello(on: link))), over: link)
        #expect(node.opened.contains(link), "the node refused a member")
        sync(link)
        node.beats.append { [weak self] in self?.beat(over: link) }
        return link
    }

    /// Claims to hold what the node holds.
    func sync(_ link: LinkID) { say(.digest(Digest(root: node.root)), over: link) }

    func beat(over link: LinkID) { say(.heartbeat(Heartbeat(sent: 1, echo: 0, held: 0)), over: link) }

    // MARK: Messages

    /// The node, as the recipient of a message.
    var nodeAsRecipient: [EnvelopeSealer.Recipient] {
        guard let prekey = node.core.prekeys(of: node.id)?.chosen(at: node.now.wall) else { return [] }
        return [EnvelopeSealer.Recipient(id: node.id, prekey: prekey)]
    }

    /// A good message of this peer.
    func compose(
        _ text: String, to: NodeID? = nil, for recipients: [EnvelopeSealer.Recipient]? = nil
    ) throws -> Envelope {
        let composed = chat.compose(
            Array(text.utf8), to: to, recipients: recipients ?? nodeAsRecipient, audience: [to ?? node.id],
            now: node.now)
        return try #require(composed).envelope
    }

    /// A message that this peer has written and sent to nobody.
    func write(_ text: String, to: NodeID? = nil) throws -> ChatHistory.Item {
        let composed = chat.compose(Array(text.utf8), to: to, recipients: [], audience: [to ?? node.id], now: node.now)
        let message = try #require(composed).message
        return try #require(chat.history.item(message.id))
    }

    func push(_ envelope: Envelope, over link: LinkID) {
        say(.gossip(Gossip(isReset: false, hops: 0, item: .chat(envelope))), over: link)
    }

    func record(_ key: String, _ value: [UInt8], life: UInt64 = 1, version: UInt64) -> Signed {
        sign(Record(signer: id, life: life, version: version, key: key, value: value))
    }

    // MARK: What the node asked

    /// The requests that the node has sent over this link and that were not yet read.
    func requests(over link: LinkID) -> [(id: Hash, request: SyncRequest)] {
        node.sent(over: link).compactMap { message in
            guard case .routed(let routed) = message, case .request(let signed) = routed.item,
                let request = try? SyncRequest(body: signed.body)
            else { return nil }
            return (SyncRequest.id(ofBody: signed.body, in: node.network, with: cryptography), request)
        }
    }

    /// The responses that the node has sent over this link.
    func responses(over link: LinkID) -> [SyncResponse] {
        node.sent(over: link).compactMap { message in
            guard case .routed(let routed) = message, case .response(let signed) = routed.item else { return nil }
            return try? SyncResponse(body: signed.body)
        }
    }

    /// The version vectors that the node has sent over this link.
    func vectors(over link: LinkID) -> [VersionVector] {
        node.sent(over: link).compactMap { if case .vector(let vector) = $0 { vector } else { nil } }
    }

    func respond(_ items: [SyncResponse.Item], to request: Hash, hasMore: Bool = false, over link: LinkID) {
        let body = SyncResponse(signer: id, request: request, items: items, hasMore: hasMore)
        say(.routed(Routed(to: node.id, item: .response(sign(body)))), over: link)
    }

    func ask(_ want: SyncRequest.Want, prekey: Bytes32, over link: LinkID) {
        let body = SyncRequest(
            signer: id, to: node.id, nonce: Bytes32(cryptography.randomBytes(32)) ?? .zero, prekey: prekey, want: want)
        say(.routed(Routed(to: node.id, item: .request(sign(body)))), over: link)
    }
}

extension Signed {
    /// The same body under a signature that does not hold.
    var withBadSignature: Signed {
        var bytes = signature.bytes
        bytes[7] ^= 1
        return Signed(body: body, signature: Signature(bytes) ?? signature)
    }
}
