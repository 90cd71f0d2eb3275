import ChatKit
import Foundation
import TerminalUI
import Testing

@Suite final class EditorTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false) }
    deinit { try? FileManager.default.removeItem(at: folder) }

    private func edit(_ draft: String, with editor: String, limit: Int = 1_000) -> Editor.Outcome {
        Editor.edit(draft, limit: limit, Environment(["EDITOR": editor, "XDG_RUNTIME_DIR": folder.path]))
    }

    private var left: [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? ["?"] }

    @Test func theDraftComesBackAsTheEditorLeftIt() {
        #expect(edit("one a", with: "sed -i s/a/b/") == .text("one b"))
        #expect(edit("", with: "printf 'x\\ny\\n\\n' >") == .text("x\ny"))
        #expect(left.isEmpty)
    }

    @Test func whatEditorsPutBesideTheFileGoesToo() {
        #expect(edit("secret", with: "sed -i~ s/s/S/") == .text("Secret"))
        #expect(left.isEmpty)
    }

    @Test func aFailingEditorChangesNothing() {
        for editor in ["false", "no-such-editor-anywhere"] {
            guard case .problem(let sentence) = edit("x", with: editor) else {
                Issue.record("taken")
                return
            }
            #expect(sentence.contains(editor) && sentence.contains("your line is as it was"))
        }
        #expect(left.isEmpty)
    }

    @Test func anEditorThatTakesTheFileAwayChangesNothing() {
        #expect(edit("x", with: "rm") == .problem("the editor left no text; your line is as it was"))
        #expect(left.isEmpty)
    }

    @Test func aTextThatIsTooLongIsKeptAndItsPlaceSaid() throws {
        guard case .problem(let sentence) = edit("x", with: "printf '%01001d' 0 >") else {
            Issue.record("taken")
            return
        }
        let path = try #require(sentence.split(separator: " ").last.map(String.init))
        #expect(try Data(contentsOf: URL(filePath: path)).count == 1_001)
    }

    @Test func twoKeysOrOneLeadThereAndTheTextComesIntoTheLine() {
        for keys in [[Key.control("x"), .control("e")], [.alt("e")]] {
            var scene = Scene(Size(rows: 24, columns: 80))
            scene.type("draft")
            var requests: [Request] = []
            for key in keys { requests += scene.press(key) }
            #expect(requests == [.edit("draft")])
            scene.tell(.edited("first\nsecond"))
            #expect(scene.press(Key(.enter)) == [.sendGroup("first\nsecond")])
        }
        var scene = Scene(Size(rows: 24, columns: 80))
        scene.press(.control("x"), .character("y"))
        scene.type("z")
        #expect(scene.press(Key(.enter)) == [.sendGroup("z")])
    }
}
