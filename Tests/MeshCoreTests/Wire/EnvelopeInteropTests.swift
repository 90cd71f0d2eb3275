import Glibc
import MeshCore
import MeshCrypto
import Testing

/// Envelopes between this code and an independent one in Python, in both directions.
struct EnvelopeInteropTests {
    /// What Golden/envelope.txt holds, by name: (kind, text, direct recipient, recipients, number in the chain).
    private struct Case {
        let name: String
        let content: ChatContent
        let to: NodeID?
        let recipients: [NodeID]
        let seq: UInt64

        init(_ name: String, _ kind: ChatContent.Kind, _ body: [UInt8], to: NodeID?, _ all: [NodeID], seq: UInt64) {
            (self.name, content) = (name, ChatContent(kind: kind, at: WireValues.at, body: body))
            (self.to, recipients, self.seq) = (to, all, seq)
        }
    }

    private static let (bob, carol) = (WireValues.bob.publicKey, WireValues.carol.publicKey)
    private static let greeting = Array("Hallo, Gruppe".utf8)
    private static let cases = [
        Case("group", .text, greeting, to: nil, [bob, carol], seq: 0),
        Case("direct", .text, [], to: bob, [bob], seq: 1),
        Case("application", .application, WireValues.run(5, 300), to: nil, [carol, bob], seq: 2),
    ]

    private static func golden(_ name: String) throws -> [UInt8] {
        let line = try #require(try GoldenFile.lines("envelope.txt").first { $0.hasPrefix(name + " ") })
        let bytes: [UInt8] = try #require(Hex.decode(line.dropFirst(name.count + 1)))
        return bytes
    }

    /// Sealed by Alice to the one prekey of the tests.
    private static func seal(_ wanted: Case, with cryptography: FixedCryptography) throws -> Envelope {
        var sealer = EnvelopeSealer(network: WireValues.network, cryptography: cryptography)
        let header = ChatHeader(
            sender: cryptography.publicKey, chain: WireValues.chain(40), seq: wanted.seq,
            prev: wanted.seq == 0 ? .zero : WireValues.hash(90), lamport: wanted.seq + 1, to: wanted.to,
            audience: .zero)
        let recipients = wanted.recipients.map { EnvelopeSealer.Recipient(id: $0, prekey: FixedCryptography.prekey) }
        let now = Instant(uptime: 0, wall: WireValues.at)
        let sealed = sealer.seal(
            wanted.content, header: header, to: recipients, audience: wanted.recipients, now: now)
        return try #require(sealed).envelope
    }

    /// What Bob reads.
    private static func open(_ envelope: Envelope) -> ChatContent? {
        let cryptography = FixedCryptography(base: WireValues.bob)
        var ring = PrekeyRing()
        _ = ring.turn(at: WireValues.at, with: cryptography)
        var opener = EnvelopeOpener(network: WireValues.network, cryptography: cryptography, limits: Limits())
        guard case .success(let verified) = opener.verify(envelope),
            let key = opener.messageKey(of: verified, wraps: envelope.wraps, ring: ring)
        else { return nil }
        return opener.open(verified, with: key)
    }

    @Test func envelopesOfTheIndependentSealerOpen() throws {
        for wanted in Self.cases {
            let envelope = try Envelope(decoding: try Self.golden(wanted.name))
            #expect(Self.open(envelope) == wanted.content, "\(wanted.name)")
        }
    }

    @Test func fromTheSameSecretsOurSealerMakesTheSameBytes() throws {
        let cryptography = FixedCryptography(base: WireValues.alice)
        for wanted in Self.cases {
            #expect(try Self.seal(wanted, with: cryptography).encoded() == Self.golden(wanted.name), "\(wanted.name)")
        }
    }

    @Test func aMessageResealedByTheIndependentProviderOpens() throws {
        var reader = WireReader(try Self.golden("resealed"))
        guard
            case .resealed(let message, let ciphertext, let encapsulated, let sealed) =
                try SyncResponse.Item(from: &reader)
        else {
            Issue.record("not a re-sealed item")
            return
        }
        let cryptography = WireValues.bob
        let format = EnvelopeFormat(network: WireValues.network, cryptography: cryptography)
        let opener = EnvelopeOpener(network: WireValues.network, cryptography: cryptography, limits: Limits())
        let verified = try opener.verify(message, ciphertext: ciphertext, wraps: nil).get()
        let info = format.resealInfo(provider: Self.carol, requester: Self.bob, prekey: FixedCryptography.prekey)
        let prekey = SecretBytes(copying: FixedCryptography.prekeyPrivate)
        let exporter = try #require(
            cryptography.setupReceiver(
                encapsulated, prekey: FixedCryptography.prekey, privateKey: prekey, info: info))
        let context = format.resealContext(request: WireValues.hash(230), message: verified.id)
        let key = try #require(cryptography.unwrap(sealed, with: cryptography.export(from: exporter, context: context)))
        #expect(opener.open(verified, with: key)?.body == Self.greeting)
    }

    @Test func aChangedByteAnywhereIsNoticed() throws {
        let envelope = try Self.golden("group")
        for index in envelope.indices {
            var changed = envelope
            changed[index] ^= 0x40
            guard let decoded = try? Envelope(decoding: changed) else { continue }
            #expect(Self.open(decoded) == nil, "byte \(index)")
        }
    }

    // MARK: For Tests/Interop/interop.py, which sets the variable and opens what is written

    private static var folder: String? { unsafe getenv("MESH_INTEROP_OUT").map { unsafe String(cString: $0) } }

    /// Fresh message keys and encapsulations. A line an envelope: network, recipient, private prekey, kind, body and
    /// envelope, in hex and without spaces within.
    @Test(.enabled(if: folder != nil, "run by Tests/Interop/interop.py"))
    func envelopesAreWrittenForTheIndependentOpener() throws {
        let cryptography = FixedCryptography(base: WireValues.alice, isDeterministic: false)
        var lines: [String] = []
        for wanted in Self.cases {
            let envelope = try Self.seal(wanted, with: cryptography)
            for recipient in wanted.recipients {
                let fields = [
                    WireValues.network.rawBytes, recipient.rawBytes, FixedCryptography.prekeyPrivate,
                    [UInt8(wanted.content.kind.rawValue)], wanted.content.body, envelope.encoded(),
                ]
                lines.append(fields.map { "x" + Hex.encode($0) }.joined(separator: " "))
            }
        }
        let file = unsafe fopen("\(try #require(Self.folder))/envelopes.txt", "w")
        // The stream was just opened here and is closed once.
        defer { if let file = unsafe file { unsafe fclose(file) } }
        try #require(unsafe file != nil)
        let text = lines.joined(separator: "\n") + "\n"
        #expect(unsafe fputs(text, file) >= 0)
    }
}
