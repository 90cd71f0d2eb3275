import TerminalUI
import Testing

@Suite struct EventLoopTests {
    private func run(_ typed: [String], size: Size = Size(rows: 24, columns: 80)) -> (FakeTerminal, [Request]) {
        let terminal = FakeTerminal(size, typed: typed.map { Array($0.utf8) })
        var scene = Scene(size)
        var performed: [Request] = []
        var loop = EventLoop(terminal, Mailbox())
        loop.run(&scene.model) { performed.append($0) }
        return (terminal, performed)
    }

    @Test func typedBytesBecomeRequestsAndTheScreen() {
        let (terminal, performed) = run(["hel", "lo\r", "\u{1B}[105;5u"])
        #expect(performed == [.sendGroup("hello"), .refresh])
        #expect(terminal.shown?.text.contains("Members") == true)
    }

    @Test func whatIsPostedBeforeAndDuringTheRunIsShownOnceTheLoopWakes() {
        let mailbox = Mailbox()
        for number in 0..<150 { mailbox.post(.said("line \(number)")) }
        let terminal = FakeTerminal(Size(rows: 24, columns: 80), typed: [Array("x".utf8)])
        var scene = Scene(terminal.size)
        var loop = EventLoop(terminal, mailbox)
        loop.run(&scene.model) { _ in }
        #expect(scene.screen.contains("line 149"))
    }

    /// What stands in the line when Esc and `[A` come with `pause` milliseconds and the end of a frame between them.
    private func lineAfterHalvesOfUp(pause: UInt64) -> String {
        let typed = ["sent before\r", "\u{1B}", nil, "[A"].map { $0.map { Array($0.utf8) } }
        let terminal = FakeTerminal(Size(rows: 24, columns: 80), typed: typed)
        var scene = Scene(terminal.size)
        var loop = EventLoop(terminal, Mailbox()) { Scene.now + (terminal.waits > 2 ? pause : 0) }
        loop.run(&scene.model) { _ in }
        return scene.model.windows[0].input.text
    }

    @Test func theEndOfAFrameCutsNoKeyInTwo() {
        #expect(lineAfterHalvesOfUp(pause: 24) == "sent before")
        #expect(lineAfterHalvesOfUp(pause: 25) == "[A")
    }

    @Test func aCopyGoesOutAsOneSequenceOfPlainBytes() {
        let (terminal, _) = run(["\u{5}", "c"])
        let text = String(decoding: terminal.sent, as: UTF8.self)
        #expect(text.hasPrefix("\u{1B}]52;c;") && text.hasSuffix("\u{7}"))
        #expect(terminal.sent.dropFirst().dropLast().allSatisfy { $0 >= 0x20 && $0 < 0x7F })
    }

    @Test func aLostTerminalEndsTheLoop() {
        let (_, performed) = run([])
        #expect(performed.isEmpty)
    }
}
