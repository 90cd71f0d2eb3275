import ChatKit
import Foundation
import TerminalUI
import Testing

@testable import MeshCore

/// Every view at three sizes, as it stood when somebody last looked at it and found it good. `GOLDEN_WRITE=1` writes
/// the files anew; the difference is then to be read like any other.
@Suite struct GoldenScreenTests {
    struct View: Sendable, CustomTestStringConvertible {
        let name: String
        let open: @Sendable (inout Scene) -> Void
        var testDescription: String { name }
    }

    static let views = [
        View(name: "first-start") { _ in },
        View(name: "chat") { $0.talk() },
        View(name: "chat-unread") { scene in
            scene.say("before", from: Scene.bob, minutesAgo: 9)
            scene.tell(.typed(.focus(false)))
            scene.say("alice: are you there?", from: Scene.charlie, minutesAgo: 4)
            scene.say("psst", from: Scene.erin, to: Scene.alice, minutesAgo: 2)
        },
        View(name: "chat-direct") { scene in
            scene.talk()
            scene.type("/dm bob are you back on the train wifi?")
            scene.press(Key(.enter))
            scene.say("are you back on the train wifi?", from: Scene.alice, to: Scene.bob)
            scene.deliver(1, of: 1)
            scene.say("yes, 40 s delay, sorry", from: Scene.bob, to: Scene.alice)
        },
        View(name: "chat-multiline") { scene in
            scene.talk()
            scene.type("first line")
            scene.press(Key(.enter, .alt))
            scene.type("second line")
        },
        View(name: "chat-scrolled") { scene in
            for number in 0..<60 {
                scene.say("message \(number)", from: Scene.bob, minutesAgo: UInt64(1_500 - number * 20))
            }
            scene.press(Key(.pageUp), Key(.pageUp))
            scene.say("news", from: Scene.dave)
        },
        View(name: "find") { scene in
            scene.talk()
            scene.press(.control("f"))
            scene.type("side")
        },
        View(name: "help") { $0.press(Key(.function(1))) },
        View(name: "help-dm") { scene in
            scene.type("/help dm")
            scene.press(Key(.enter))
        },
        View(name: "keys") { scene in
            scene.type("/keys")
            scene.press(Key(.enter))
        },
        View(name: "invite") { scene in
            scene.tell(.knock(Scene.id("f"), nick: "frank", address: "192.168.1.40:51234"))
            scene.press(Key(.tab))
            scene.type("f1b2c3d40f1e2d3c4b5g")
        },
        View(name: "invite-whole") { scene in
            scene.press(.control("i"))
            scene.tell(.typed(.paste(Array(Scene.id("f").hex.utf8), dropped: 0)))
        },
        View(name: "members") { $0.press(Key(.function(3)), Key(.down)) },
        View(name: "identity") { $0.press(.control("e")) },
        View(name: "identity-words") { $0.press(.control("e"), .character("w")) },
        View(name: "verify") { scene in
            scene.type("/verify bob")
            scene.press(Key(.enter))
            let number = "40918 22745 90331 51827 73110 06452 88190 31204 59963 14870 62551 07738"
            scene.tell(.safetyNumber(Scene.bob, number))
        },
        View(name: "network") { scene in
            scene.talk()
            scene.press(Key(.function(5)))
        },
        View(name: "revoke") { scene in
            scene.type("/revoke erin")
            scene.press(Key(.enter))
            scene.type("er")
        },
        View(name: "paste") {
            $0.tell(.typed(.paste(Array("one\ntwo\nthree\nfour\nfive\nsix\nseven\neight".utf8), dropped: 0)))
        },
        View(name: "rejected") { scene in
            scene.tell(.state(.recovering, reason: "no links"))
            scene.tell(.rejected(Rejection(endpoint: Endpoint(host: "127.0.0.1", port: 9000), reason: .notInvited)))
            scene.tell(
                .said(
                    "* rejected by 127.0.0.1:9000: not invited yet; send your key to somebody who is a member, it is\n    \(Scene.alice.hex)"
                ))
        },
    ]

    @Test(arguments: views, Scene.sizes)
    func theViewLooksAsItDid(_ view: View, _ size: Size) throws {
        var scene = Scene(size, isAlone: view.name == "first-start" || view.name == "rejected")
        view.open(&scene)
        try check(scene.screen, "\(view.name)-\(size.columns)x\(size.rows)", size)
    }

    @Test(arguments: Scene.sizes)
    func theWizardLooksAsItDid(_ size: Size) throws {
        let suggested = SetupAnswers(
            nick: "", seed: nil, listen: Endpoint(host: "0.0.0.0", port: 9000), searches: true)
        var wizard = Wizard(place: "~/.config/mesh-chat/identity.key", suggested: suggested, size: size) { _ in
            [Endpoint(host: "192.168.1.20", port: 9000)]
        }
        for character in "alice" { _ = wizard.update(.typed(.key(.character(character))), now: 0) }
        try check(wizard.canvas.text, "wizard-\(size.columns)x\(size.rows)", size)
        _ = wizard.update(.typed(.key(Key(.enter))), now: 0)
        for character in "bob" { _ = wizard.update(.typed(.key(.character(character))), now: 0) }
        _ = wizard.update(.typed(.key(Key(.enter))), now: 0)
        try check(wizard.canvas.text, "wizard-seed-\(size.columns)x\(size.rows)", size)
    }

    private func check(_ screen: String, _ name: String, _ size: Size) throws {
        let rows = screen.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        #expect(rows.count == size.rows)
        #expect(rows.allSatisfy { CellWidth.of(String($0)) <= size.columns })
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name).txt")
        if ProcessInfo.processInfo.environment["GOLDEN_WRITE"] == "1" {
            try screen.write(to: file, atomically: true, encoding: .utf8)
            return
        }
        let golden = try String(contentsOf: file, encoding: .utf8)
        #expect(screen == golden, "\(name) is now\n\(screen)")
    }
}
