import MeshCore
import MeshCrypto

/// The values that Tests/Interop/make_golden.py encodes on its own: same keys, same numbers.
enum WireValues {
    static let alice = identity(1), bob = identity(2), carol = identity(3)
    static let at: UInt64 = 1_700_000_000_000
    static let last: UInt64 = 1 << 53 - 1

    static func identity(_ number: UInt8) -> OpenSSLCryptography {
        OpenSSLCryptography(seed: IdentitySeed(bytes: Array(repeating: number, count: 32))!)
    }

    /// Bytes that count up: a swapped field or byte order shows.
    static func run(_ start: Int, _ count: Int = 32) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: start + $0) }
    }
    static func bytes(_ start: Int) -> Bytes32 { Bytes32(run(start))! }
    static func hash(_ start: Int) -> Hash { Hash(bytes(start)) }
    static func chain(_ start: Int) -> ChainID { ChainID(run(start, 16))! }

    static func sign(_ content: some SignedContent, _ signer: OpenSSLCryptography) -> Signed {
        content.signed(in: network, with: signer)
    }

    // MARK: Membership

    static let genesis = Genesis(
        signer: alice.publicKey, name: "Gruppe Ü", at: at, nonce: bytes(10), previous: nil, roster: [])
    static let founding = genesis.signed(in: .zero, with: alice)
    static let network = Genesis.networkID(ofBody: founding.body, with: alice)
    static let refounded = Genesis(
        signer: alice.publicKey, name: "", at: at + 9, nonce: bytes(11), previous: network,
        roster: [bob.publicKey, carol.publicKey].sorted())
    static let invite = Invite(signer: alice.publicKey, prev: .zero, subject: bob.publicKey, at: at + 1)
    static let invitation = Operation.invite(sign(invite, alice))
    static let revoke = Revoke(
        signer: alice.publicKey, prev: invitation.id(in: network, with: alice), subject: carol.publicKey, at: at + 2,
        frontier: [hash(30), hash(70)],
        chains: [ChainPosition(chain: chain(40), seq: 7), ChainPosition(chain: chain(60), seq: last)])
    static let revocation = Operation.revoke(sign(revoke, alice))
    static let bareRevoke = Revoke(
        signer: bob.publicKey, prev: .zero, subject: bob.publicKey, at: 0, frontier: [], chains: [])

    // MARK: Handshake

    static let channel = hash(80)
    static let contacts = [
        Contact(key: bob.publicKey, endpoint: "bob.example:9000"),
        Contact(key: carol.publicKey, endpoint: "[::1]:9001"),
    ]
    static let tlsHello = Hello(
        signer: alice.publicKey, to: bob.publicKey, mode: .tls, channel: channel,
        network: alice.authenticationCode(
            key: network.rawBytes, Label.of(.tag) + channel.rawBytes + alice.publicKey.rawBytes),
        features: [], nick: nil, port: 0)
    static let clearHello = Hello(
        signer: bob.publicKey, to: nil, mode: .clear, channel: channel, versionMax: 0x0203, network: .zero,
        features: [.fresh, .urgent, .undiallable], nick: "Bób", port: 9_000)
    static let helloHash = alice.hash(sign(tlsHello, alice).encoded())
    static let memberWelcome = Welcome(
        signer: bob.publicKey, hello: helloHash, channel: channel, version: 1, network: network,
        features: .undiallable, admission: nil, others: [])
    static let newcomerWelcome = Welcome(
        signer: bob.publicKey, hello: helloHash, channel: channel, version: 1, network: network, features: [],
        admission: AdmissionProof(genesis: founding, operations: [invitation]), others: contacts)
    static func reject(_ reason: Reject.Reason) -> Reject {
        Reject(
            signer: bob.publicKey, hello: helloHash, channel: channel, reason: reason,
            proof: reason == .revoked ? revocation : nil, others: reason == .full ? contacts : [])
    }

    // MARK: Records

    static let record = Record(signer: bob.publicKey, life: at, version: 5, key: "nick", value: Array("Bob".utf8))
    static let digestDetail = DigestDetail(
        signers: [
            .init(signer: alice.publicKey, count: 2, hash: hash(50)),
            .init(signer: bob.publicKey, count: .max, hash: hash(51)),
        ].sorted { $0.signer < $1.signer },
        owners: [
            .init(owner: bob.publicKey, life: at, version: 5, hash: hash(52)),
            .init(owner: carol.publicKey, life: last, version: 0, hash: hash(53)),
        ].sorted { $0.owner < $1.owner })
    static func links(_ inbound: LinksValue.Inbound) -> LinksValue {
        let links = [
            LinksValue.Link(peer: carol.publicKey, isNeeded: false),
            LinksValue.Link(peer: alice.publicKey, isNeeded: true),
        ]
        return LinksValue(
            inbound: inbound, wanted: 3, links: links.prefix(Int(inbound.rawValue)).sorted { $0.peer < $1.peer })
    }
    static let prekeys = PrekeysValue(prekeys: [
        .init(rotation: .fast, publicKey: bytes(172), notBefore: at, notAfter: at + 86_400_000),
        .init(rotation: .slow, publicKey: bytes(171), notBefore: at, notAfter: at + 7 * 86_400_000),
    ])

    static let acks = AcksValue(
        entries: [
            .init(author: alice.publicKey, chain: chain(43), seq: 1),
            .init(author: alice.publicKey, chain: chain(40), seq: last),
            .init(author: bob.publicKey, chain: chain(42), seq: 0),
        ].sorted { ($0.author, $0.chain) < ($1.author, $1.chain) })

    // MARK: Chat

    static let header = ChatHeader(
        sender: alice.publicKey, chain: chain(40), seq: 3, prev: hash(90), lamport: 12, to: nil, audience: hash(100))
    static let directHeader = ChatHeader(
        sender: alice.publicKey, chain: chain(41), seq: 0, prev: .zero, lamport: last, to: bob.publicKey,
        audience: hash(101))
    static func body(_ header: ChatHeader) -> ChatBody {
        ChatBody(header: header, commitment: hash(110), ciphertextHash: hash(120), wrapsHash: hash(130))
    }
    static let message = sign(body(header), alice)
    static let wraps: WrapList = [
        Wrap(prekeyID: 0x0E0F_1011_1213_1415, encapsulated: bytes(200), sealed: run(62, 48)),
        Wrap(prekeyID: 0x8C8D_8E8F_9091_9293, encapsulated: bytes(15), sealed: run(61, 48)),
        Wrap(prekeyID: 0x8C8D_8E8F_9091_9293, encapsulated: bytes(150), sealed: run(160, 48)),
    ]
    static let envelope = Envelope(message: message, wraps: wraps, ciphertext: run(0, 144))
    static let raw = RawMessage(
        signer: carol.publicKey, to: nil, life: at, seq: 1, data: [0, 0xFF] + Array(" raw".utf8))
    static let directRaw = RawMessage(signer: carol.publicKey, to: bob.publicKey, life: at, seq: 2, data: [])

    // MARK: Repair

    static let ranges = [
        ChainRange(author: alice.publicKey, chain: chain(40), from: 0, to: 5),
        ChainRange(author: bob.publicKey, chain: chain(42), from: 7, to: last),
    ]
    static func request(_ want: SyncRequest.Want, prekey: Bytes32? = nil) -> SyncRequest {
        SyncRequest(signer: bob.publicKey, to: alice.publicKey, nonce: bytes(210), prekey: prekey, want: want)
    }
    static let rangesRequest = request(.ranges(ranges), prekey: bytes(172))
    static let requestID = SyncRequest.id(ofBody: rangesRequest.body(), in: network, with: alice)
    static let response = SyncResponse(
        signer: alice.publicKey, request: requestID,
        items: [
            .sealed(envelope),
            .resealed(message: message, ciphertext: run(0, 144), encapsulated: bytes(220), sealed: run(63, 48)),
            .missing(hash(180)),
        ], hasMore: true)
    static let ack = Ack(signer: bob.publicKey, to: alice.publicKey, chain: chain(41), seq: 9)
    static let vector = VersionVector(
        root: hash(54),
        chains: [
            .init(author: alice.publicKey, chain: chain(40), next: 6),
            .init(author: alice.publicKey, chain: chain(43), next: 2),
            .init(author: bob.publicKey, chain: chain(42), next: last),
        ].sorted { ($0.author, $0.chain) < ($1.author, $1.chain) })
}
