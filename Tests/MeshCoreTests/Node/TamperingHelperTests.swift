import MeshCrypto
import Testing

@testable import MeshCore

/// A member who hands over the history that somebody missed, and alters one field of one message on the way.
@Suite struct TamperingHelperTests {
    /// A re-sealed message, in parts.
    struct Parts {
        var message: Signed
        var ciphertext: [UInt8]
        var encapsulated: Bytes32
        var sealed: [UInt8]

        init?(_ item: SyncResponse.Item) {
            guard case .resealed(let message, let ciphertext, let encapsulated, let sealed) = item else { return nil }
            (self.message, self.ciphertext, self.encapsulated, self.sealed) = (
                message, ciphertext, encapsulated, sealed
            )
        }

        var item: SyncResponse.Item {
            .resealed(message: message, ciphertext: ciphertext, encapsulated: encapsulated, sealed: sealed)
        }

        /// Another body under the signature of the first one.
        mutating func alter(_ change: (inout ChatBody) -> Void) {
            guard var body = try? ChatBody(body: message.body) else { return }
            change(&body)
            message = Signed(body: body.body(), signature: message.signature)
        }
    }

    struct Alteration: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// The counter that it increases.
        let counter: String
        let change: @Sendable (inout Parts, RepairScene) -> Void

        init(_ name: String, _ counter: String, _ change: @escaping @Sendable (inout Parts, RepairScene) -> Void) {
            (testDescription, self.counter, self.change) = (name, counter, change)
        }
    }

    private static let (unasked, signature) = ("refused.unaskedItem", "refused.badSignature")

    static let alterations = [
        // What the author has signed. What changes the place is not what was asked for.
        Alteration("sender", unasked) { parts, scene in parts.alter { $0.header.sender = scene.eve.id } },
        Alteration("sender, a stranger", "refused.author") { parts, _ in
            parts.alter { $0.header.sender = WireValues.alice.publicKey }
        },
        Alteration("suite", "refused.author") { parts, _ in
            var body = parts.message.body
            body[33] ^= 1
            parts.message = Signed(body: body, signature: parts.message.signature)
        },
        Alteration("chain", unasked) { parts, _ in parts.alter { $0.header.chain = WireValues.chain(9) } },
        Alteration("seq, of a message that is lacking too", signature) { parts, _ in
            parts.alter { $0.header.seq = 2 }
        },
        Alteration("seq", unasked) { parts, _ in parts.alter { $0.header.seq = 3 } },
        Alteration("prev", signature) { parts, _ in parts.alter { $0.header.prev = WireValues.hash(9) } },
        Alteration("lamport", signature) { parts, _ in parts.alter { $0.header.lamport += 1 } },
        Alteration("to, the reader", unasked) { parts, scene in parts.alter { $0.header.to = scene.node.id } },
        Alteration("to, another", unasked) { parts, scene in parts.alter { $0.header.to = scene.carol.id } },
        Alteration("audience", signature) { parts, _ in parts.alter { $0.header.audience = WireValues.hash(9) } },
        Alteration("commitment", signature) { parts, _ in parts.alter { $0.commitment = WireValues.hash(9) } },
        Alteration("hash of the ciphertext", "refused.foreignCiphertext") { parts, _ in
            parts.alter { $0.ciphertextHash = WireValues.hash(9) }
        },
        Alteration("hash of the wraps", signature) { parts, _ in parts.alter { $0.wrapsHash = WireValues.hash(9) } },
        Alteration("trailing byte of the body", "refused.author") { parts, _ in
            parts.message = Signed(body: parts.message.body + [0], signature: parts.message.signature)
        },
        Alteration("author's signature", signature) { parts, _ in parts.message = parts.message.withBadSignature },
        Alteration("signed for another network", signature) { parts, scene in
            guard let body = try? ChatBody(body: parts.message.body) else { return }
            parts.message = scene.bob.sign(body, in: WireValues.hash(66))
        },
        Alteration("signed again, by the helper as the author", unasked) { parts, scene in
            guard var body = try? ChatBody(body: parts.message.body) else { return }
            body.header.sender = scene.eve.id
            parts.message = scene.eve.sign(body)
        },
        // What the ciphertext is.
        Alteration("ciphertext", "refused.foreignCiphertext") { parts, _ in parts.ciphertext[9] ^= 1 },
        Alteration("ciphertext and its hash", signature) { parts, scene in
            parts.ciphertext[9] ^= 1
            let format = EnvelopeFormat(network: scene.node.network, cryptography: scene.eve.cryptography)
            let hash = format.ciphertextHash(parts.ciphertext)
            parts.alter { $0.ciphertextHash = hash }
        },
        Alteration("ciphertext, longer", "refused.foreignCiphertext") { parts, _ in parts.ciphertext.append(0) },
        Alteration("ciphertext, none", "refused.foreignCiphertext") { parts, _ in parts.ciphertext = [] },
        // What the helper has sealed.
        Alteration("encapsulated key", "refused.reseal") { parts, _ in parts.encapsulated = WireValues.bytes(9) },
        Alteration("encapsulated key of small order", "refused.reseal") { parts, _ in parts.encapsulated = .zero },
        Alteration("sealed message key", "refused.reseal") { parts, _ in parts.sealed[0] ^= 1 },
        Alteration("its tag", "refused.reseal") { parts, _ in parts.sealed[47] ^= 1 },
    ]

    /// Three messages, of which the middle one is altered: the others are shown, the hole stays a hole, and an honest
    /// member fills it.
    @Test(arguments: alterations) func anAlteredFieldIsRefused(alteration: Alteration) throws {
        let scene = RepairScene()
        let items = try ["one", "two", "three"].map { try scene.bob.write($0) }
        let header = items[0].header
        let asked = try scene.asked(scene.eve, over: scene.eveLink, for: header, through: 3)
        var answer = try scene.resealed(items, by: scene.eve, for: asked)
        var parts = try #require(Parts(answer[1]))
        alteration.change(&parts, scene)
        answer[1] = parts.item
        scene.eve.respond(answer, to: asked.id, over: scene.eveLink)

        #expect(scene.node.counter(alteration.counter) == 1)
        #expect(scene.node.texts == ["one", "three"] && scene.node.shown.count == 2)
        #expect(scene.next(of: header) == 1)
        try scene.carolMends(items)
        #expect(scene.node.texts == ["one", "two", "three"] && scene.node.shown.count == 3)
        #expect(scene.next(of: header) == 3 && scene.node.shown.last?.via == scene.carol.id)
    }

    /// All is well but whom or what it was sealed for.
    @Test(arguments: ["requester", "prekey", "request", "provider", "message", "key", "network"])
    func aKeySealedForSomethingElseIsRefused(field: String) throws {
        let scene = RepairScene()
        let item = try scene.bob.write("one")
        let asked = try scene.asked(scene.eve, over: scene.eveLink, for: item.header, through: 1)
        var prekey = asked.prekey, (request, requester, sealer) = (asked.id, scene.node.id, scene.eve.chat)
        var sealedItem = item
        switch field {
        case "requester": requester = scene.carol.id
        case "prekey": prekey = scene.eve.cryptography.makePrekey().publicKey
        case "request": request = WireValues.hash(9)
        case "provider": sealer = scene.carol.chat
        case "message": sealedItem = try scene.bob.write("two")
        case "key":
            sealedItem = ChatHistory.Item(
                message: item.message, signed: item.signed, header: item.header, ciphertext: item.ciphertext,
                messageKey: scene.eve.cryptography.makeMessageKey(), storedAt: item.storedAt)
        default:
            sealer = ChatMachine(
                network: WireValues.hash(9), cryptography: scene.eve.cryptography, limits: Limits())
        }
        let sealed = try #require(sealer.reseal([sealedItem], for: requester, prekey: prekey, request: request)?.first)
        var parts = try #require(Parts(sealed))
        (parts.message, parts.ciphertext) = (item.signed, item.ciphertext)
        scene.eve.respond([parts.item], to: asked.id, over: scene.eveLink)

        #expect(scene.node.counter(field == "key" ? "refused.unopenable" : "refused.reseal") == 1)
        #expect(scene.node.shown.isEmpty && scene.next(of: item.header) == 0)
        try scene.carolMends([item])
        #expect(scene.node.texts == ["one"] && scene.next(of: item.header) == 1)
    }

    /// The answer itself: who gives it, to what, and who has signed it.
    @Test(arguments: ["signature", "network", "request", "body"]) func anAlteredResponseIsRefused(field: String) throws
    {
        let scene = RepairScene()
        let item = try scene.bob.write("one")
        let asked = try scene.asked(scene.eve, over: scene.eveLink, for: item.header, through: 1)
        let request = field == "request" ? WireValues.hash(9) : asked.id
        let response = SyncResponse(
            signer: scene.eve.id, request: request, items: try scene.resealed([item], by: scene.eve, for: asked),
            hasMore: false)
        var signed = scene.eve.sign(response, in: field == "network" ? WireValues.hash(9) : nil)
        if field == "signature" { signed = signed.withBadSignature }
        if field == "body" {
            var other = response
            other.hasMore = true
            signed = Signed(body: other.body(), signature: signed.signature)
        }
        scene.eve.say(.routed(Routed(to: scene.node.id, item: .response(signed))), over: scene.eveLink)

        #expect(
            scene.node.counter(field == "request" ? "refused.unaskedResponse" : "refused.badSignature") == 1)
        #expect(scene.node.shown.isEmpty && scene.next(of: item.header) == 0)
        scene.node.run(for: .seconds(6))
        try scene.carolMends([item])
        #expect(scene.node.texts == ["one"] && scene.next(of: item.header) == 1)
    }
}
