import MeshCrypto
import Testing

@testable import MeshCore

/// A member who answers a request with something else than what was asked for.
@Suite struct UnaskedRepairTests {
    private func answer(
        _ items: [SyncResponse.Item], to asked: RepairScene.Asked, in scene: RepairScene
    ) {
        scene.eve.respond(items, to: asked.id, over: scene.eveLink)
    }

    /// The reader finds the order by what the author has signed.
    @Test func theOrderOfAnAnswerDoesNotMatterAndARepeatedItemIsTakenOnce() throws {
        let scene = RepairScene()
        let items = try ["one", "two", "three"].map { try scene.bob.write($0) }
        let asked = try scene.asked(scene.eve, over: scene.eveLink, for: items[0].header, through: 3)
        answer(try scene.resealed([2, 0, 2, 1, 0].map { items[$0] }, by: scene.eve, for: asked), to: asked, in: scene)
        #expect(scene.node.texts == ["one", "two", "three"] && scene.node.shown.count == 3)
        #expect(scene.next(of: items[0].header) == 3)
    }

    @Test func anItemThatIsLeftOutStaysAHole() throws {
        let scene = RepairScene()
        let items = try ["one", "two", "three"].map { try scene.bob.write($0) }
        let asked = try scene.asked(scene.eve, over: scene.eveLink, for: items[0].header, through: 3)
        answer(try scene.resealed([items[1], items[2]], by: scene.eve, for: asked), to: asked, in: scene)
        #expect(scene.node.texts == ["two", "three"] && scene.next(of: items[0].header) == 0)
        try scene.carolMends(items)
        #expect(scene.node.texts == ["one", "two", "three"] && scene.next(of: items[0].header) == 3)
    }

    /// True messages, well sealed, from beyond the range: so nobody chooses what this node learns first.
    @Test func messagesBeyondWhatWasAskedForAreRefused() throws {
        let scene = RepairScene()
        let (item, beyond) = (try scene.bob.write("one"), try scene.bob.write("two"))
        let own = try scene.eve.write("eve's own")
        let asked = try scene.asked(scene.eve, over: scene.eveLink, for: item.header, through: 1)
        answer(try scene.resealed([item, beyond, own], by: scene.eve, for: asked), to: asked, in: scene)
        #expect(scene.node.texts == ["one"] && scene.node.counter("refused.unaskedItem") == 2)
        try scene.carolMends([item, beyond])
        #expect(scene.node.texts == ["one", "two"])
    }

    @Test func anAnswerServesOnce() throws {
        let scene = RepairScene()
        let item = try scene.bob.write("one")
        let asked = try scene.asked(scene.eve, over: scene.eveLink, for: item.header, through: 1)
        let answer = try scene.resealed([item], by: scene.eve, for: asked)
        for _ in 0..<3 { self.answer(answer, to: asked, in: scene) }
        #expect(scene.node.shown.count == 1 && scene.node.counter("refused.unaskedResponse") == 2)
    }

    // MARK: Letters

    private static let letterAlterations: [(String, String, @Sendable (inout Envelope) -> Void)] = [
        ("signature", "refused.badSignature", { $0.message = $0.message.withBadSignature }),
        ("ciphertext", "refused.foreignCiphertext", { $0.ciphertext[9] ^= 1 }),
        (
            "wrap", "refused.foreignWraps",
            {
                var wrap = $0.wraps[0]
                wrap.sealed[0] ^= 1
                $0.wraps = WrapList([wrap])
            }
        ),
        ("wraps, none", "refused.foreignWraps", { $0.wraps = WrapList([]) }),
        (
            "wraps, one more", "refused.foreignWraps",
            {
                let wrap = $0.wraps[0]
                $0.wraps = [wrap, Wrap(prekeyID: .max, encapsulated: wrap.encapsulated, sealed: wrap.sealed)]
            }
        ),
    ]

    /// A direct message to this node that eve has kept for it, as it travelled.
    @Test func aLetterWithAnyPartAlteredIsRefusedAndTheTrueOneIsTaken() throws {
        for (name, counter, change) in Self.letterAlterations {
            let scene = RepairScene()
            let letter = try scene.bob.compose("for you", to: scene.node.id)
            var altered = letter
            change(&altered)
            let asked = try scene.askedForLetters(scene.eve, over: scene.eveLink)
            answer([.sealed(altered)], to: asked, in: scene)
            #expect(scene.node.shown.isEmpty && scene.node.counter(counter) == 1, "\(name)")
            let again = try scene.askedForLetters(scene.carol, over: scene.carolLink)
            scene.carol.respond([.sealed(letter)], to: again.id, over: scene.carolLink)
            #expect(scene.node.texts == ["for you"] && scene.node.shown.first?.from == scene.bob.id, "\(name)")
        }
    }

    /// Letters to others do not come as an answer, and fill nobody's mailbox so.
    @Test func aLetterToAnotherIsNotTakenAsAnAnswer() throws {
        let scene = RepairScene()
        let asked = try scene.askedForLetters(scene.eve, over: scene.eveLink)
        let letter = try scene.bob.compose("for carol", to: scene.carol.id, for: [])
        answer([.sealed(letter)], to: asked, in: scene)
        #expect(scene.node.counter("refused.unaskedItem") == 1 && scene.node.core.chat.mailbox.count == 0)
    }

    /// Nor does anybody but its author hand over a direct message to us in another form than it was sealed in.
    @Test func aDirectMessageIsResealedByItsAuthorOnly() throws {
        let scene = RepairScene()
        let item = try scene.bob.write("for you", to: scene.node.id)
        let asked = try scene.askedForLetters(scene.eve, over: scene.eveLink)
        answer(try scene.resealed([item], by: scene.eve, for: asked), to: asked, in: scene)
        #expect(scene.node.shown.isEmpty && scene.node.counter("refused.foreignReseal") == 1)
        let author = try scene.askedForLetters(scene.bob, over: scene.bobLink)
        scene.bob.respond(try scene.resealed([item], by: scene.bob, for: author), to: author.id, over: scene.bobLink)
        #expect(scene.node.texts == ["for you"])
    }
}
