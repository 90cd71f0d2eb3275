import ChatKit
import Foundation
import TerminalUI
import Testing

@testable import MeshCore

/// Whatever peers write, only plain visible text reaches the terminal.
@Suite struct HostileTextTests {
    /// Controls, format and bidirectional characters, and what is not assigned are never in a cell.
    private func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: !scalar.properties.isDefaultIgnorableCodePoint
        }
    }

    private func check(_ text: String) {
        var canvas = Canvas(Size(rows: 1, columns: 8))
        for line in SafeText.printableLines(text) { canvas.write(line, 0, 0) }
        let scalars = canvas.rows[0].flatMap { Array($0.text.unicodeScalars) }
        if !scalars.allSatisfy(isAllowed) { Issue.record("\(Array(text.utf8))") }
        if canvas.rows[0].contains(where: { $0.text.unicodeScalars.count > 5 }) {
            Issue.record("a flood of marks: \(Array(text.utf8))")
        }
    }

    /// Bytes that are no UTF-8 all become U+FFFD, so these are the texts of all byte strings of one to three bytes that
    /// hold ESC, a byte of C1 or a bidirectional character; each once.
    @Test func allStringsOfUpToThreeBytesWithAnEscapeAC1ByteOrABidirectionalCharacter() {
        let single = (0..<0x80).compactMap { Unicode.Scalar(UInt8($0)) } + ["\u{FFFD}"]
        let special: Set<Unicode.Scalar> = ["\u{1B}", "\u{FFFD}"]
        var count = 0
        func check(_ scalars: Unicode.Scalar...) {
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars)
            self.check(String(text))
            count += 1
        }
        for first in single {
            if special.contains(first) { check(first) }
            for second in single {
                let isSpecial = special.contains(first) || special.contains(second)
                if isSpecial { check(first, second) }
                for third in single where isSpecial || special.contains(third) { check(first, second, third) }
            }
        }
        for scalar in (0x80..<0x10000).compactMap(Unicode.Scalar.init) {
            let bytes = Array(String(scalar).utf8)
            let isSpecial = bytes.dropFirst().contains { (0x80...0x9F).contains($0) }
            if isSpecial { check(scalar) }
            for other in single where bytes.count == 2 && (isSpecial || special.contains(other)) {
                check(scalar, other)
                check(other, scalar)
            }
        }
        // 2 + 512 + 98,306 texts of single bytes, 960 characters of two bytes with a byte of C1 and 960 without, 46,080 of
        // three bytes.
        #expect(count == 98_820 + 960 * 259 + 960 * 4 + 46_080)
    }

    @Test func allC1AndBidirectionalCharactersAloneAndInText() {
        let bidi: [ClosedRange<UInt32>] = [
            0x80...0x9F, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F, 0x61C...0x61C, 0xFEFF...0xFEFF,
            0xE0000...0xE007F,
        ]
        for scalar in bidi.joined().compactMap(Unicode.Scalar.init) {
            for text in ["\(scalar)", "a\(scalar)", "\(scalar)b", "日\(scalar)本", "👍\(scalar)"] { check(text) }
        }
    }

    /// A million by hand: `MESH_HOSTILE_TEXTS=1000000`.
    @Test func randomBytes() {
        let count = ProcessInfo.processInfo.environment["MESH_HOSTILE_TEXTS"].flatMap(Int.init) ?? 20_000
        var random = SplitMix(state: 1)
        for _ in 0..<count { check(Self.text(&random)) }
    }

    /// Half of them bytes of any kind, half made of what does harm.
    private static func text(_ random: inout SplitMix) -> String {
        guard random.next() % 2 == 0 else {
            return String(
                decoding: (0..<Int(random.next() % 40)).map { _ in UInt8(random.next() % 256) }, as: UTF8.self)
        }
        return (0..<random.next() % 12).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }.joined()
    }

    private static let pieces = [
        "\u{1B}", "\u{1B}[", "\u{1B}]0;", "\u{7}", "\u{9B}31m", "\u{85}", "\r", "\t", "\u{8}", "\u{7F}", "\u{202E}",
        "\u{2066}",
        "\u{61C}", "\u{200D}", "\u{FE0F}", "\u{301}", "\u{E0041}", "\u{FEFF}", "\u{115F}", "a", "日", "👍", "🏽",
        "https://", "\n",
    ]

    @Test func whatWasTakenOutIsShown() {
        var scene = Scene(Size(rows: 24, columns: 80))
        scene.say("\u{1B}[31mred\u{202E} and \u{85}more", from: Scene.bob)
        #expect(scene.screen.contains("⟨1B⟩[31mred⟨202E⟩ and ⟨85⟩more"))
    }

    /// The bytes that would be sent for a whole screen, with such a text as nick, network, message and address of a link.
    @Test func nicksAndMessagesOnTheWholeScreen() {
        var random = SplitMix(state: 3)
        let texts = (0..<150).map { _ in Self.text(&random) } + ["e\(String(repeating: "\u{301}", count: 500))"]
        for text in texts {
            var scene = Scene(Size(rows: 24, columns: 80))
            var snapshot = Scene.snapshot
            snapshot.members[1].nick = text
            snapshot.network = text
            scene.tell(.snapshot(snapshot))
            scene.say(text, from: Scene.bob)
            scene.say("https://x/" + text, from: Scene.bob)
            scene.tell(.knock(Scene.id("f"), nick: text, address: "10.0.0.1:1"))
            for key in [Key(.function(2)), Key(.function(3)), Key(.function(5)), .alt("b")] {
                scene.press(key)
                let shown = scene.model.canvas.rows.joined().map(\.text).joined()
                #expect(shown.unicodeScalars.allSatisfy(isAllowed), "\(Array(text.utf8))")
                let bare = scene.model.bareLines?.joined() ?? ""
                #expect(
                    bare.unicodeScalars.allSatisfy { isAllowed($0) || isJoinerOrSelector($0) }, "\(Array(text.utf8))")
                scene.press(Key(.escape))
            }
        }
    }

    /// The filter leaves them where they make an emoji; cells never hold them.
    private func isJoinerOrSelector(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\u{200D}" || scalar == "\u{FE0E}" || scalar == "\u{FE0F}"
    }
}
