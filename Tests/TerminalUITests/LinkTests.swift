import Foundation
import TerminalUI
import Testing

@testable import MeshCore

@Suite struct LinkTests {
    private func cells(_ text: String, columns: Int = 40) -> [(number: Int, cells: [Cell])] {
        var scene = Scene(Size(rows: 12, columns: columns))
        scene.say(text, from: Scene.bob)
        return Array(scene.model.canvas.rows.enumerated()).map { (number: $0.offset, cells: $0.element) }
    }

    private func links(_ text: String) -> [(target: String, text: String)] {
        var result: [(String, String)] = []
        for row in cells(text) {
            for cell in row.cells {
                guard let link = cell.link else { continue }
                if result.last?.0 == link {
                    result[result.count - 1].1 += cell.text
                } else {
                    result.append((link, cell.text))
                }
            }
        }
        return result
    }

    @Test func anAddressThatIsLongerThanARowIsOneLink() {
        let address = "https://example.org/" + String(repeating: "a1", count: 40) + "?q=日本"
        let found = links("see \(address), and then http://b.example.")
        #expect(found.map(\.target) == [address, "http://b.example"])
        #expect(found.map(\.text) == [address + ",", "http://b.example."])
        #expect(links("no://link https:// x https://. y").isEmpty)
    }

    @Test func theTerminalIsToldWhereEachPieceStands() {
        let address = "https://example.org/" + String(repeating: "x", count: 20)
        let text = String(decoding: LinkSequences.bytes(for: cells(address)), as: UTF8.self)
        #expect(text.hasPrefix("\u{1B}7") && text.hasSuffix("\u{1B}[0m\u{1B}8"))
        let pieces = text.components(separatedBy: ";\(address)\u{1B}\\")
        #expect(pieces.count == 3, "two rows, one address: \(text)")
        #expect(LinkSequences.bytes(for: cells("no link")).isEmpty)
    }

    @Test func peersCannotEndTheSequence() {
        for byte in 0...UInt8.max {
            let text = "https://x\(String(decoding: [byte], as: UTF8.self))\u{1B}\\\u{7}\u{9C}\u{202E}y\""
            let bytes = LinkSequences.bytes(for: cells(text))
            var rest = String(decoding: bytes, as: UTF8.self)
            #expect(!rest.contains("\u{7}") && !rest.contains("\u{9C}"))
            // Without our own sequences no control is left.
            for own in ["\u{1B}7", "\u{1B}8", "\u{1B}[", "\u{1B}]8;", "\u{1B}\\"] {
                rest = rest.replacing(own, with: "")
            }
            #expect(rest.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
        }
    }
}
