import MeshCore
import MeshCrypto
import Testing

/// Order, counts and numbers that a decoder refuses.
struct WireLimitTests {
    private static let key = WireValues.alice.publicKey

    // MARK: Order

    @Test func aListThatMustAscendIsRefusedInAnyOtherOrder() {
        let (low, high) = (WireValues.hash(1), WireValues.hash(2))
        expectUnsorted("frontier") { try Self.revoke(frontier: $0 ? [high, low] : [low, low]) }
        let positions = [1, 2].map { ChainPosition(chain: WireValues.chain($0), seq: 1) }
        expectUnsorted("chains") { try Self.revoke(chains: $0 ? positions.reversed() : [positions[0], positions[0]]) }
        let keys = [NodeID(WireValues.bytes(1)), NodeID(WireValues.bytes(2))]
        expectUnsorted("roster") {
            let roster = $0 ? [keys[1], keys[0]] : [keys[0], keys[0]]
            let genesis = Genesis(signer: Self.key, name: "", at: 0, nonce: .zero, previous: nil, roster: roster)
            _ = try Genesis(body: genesis.body())
        }
    }

    @Test func aSortedListOfAMessageIsRefusedInAnyOtherOrder() {
        let keys = [NodeID(WireValues.bytes(1)), NodeID(WireValues.bytes(2))]
        func order(_ isReversed: Bool) -> [NodeID] { isReversed ? keys.reversed() : [keys[0], keys[0]] }
        expectUnsorted("operation ids") {
            let ids = order($0).map { Hash($0.bytes) }
            _ = try OperationIDs(decoding: OperationIDs(signer: Self.key, ids: ids).encoded())
        }
        expectUnsorted("signers") {
            let signers = order($0).map { DigestDetail.Signer(signer: $0, count: 1, hash: .zero) }
            _ = try DigestDetail(decoding: DigestDetail(signers: signers, owners: []).encoded())
        }
        expectUnsorted("owners") {
            let owners = order($0).map { DigestDetail.Owner(owner: $0, life: 0, version: 0, hash: .zero) }
            _ = try DigestDetail(decoding: DigestDetail(signers: [], owners: owners).encoded())
        }
        expectUnsorted("chains") {
            let chains = order($0).map { VersionVector.Entry(author: $0, chain: WireValues.chain(0), next: 1) }
            _ = try VersionVector(decoding: VersionVector(root: .zero, chains: chains).encoded())
        }
        expectUnsorted("links") {
            let links = order($0).map { LinksValue.Link(peer: $0, isNeeded: true) }
            _ = try LinksValue(decoding: LinksValue(inbound: .yes, wanted: 3, links: links).encoded())
        }
        expectUnsorted("prekeys") {
            let prekeys = order($0).map {
                PrekeysValue.Prekey(rotation: .fast, publicKey: $0.bytes, notBefore: 0, notAfter: 1)
            }
            _ = try PrekeysValue(decoding: PrekeysValue(prekeys: prekeys).encoded())
        }
        expectUnsorted("acks") {
            let acks = order($0).map { AcksValue.Entry(author: $0, chain: WireValues.chain(0), seq: 1) }
            _ = try AcksValue(decoding: AcksValue(entries: acks).encoded())
        }
        expectUnsorted("wraps") {
            let wraps = order($0).map {
                Wrap(prekeyID: 1, encapsulated: $0.bytes, sealed: Array(repeating: 0, count: Wrap.sealedCount))
            }
            let envelope = Envelope(message: WireValues.message, wraps: WrapList(wraps), ciphertext: [])
            _ = try Envelope(decoding: envelope.encoded())
        }
    }

    /// `attempt` decodes a list in reversed order for true, with an element twice for false.
    private func expectUnsorted(_ name: String, _ attempt: (Bool) throws -> Void) {
        #expect(throws: WireError.unsorted(name)) { try attempt(true) }
        #expect(throws: WireError.unsorted(name)) { try attempt(false) }
    }

    private static func revoke(frontier: [Hash] = [], chains: [ChainPosition] = []) throws {
        let revoke = Revoke(signer: key, prev: .zero, subject: key, at: 0, frontier: frontier, chains: chains)
        _ = try Revoke(body: revoke.body())
    }

    // MARK: Counts

    /// A list or byte string, the bytes before its count, and its greatest count.
    struct Counted: Sendable, CustomTestStringConvertible {
        let name: String
        let limit: Int
        let front: [UInt8]
        let decode: @Sendable ([UInt8]) throws -> Void
        var testDescription: String { name }

        static func message(_ name: String, _ kind: UInt32, _ front: [UInt8], _ limit: Int) -> Counted {
            var writer = WireWriter()
            writer.write(kind)
            return Counted(name: name, limit: limit, front: writer.bytes + front) { _ = try Message(decoding: $0) }
        }

        static func value<Value: WireValue & SendableMetatype>(
            _ name: String, _: Value.Type, _ front: [UInt8], _ limit: Int
        ) -> Counted {
            Counted(name: name, limit: limit, front: front) { _ = try Value(decoding: $0) }
        }

        static func body<Content: SignedContent & SendableMetatype>(
            _ name: String, _: Content.Type, _ front: [UInt8], _ limit: Int
        ) -> Counted {
            Counted(name: name, limit: limit, front: [1] + zeros(32) + front) { _ = try Content(body: $0) }
        }
    }

    private static func zeros(_ count: Int) -> [UInt8] { Array(repeating: 0, count: count) }

    static let counted: [Counted] = [
        .message("signed body", 0, [], WireLimits.signedBody),
        .message("dial-back endpoint", 6, zeros(4), Endpoint.maximumLength),
        .message("digest signers", 7, zeros(32) + [1], WireLimits.members),
        .message("digest owners", 7, zeros(32) + [1] + zeros(8), WireLimits.members),
        .message("delta records", 8, [], WireLimits.records),
        .message("operation ids", 9, zeros(32), WireLimits.operationIDs),
        .message("operations", 10, [], WireLimits.operations),
        .message("ihave", 12, [0], WireLimits.ihave),
        .message("vector chains", 16, zeros(32) + [1], WireLimits.vectorChains),
        .value("wraps", Envelope.self, WireValues.message.encoded(), WireLimits.wraps),
        .value("ciphertext", Envelope.self, WireValues.message.encoded() + zeros(8), WireLimits.ciphertext),
        .value("content", ChatContent.self, zeros(12), WireLimits.plaintext),
        .value("endpoints", AddressValue.self, [], WireLimits.endpoints),
        .value("endpoint", AddressValue.self, [1] + zeros(7), Endpoint.maximumLength),
        .value("links", LinksValue.self, zeros(2), WireLimits.links),
        .value("prekeys", PrekeysValue.self, [], WireLimits.prekeys),
        .value("acks", AcksValue.self, [], WireLimits.acks),
        .value("contact", Contact.self, zeros(32), Endpoint.maximumLength),
        .value("admission", AdmissionProof.self, WireValues.founding.encoded(), WireLimits.admissionOperations),
        .body("network name", Genesis.self, [], WireLimits.name),
        .body("roster", Genesis.self, zeros(8 + 8 + 32 + 1), WireLimits.roster),
        .body("frontier", Revoke.self, zeros(32 + 32 + 8), WireLimits.frontier),
        .body("chains", Revoke.self, zeros(32 + 32 + 8 + 8), WireLimits.chains),
        .body("nick", Hello.self, zeros(1 + 1 + 32 + 4 + 32 + 8) + [1], WireLimits.nick),
        .body("welcome others", Welcome.self, zeros(32 + 32 + 2 + 32 + 8 + 1), WireLimits.others),
        .body("reject others", Reject.self, zeros(32 + 32 + 4 + 1), WireLimits.others),
        .body("record key", Record.self, zeros(16), WireLimits.recordKey),
        .body("record value", Record.self, zeros(16 + 8), WireLimits.recordValue),
        .body("raw data", RawMessage.self, zeros(1 + 16), WireLimits.raw),
        .body("ranges", SyncRequest.self, zeros(32 + 32 + 1 + 4), WireLimits.ranges),
        .body("sync ids", SyncRequest.self, zeros(32 + 32 + 1) + [1, 0, 0, 0], WireLimits.ranges),
        .body("direct", SyncRequest.self, zeros(32 + 32 + 1) + [2, 0, 0, 0], WireLimits.ranges),
        .body("sync items", SyncResponse.self, zeros(32), WireLimits.syncItems),
    ]

    @Test(arguments: counted)
    func aCountBeyondItsLimitIsRefusedByTheCount(_ list: Counted) {
        for count in [UInt64(list.limit) + 1, 1 << 32, 1 << 63, .max] {
            let error = #expect(throws: WireError.self) { try list.decode(list.front + Self.count(count)) }
            guard case .tooMany(count, limit: list.limit, in: _) = error else {
                Issue.record("\(count): \(String(describing: error))")
                continue
            }
        }
    }

    @Test(arguments: counted)
    func aCountWithoutTheBytesForItIsRefusedBeforeAnyAllocation(_ list: Counted) {
        #expect(throws: WireError.truncated) { try list.decode(list.front + Self.count(UInt64(list.limit))) }
        #expect(throws: WireError.truncated) { try list.decode(list.front + Self.count(1)) }
    }

    private static func count(_ value: UInt64) -> [UInt8] {
        var writer = WireWriter()
        writer.write(value)
        return writer.bytes
    }

    @Test func everyListAtItsLimitFitsTheFrameThatCarriesIt() {
        #expect(WireLimits.members * (68 + 80) > WireLimits.frame, "cut by whoever sends a digest")
        #expect(WireLimits.operationIDs * 32 < WireLimits.frame && WireLimits.vectorChains * 56 < WireLimits.frame)
        #expect(8 + WireLimits.acks * AcksValue.Entry.size <= WireLimits.recordValue)
        #expect(WireLimits.ihave * 66 < WireLimits.frame && WireLimits.raw < WireLimits.frame)
        #expect(WireLimits.wraps * 88 + WireLimits.ciphertext + 512 < WireLimits.frame)
        #expect(WireLimits.admissionOperations * (12 + 105 + 64) < WireLimits.welcomeFrame)
    }

    // MARK: Numbers and text

    @Test func aSequenceNumberOf2To53IsRefused() {
        let ack = Ack(signer: Self.key, to: Self.key, chain: WireValues.chain(0), seq: WireLimits.sequence)
        #expect(throws: WireError.invalid("seq")) { try Ack(body: ack.body()) }
        let entry = AcksValue.Entry(author: Self.key, chain: WireValues.chain(0), seq: WireLimits.sequence)
        #expect(throws: WireError.invalid("acknowledged seq")) {
            try AcksValue(decoding: AcksValue(entries: [entry]).encoded())
        }
        var header = WireValues.header
        header.lamport = .max
        #expect(throws: WireError.invalid("lamport")) { try ChatBody(body: WireValues.body(header).body()) }
        let range = ChainRange(author: Self.key, chain: WireValues.chain(0), from: 5, to: 5)
        #expect(throws: WireError.invalid("empty range")) { try ChainRange(decoding: range.encoded()) }
    }

    @Test func aPrekeyInForceForMoreThanEightDaysIsRefused() {
        for (start, end) in [(UInt64(0), UInt64(8 * 86_400_000 + 1)), (1, 0), (0, .max)] {
            let prekey = PrekeysValue.Prekey(
                rotation: .fast, publicKey: WireValues.bytes(1), notBefore: start, notAfter: end)
            #expect(throws: WireError.invalid("prekey life")) { try PrekeysValue.Prekey(decoding: prekey.encoded()) }
        }
    }

    @Test func textThatIsNotUTF8IsRefused() {
        let bytes = Self.key.rawBytes + Self.count(2) + [0xC0, 0x80]
        #expect(throws: WireError.notUTF8("endpoint")) { try Contact(decoding: bytes) }
    }

    @Test func tagsAndFlagsThatDoNotExistAreRefused() {
        #expect(throws: WireError.unknownTag(5, in: "leave reason")) { try LeaveNotice(decoding: [5, 0, 0, 0]) }
        #expect(throws: WireError.unknownTag(3, in: "drain")) { try Drain(decoding: [3, 0, 0, 0]) }
        #expect(throws: WireError.unknownTag(2, in: "operation")) { try Operation(decoding: [2, 0, 0, 0]) }
        #expect(throws: WireError.unknownTag(2, in: "reached")) { try DialBack(decoding: [1, 0, 0, 0, 2]) }
        #expect(throws: WireError.unknownTag(2, in: "reset")) { try IHave(decoding: [2]) }
        #expect(throws: WireError.unknownTag(3, in: "inbound")) { try LinksValue(decoding: [3]) }
        #expect(throws: WireError.unknownTag(0, in: "prekey class")) { try PrekeysValue.Prekey(decoding: [0]) }
        #expect(throws: WireError.unknownTag(2, in: "link flags")) {
            try LinksValue.Link(decoding: Self.key.rawBytes + [2])
        }
    }
}
