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

    private func check(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        var canvas = Canvas(Size(rows: 1, columns: 30))
        for line in SafeText.printableLines(text) { canvas.write(line, 0, 0) }
        let scalars = canvas.rows[0].flatMap { Array($0.text.unicodeScalars) }
        if !scalars.allSatisfy(isAllowed) { Issue.record("\(bytes)") }
        if canvas.rows[0].contains(where: { $0.text.unicodeScalars.count > 5 }) {
            Issue.record("a flood of marks: \(bytes)")
        }
    }

    @Test func allStringsOfUpToThreeBytesWithAnEscape() {
        check([0x1B])
        for first in UInt8.min...UInt8.max {
            for pair in [[0x1B, first], [first, 0x1B]] { check(pair) }
            for second in stride(from: 0, to: 256, by: 1).map(UInt8.init) {
                check([0x1B, first, second])
                check([first, 0x1B, second])
                check([first, second, 0x1B])
            }
        }
    }

    @Test func allC1AndBidirectionalCharactersAloneAndInText() {
        let bidi: [ClosedRange<UInt32>] = [
            0x80...0x9F, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F, 0x61C...0x61C, 0xFEFF...0xFEFF,
            0xE0000...0xE007F,
        ]
        for scalar in bidi.joined().compactMap(Unicode.Scalar.init) {
            for text in ["\(scalar)", "a\(scalar)", "\(scalar)b", "日\(scalar)本", "👍\(scalar)"] {
                check(Array(text.utf8))
            }
        }
        for byte in UInt8(0x80)...0x9F {
            for other in UInt8.min...UInt8.max {
                check([byte, other])
                check([other, byte])
            }
        }
    }

    /// A million by hand: `MESH_HOSTILE_TEXTS=1000000`.
    @Test func randomBytes() {
        let count = ProcessInfo.processInfo.environment["MESH_HOSTILE_TEXTS"].flatMap(Int.init) ?? 20_000
        var random = SplitMix(state: 1)
        for _ in 0..<count { check((0..<Int(random.next() % 40)).map { _ in UInt8(random.next() % 256) }) }
    }

    @Test func whatWasTakenOutIsShown() {
        var scene = Scene(Size(rows: 24, columns: 80))
        scene.say("\u{1B}[31mred\u{202E} and \u{85}more", from: Scene.bob)
        #expect(scene.screen.contains("⟨1B⟩[31mred⟨202E⟩ and ⟨85⟩more"))
    }

    @Test func nicksAndMessagesOnTheWholeScreen() {
        let texts = [
            "\u{1B}]0;title\u{7}x", "a\u{202E}b", "e\(String(repeating: "\u{301}", count: 500))", "x\u{9B}31mred",
            "\u{200B}\u{FEFF}",
        ]
        for text in texts {
            var scene = Scene(Size(rows: 24, columns: 80))
            var snapshot = Scene.snapshot
            snapshot.members[1].nick = text
            snapshot.network = text
            scene.tell(.snapshot(snapshot))
            scene.say(text, from: Scene.bob)
            scene.tell(.knock(Scene.id("f"), nick: text, address: "10.0.0.1:1"))
            for key in [Key(.function(2)), Key(.function(3)), Key(.function(5))] {
                scene.press(key)
                let scalars = scene.model.canvas.rows.joined().flatMap { Array($0.text.unicodeScalars) }
                #expect(scalars.allSatisfy(isAllowed), "\(text)")
                scene.press(Key(.escape))
            }
        }
    }
}
