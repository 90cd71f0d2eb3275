import MeshCrypto
import Testing

@testable import MeshCore

/// Sealing, opening, and everything that must not open.
@Suite struct EnvelopeTests {
    private static let network = WireValues.network
    private static let start = Instant(uptime: 0, wall: WireValues.at)
    private static let (alice, bob, carol) = (WireValues.alice, WireValues.bob, WireValues.carol)

    /// Somebody who receives.
    private final class Reader {
        let cryptography: OpenSSLCryptography
        var ring = PrekeyRing()
        var opener: EnvelopeOpener

        init(_ cryptography: OpenSSLCryptography) {
            self.cryptography = cryptography
            opener = EnvelopeOpener(network: network, cryptography: cryptography, limits: Limits())
            _ = ring.turn(at: WireValues.at, with: cryptography)
        }

        var recipient: EnvelopeSealer.Recipient {
            .init(id: cryptography.publicKey, prekey: ring.published.chosen(at: WireValues.at)!)
        }

        func open(_ envelope: Envelope) -> [UInt8]? {
            guard case .success(let verified) = opener.verify(envelope),
                let key = opener.messageKey(of: verified, wraps: envelope.wraps, ring: ring)
            else { return nil }
            return opener.open(verified, with: key)?.body
        }
    }

    private static func seal(
        _ text: String, seq: UInt64 = 0, by sealer: inout EnvelopeSealer, as sender: OpenSSLCryptography = alice,
        to recipients: [EnvelopeSealer.Recipient], at now: Instant = start
    ) throws -> Envelope {
        let header = ChatHeader(
            sender: sender.publicKey, chain: WireValues.chain(1), seq: seq, prev: .zero, lamport: seq + 1, to: nil,
            audience: .zero)
        let content = ChatContent(kind: .text, at: 0, body: Array(text.utf8))
        let sealed = sealer.seal(
            content, header: header, to: recipients, audience: recipients.map(\.id), now: now)
        return try #require(sealed).envelope
    }

    private static func sealer(_ sender: OpenSSLCryptography = alice) -> EnvelopeSealer {
        EnvelopeSealer(network: network, cryptography: sender)
    }

    @Test func twoRecipientsOpenItAndAThirdDoesNot() throws {
        let (bob, carol, dave) = (Reader(Self.bob), Reader(Self.carol), Reader(WireValues.identity(4)))
        var sealer = Self.sealer()
        let envelope = try Self.seal("hi", by: &sealer, to: [bob.recipient, carol.recipient])
        #expect(bob.open(envelope) == Array("hi".utf8))
        #expect(carol.open(envelope) == Array("hi".utf8))
        #expect(dave.open(envelope) == nil)
        #expect(envelope.encoded().count < 700)
    }

    /// Every byte is under a hash, under the signature, or under a tag.
    @Test func everyChangedByteOfAnEnvelopeForTwoIsRefused() throws {
        let bob = Reader(Self.bob)
        var sealer = Self.sealer()
        let bytes = try Self.seal("hi", by: &sealer, to: [bob.recipient, Reader(Self.carol).recipient]).encoded()
        var opened = 0
        for index in bytes.indices {
            for flip: UInt8 in [1, 0x80] {
                var changed = bytes
                changed[index] ^= flip
                guard let envelope = try? Envelope(decoding: changed) else { continue }
                if bob.open(envelope) != nil { opened += 1 }
            }
        }
        #expect(opened == 0)
        #expect(bob.open(try Envelope(decoding: bytes)) != nil)
    }

    @Test func everyTruncationIsRefused() throws {
        var sealer = Self.sealer()
        let bytes = try Self.seal("hi", by: &sealer, to: [Reader(Self.bob).recipient]).encoded()
        for count in 0..<bytes.count {
            #expect(throws: WireError.self) { try Envelope(decoding: Array(bytes.prefix(count))) }
        }
    }

    // MARK: Contexts

    @Test func aContextServesAThousandMessagesThenAnother() throws {
        let bob = Reader(Self.bob)
        var sealer = Self.sealer()
        var encs: [Bytes32] = []
        for number in 0..<1_001 {
            let envelope = try Self.seal("m", seq: UInt64(number), by: &sealer, to: [bob.recipient])
            encs.append(envelope.wraps[0].encapsulated)
            if number % 250 == 0 { #expect(bob.open(envelope) != nil) }
        }
        #expect(Set(encs.prefix(1_000)).count == 1)
        #expect(encs[1_000] != encs[0])
    }

    @Test func aContextServesAnHourThenAnother() throws {
        let bob = Reader(Self.bob)
        var sealer = Self.sealer()
        let times = [0, 3_599, 3_600].map { Self.start + .seconds($0) }
        let encs = try times.map {
            try Self.seal("m", by: &sealer, to: [bob.recipient], at: $0).wraps[0].encapsulated
        }
        #expect(encs[0] == encs[1])
        #expect(encs[1] != encs[2])
    }

    @Test func aNewPrekeyOrAForgottenMemberGetsANewContext() throws {
        let bob = Reader(Self.bob)
        var sealer = Self.sealer()
        let first = try Self.seal("m", by: &sealer, to: [bob.recipient]).wraps[0]
        sealer.forget(Self.bob.publicKey)
        #expect(MemoryWalk.secrets(in: sealer).isEmpty)
        let second = try Self.seal("m", by: &sealer, to: [bob.recipient]).wraps[0]
        #expect(first.encapsulated != second.encapsulated)
        _ = bob.ring.turn(at: WireValues.at + 3_600_000, with: Self.bob)
        let prekey = try #require(bob.ring.current)
        let third = try Self.seal("m", by: &sealer, to: [.init(id: Self.bob.publicKey, prekey: prekey)]).wraps[0]
        #expect(third.prekeyID != second.prekeyID)
        #expect(bob.open(try Self.seal("m", by: &sealer, to: [.init(id: Self.bob.publicKey, prekey: prekey)])) != nil)
    }

    /// Two messages under one context have different wrap keys: the same header sealed twice opens twice.
    @Test func theSameHeaderSealedTwiceOpensTwice() throws {
        let bob = Reader(Self.bob)
        var sealer = Self.sealer()
        let twice = try [1, 2].map { _ in try Self.seal("m", by: &sealer, to: [bob.recipient]) }
        #expect(twice[0].wraps[0].encapsulated == twice[1].wraps[0].encapsulated)
        #expect(twice[0].wraps[0].sealed != twice[1].wraps[0].sealed)
        #expect(twice.allSatisfy { bob.open($0) != nil })
    }

    @Test func contextsOfAnErasedPrekeyAreGone() throws {
        let bob = Reader(Self.bob)
        var sealer = Self.sealer()
        #expect(bob.open(try Self.seal("m", by: &sealer, to: [bob.recipient])) != nil)
        #expect(MemoryWalk.secrets(in: bob.opener).count == 1)
        bob.opener.forget(prekeys: [bob.recipient.prekey])
        #expect(MemoryWalk.secrets(in: bob.opener).isEmpty)
    }

    @Test func contextsAreBoundedPerSender() throws {
        var limits = Limits()
        limits.receiverContextsPerSender = 8
        let bob = Reader(Self.bob)
        bob.opener = EnvelopeOpener(network: Self.network, cryptography: Self.bob, limits: limits)
        for number in 0..<40 {
            var sealer = Self.sealer()
            #expect(bob.open(try Self.seal("m", seq: UInt64(number), by: &sealer, to: [bob.recipient])) != nil)
        }
        #expect(MemoryWalk.secrets(in: bob.opener).count <= 8)
    }

    // MARK: Theft of parts

    /// Re-signs an envelope's body with other parts, as a member may.
    private static func forge(
        _ body: ChatBody, wraps: WrapList, ciphertext: [UInt8], by signer: OpenSSLCryptography
    ) -> Envelope {
        var body = body
        body.header.sender = signer.publicKey
        let format = EnvelopeFormat(network: network, cryptography: signer)
        body.wrapsHash = format.wrapsHash(wraps)
        body.ciphertextHash = format.ciphertextHash(ciphertext)
        return Envelope(message: body.signed(in: network, with: signer), wraps: wraps, ciphertext: ciphertext)
    }

    @Test func aWrapDoesNotOpenInAnotherMessageOfTheSameSender() throws {
        let bob = Reader(Self.bob)
        var sealer = Self.sealer()
        let first = try Self.seal("first", seq: 0, by: &sealer, to: [bob.recipient])
        let second = try Self.seal("second", seq: 1, by: &sealer, to: [bob.recipient])
        let body = try ChatBody(body: second.message.body)
        let mixed = Self.forge(body, wraps: first.wraps, ciphertext: second.ciphertext, by: Self.alice)
        #expect(bob.open(mixed) == nil)
        let swapped = Self.forge(body, wraps: first.wraps, ciphertext: first.ciphertext, by: Self.alice)
        #expect(bob.open(swapped) == nil)
    }

    @Test func nobodyCanSignAnothersSealedMessageAsHisOwn() throws {
        let bob = Reader(Self.bob)
        var sealer = Self.sealer()
        let envelope = try Self.seal("alice's", by: &sealer, to: [bob.recipient])
        let body = try ChatBody(body: envelope.message.body)
        let stolen = Self.forge(body, wraps: envelope.wraps, ciphertext: envelope.ciphertext, by: Self.carol)
        #expect(bob.open(stolen) == nil)
        // And the attempt has left nothing in the cache that would keep alice's out.
        #expect(bob.open(envelope) == Array("alice's".utf8))
    }

    /// Bob seals the key of alice's message to carol: carol sees that alice did not send it to her.
    @Test func aMessageCannotBeForwardedAsIfItsAuthorHadSentIt() throws {
        let (bob, carol) = (Reader(Self.bob), Reader(Self.carol))
        var sealer = Self.sealer()
        let envelope = try Self.seal("to bob", by: &sealer, to: [bob.recipient])
        guard case .success(let verified) = bob.opener.verify(envelope),
            let key = bob.opener.messageKey(of: verified, wraps: envelope.wraps, ring: bob.ring)
        else {
            Issue.record("bob cannot open")
            return
        }
        let format = EnvelopeFormat(network: Self.network, cryptography: Self.bob)
        let bind = format.bind(
            header: EnvelopeFormat.header(ofBody: envelope.message.body), commitment: verified.body.commitment,
            ciphertextHash: verified.body.ciphertextHash)
        for sender in [Self.alice.publicKey, Self.bob.publicKey] {
            let info = format.wrapInfo(
                sender: sender, recipient: Self.carol.publicKey, prekey: carol.recipient.prekey)
            let context = Self.bob.setupSender(to: carol.recipient.prekey, info: info)
            let (encapsulated, exporter) = try #require(context)
            let wrapKey = Self.bob.export(from: exporter, context: Label.wrap + bind.rawBytes)
            let wrap = Wrap(
                prekeyID: format.prekeyID(carol.recipient.prekey, of: Self.carol.publicKey),
                encapsulated: encapsulated, sealed: Self.bob.wrap(key, with: wrapKey))
            let forwarded = Envelope(message: envelope.message, wraps: [wrap], ciphertext: envelope.ciphertext)
            #expect(carol.open(forwarded) == nil)
        }
    }

    @Test func anotherKeyThanTheCommittedOneDoesNotOpen() throws {
        let bob = Reader(Self.bob)
        var sealer = Self.sealer()
        let envelope = try Self.seal("m", by: &sealer, to: [bob.recipient])
        guard case .success(let verified) = bob.opener.verify(envelope) else {
            Issue.record("refused")
            return
        }
        #expect(bob.opener.open(verified, with: Self.bob.makeMessageKey()) == nil)
    }

    @Test func theCommitmentItselfCannotBeExchanged() throws {
        let bob = Reader(Self.bob)
        var sealer = Self.sealer()
        let envelope = try Self.seal("m", by: &sealer, to: [bob.recipient])
        var body = try ChatBody(body: envelope.message.body)
        body.commitment = WireValues.hash(4)
        #expect(
            bob.open(Self.forge(body, wraps: envelope.wraps, ciphertext: envelope.ciphertext, by: Self.alice)) == nil)
    }

    @Test func aRecipientWithAPrekeyOfSmallOrderIsLeftOut() throws {
        var sealer = Self.sealer()
        let envelope = try Self.seal("m", by: &sealer, to: [.init(id: Self.bob.publicKey, prekey: .zero)])
        #expect(envelope.wraps.isEmpty)
    }

    @Test func contentBeyondTheLargestBucketIsNotSealed() {
        var sealer = Self.sealer()
        let header = WireValues.header
        func seal(_ count: Int) -> EnvelopeSealer.Sealed? {
            let content = ChatContent(kind: .text, at: 0, body: Array(repeating: 65, count: count))
            return sealer.seal(content, header: header, to: [], audience: [], now: Self.start)
        }
        #expect(seal(65_536 - 4 - 20) != nil)
        #expect(seal(65_536 - 4 - 19) == nil)
    }
}
