import TerminalUI
import Testing

@testable import MeshCore

@Suite struct BareTests {
    @Test func onlyTheTextIsLeftAndAnyKeyComesBack() {
        let size = Size(rows: 24, columns: 40)
        let long = "https://example.org/" + String(repeating: "a", count: 60)
        var scene = Scene(size)
        scene.say("one\ntwo \u{1B}[31m", from: Scene.bob)
        scene.say("\(long)", from: Scene.alice)
        scene.tell(.said("* bob left"))
        #expect(scene.model.bareLines == nil)
        scene.press(.alt("b"))
        #expect(
            scene.model.bareLines == ["14:15 bob: one", "    two ⟨1B⟩[31m", "14:15 alice: \(long)", "14:15 * bob left"])
        let terminal = FakeTerminal(size, typed: [[]])
        var loop = EventLoop(terminal, Mailbox())
        loop.run(&scene.model) { _ in }
        #expect(terminal.bare == scene.model.bareLines)
        #expect(scene.press(.character("x")) == [.redraw])
        #expect(scene.model.bareLines == nil && !scene.screen.contains("> x"))
    }
}
