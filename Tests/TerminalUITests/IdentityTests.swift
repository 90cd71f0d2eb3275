import TerminalUI
import Testing

@testable import MeshCore

@Suite struct IdentityTests {
    @Test func wordsStandForBytesAsInTheListOfThePGPFone() throws {
        // E58294F2E9A227486E8B061B31CC528FD7FA3F19 is the example by which the list is usually explained.
        let key = try #require(NodeID(hex: "E58294F2E9A227486E8B061B31CC528FD7FA3F190000FFFF0000FFFF00000000"))
        let words =
            "topmost Istanbul Pluto vagabond treadmill Pacific brackish dictator goldfish Medusa "
            + "afflict bravado chatter revolver Dupont midsummer stopwatch whimsical cowbell bottomless "
            + "aardvark adroitness Zulu Yucatan aardvark adroitness Zulu Yucatan aardvark adroitness aardvark adroitness"
        #expect(KeyWords.of(key).joined(separator: " ") == words)
    }

    @Test func wordsThatDoNotFitAreOnTheNextPage() {
        var scene = Scene(Size(rows: 10, columns: 40))
        let words = KeyWords.of(Scene.alice)
        scene.press(.control("e"), .character("w"))
        var seen = Set(words.filter { scene.screen.contains($0) })
        for _ in 0..<2 {
            scene.press(.character("w"))
            seen.formUnion(words.filter { scene.screen.contains($0) })
        }
        #expect(seen == Set(words))
        scene.press(.character("w"))
        #expect(scene.screen.contains("Public key"))
    }

    /// Three corners of a QR code are squares of seven modules around one of three (ISO/IEC 18004, 6.3.3).
    @Test func thePictureHasItsThreeCornersAndAMarginOfLight() throws {
        let code = try #require(QRCode(Scene.alice))
        let rows = code.rows(isInverted: false).map { Array($0) }
        #expect(code.size == Size(rows: 17, columns: 33) && rows.allSatisfy { $0.count == 33 })
        let corner = ["█▀▀▀▀▀█", "█ ███ █", "█ ▀▀▀ █", "▀▀▀▀▀▀▀"]
        for (index, line) in corner.enumerated() {
            #expect(String(rows[1 + index][2..<9]) == line && String(rows[1 + index][24..<31]) == line)
        }
        #expect(rows.allSatisfy { String($0.prefix(2) + $0.suffix(2)) == "    " })
        let inverted = code.rows(isInverted: true).map { Array($0) }
        let opposite: [Character: Character] = [" ": "█", "█": " ", "▀": "▄", "▄": "▀"]
        #expect(inverted == rows.map { $0.map { opposite[$0] ?? "?" } })
    }

    @Test func whereOnlyASCIIIsShownThereIsNoPicture() {
        var traits = TerminalTraits()
        traits.hasUnicode = false
        let model = ChatModel(
            selfID: Scene.alice, contact: "", listening: "", hasSeedPeers: false, size: Size(rows: 24, columns: 80),
            traits: traits, now: Scene.now, time: Scene.time)
        var screen = model
        _ = screen.update(.typed(.key(.control("e"))), now: Scene.now)
        #expect(screen.canvas.text.contains("Public key") && !screen.canvas.text.contains("▀"))
    }
}
