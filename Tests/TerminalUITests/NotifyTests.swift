import ChatKit
import Foundation
import TerminalUI
import Testing

@testable import MeshCore

@Suite struct NotifyTests {
    private let size = Size(rows: 24, columns: 80)

    @Test func directMessagesMentionsNewKeysAndTheEndOfAllLinksAreTold() {
        var scene = Scene(size)
        scene.tell(.typed(.focus(false)))
        var now = Scene.now
        func told(_ event: Event) -> [String] {
            now += 1_000
            return scene.tell(event, at: now).compactMap {
                if case .notify(let notice) = $0 { notice.text } else { nil }
            }
        }
        let quiet = scene.message("all quiet", from: Scene.bob)
        let mention = scene.message("Alice, look", from: Scene.bob)
        let direct = scene.message("psst", from: Scene.bob, to: Scene.alice)
        #expect(told(.message(quiet)).isEmpty)
        #expect(told(.message(mention)) == ["Alice, look"])
        #expect(told(.message(direct)) == ["psst"])
        #expect(told(.said("* NEW KEY 77e0aa12 calls itself erin")) == ["NEW KEY 77e0aa12 calls itself erin"])
        #expect(told(.state(.recovering, reason: "")).isEmpty)
        #expect(told(.state(.offline, reason: "")) == ["offline: no member is in reach"])
        #expect(told(.state(.offline, reason: "")).isEmpty)
    }

    @Test func aFloodRingsOnceASecond() {
        var scene = Scene(size)
        scene.tell(.typed(.focus(false)))
        var rings = 0
        for step in 0..<2_000 {
            let message = scene.message("alice \(step)", from: Scene.bob)
            rings += scene.tell(.message(message), at: Scene.now + UInt64(step)).count
        }
        #expect(rings == 2)
    }

    @Test func whoLooksIsNotTold() {
        var scene = Scene(size)
        let message = scene.message("alice, look", from: Scene.bob)
        #expect(scene.tell(.message(message)).isEmpty)
    }

    @Test(arguments: [
        (NotifyWay.bell, "\u{7}"), (.osc9, "\u{1B}]9;bob; jr: psst; ⟨1B⟩]0;x\u{7}"),
        (.osc777, "\u{1B}]777;notify;bob, jr;psst; ⟨1B⟩]0;x\u{7}"),
        (.osc99, "\u{1B}]99;;bob; jr: psst; ⟨1B⟩]0;x\u{1B}\\"),
    ])
    func eachWayHasItsBytesAndPeersAddNone(_ way: NotifyWay, _ bytes: String) {
        var settings = ScreenSettings()
        settings.notifyHow = way
        #expect(sent(settings) == Array(bytes.utf8))
    }

    private func sent(_ settings: ScreenSettings) -> [UInt8] {
        let terminal = FakeTerminal(size, typed: [Array("\u{1B}[O".utf8), []])
        var scene = Scene(size)
        var snapshot = Scene.snapshot
        snapshot.members[1].nick = "bob; jr"
        scene.tell(.snapshot(snapshot))
        scene.tell(.typed(.focus(false)))
        let mailbox = Mailbox()
        mailbox.post(.message(scene.message("psst; \u{1B}]0;x", from: Scene.bob, to: Scene.alice)))
        var loop = EventLoop(terminal, mailbox, settings)
        loop.run(&scene.model) { _ in }
        return terminal.sent
    }

    @Test(.timeLimit(.minutes(1))) func aCommandGetsTheTextAndNoShellDoes() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "said").path
        var settings = ScreenSettings()
        (settings.notifyHow, settings.notifyCommand) = (.command, ["tee", file])
        #expect(sent(settings).isEmpty)
        while (try? String(contentsOfFile: file, encoding: .utf8)) != "bob; jr: psst; ⟨1B⟩]0;x\n" { await Task.yield() }
    }
}
