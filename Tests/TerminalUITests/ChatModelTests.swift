import TerminalUI
import Testing

@testable import MeshCore

@Suite struct ChatModelTests {
    private let size = Size(rows: 24, columns: 80)

    // MARK: The original's keys

    @Test func tabOnAnEmptyLineInvitesAndWithTextCompletes() {
        var scene = Scene(size)
        scene.press(Key(.tab))
        #expect(scene.model.popup == .invite(InputLine()))
        scene.press(Key(.escape))
        scene.type("/inv")
        scene.press(Key(.tab))
        #expect(scene.model.popup == nil && scene.screen.contains("#mesh> /invite"))
    }

    @Test func everyKeyOfTheOriginalOpensItsPopupInEachOfItsForms() {
        let forms: [(Key, String)] = [
            (.control("i"), "Invite"), (.alt("i"), "Invite"), (Key(.function(2)), "Invite"), (.control("m"), "Members"),
            (.alt("m"), "Members"), (Key(.function(3)), "Members"), (.control("e"), "Your identity"),
            (Key(.function(4)), "Your identity"), (.control("h"), "Help"), (Key(.function(1)), "Help"),
            (Key(.function(5)), "Network"), (.alt("n"), "Network"),
        ]
        for (key, title) in forms {
            var scene = Scene(size)
            scene.press(key)
            #expect(scene.screen.contains("┌─ \(title)"), "\(key)")
            scene.press(Key(.escape))
            #expect(!scene.screen.contains("┌─ "), "\(key)")
        }
    }

    @Test func enterOnAnEmptyLineDoesNothing() {
        var scene = Scene(size)
        #expect(scene.press(Key(.enter)).isEmpty && scene.model.popup == nil)
        scene.type("   ")
        #expect(scene.press(Key(.enter)).isEmpty)
    }

    @Test func controlCKeepsTheDraftAndQuitsAtTheSecondPress() {
        var scene = Scene(size)
        scene.type("a long thought")
        #expect(scene.press(.control("c")).isEmpty)
        #expect(scene.screen.contains("Ctrl+C again quits"))
        var back = scene
        back.press(Key(.up))
        #expect(back.screen.contains("a long thought"))
        #expect(scene.press(.control("c")) == [.quit])
        var other = Scene(size)
        #expect(other.press(.control("c")) == [.quit])
        var end = Scene(size)
        #expect(end.press(.control("d")) == [.quit])
    }

    // MARK: Lines

    @Test func aLineIsSentAndCommandsWithoutAViewGoWhereMeshChatWouldSendThem() {
        var scene = Scene(size)
        scene.type("hello")
        #expect(scene.press(Key(.enter)) == [.sendGroup("hello")])
        scene.type("//slash")
        #expect(scene.press(Key(.enter)) == [.sendGroup("/slash")])
        scene.type("/history 3")
        #expect(scene.press(Key(.enter)) == [.perform("/history 3")])
        scene.type("/quit")
        #expect(scene.press(Key(.enter)) == [.quit])
    }

    @Test func anUnknownCommandNamesTheNearestAndSendsNothing() {
        var scene = Scene(Size(rows: 24, columns: 120))
        scene.type("/invte x")
        #expect(scene.press(Key(.enter)).isEmpty)
        #expect(scene.screen.contains("unknown command /invte, nothing was sent") && scene.screen.contains("/invite?"))
    }

    @Test func revokingAsksForTheNameAndTakesNoOther() {
        var scene = Scene(size)
        scene.type("/revoke erin")
        #expect(scene.press(Key(.enter)).isEmpty)
        scene.type("Erin")
        #expect(scene.press(Key(.enter)).isEmpty)
        #expect(scene.screen.contains("that is not \"erin\""))
        scene.press(.control("u"))
        scene.type("erin")
        #expect(scene.press(Key(.enter)) == [.perform("/revoke \(Scene.erin.hex)")])
        #expect(scene.model.popup == nil)
    }

    @Test func inADirectChatLinesGoToThatMemberAlone() {
        var scene = Scene(size)
        scene.type("/dm bob hi")
        #expect(scene.press(Key(.enter)) == [.perform("/dm bob hi")])
        scene.type("and again")
        #expect(scene.press(Key(.enter)) == [.sendDirect(Scene.bob, "and again")])
        scene.press(.alt("1"))
        scene.type("to all")
        #expect(scene.press(Key(.enter)) == [.sendGroup("to all")])
    }

    @Test func aLineThatCouldNotBeSentIsGivenBack() {
        var scene = Scene(size)
        scene.type("hello")
        scene.press(Key(.enter))
        scene.tell(.unsent("hello", to: nil))
        #expect(scene.screen.contains("#mesh> hello"))
    }

    @Test func aLineForOneMemberIsGivenBackInTheirChatAlone() {
        var scene = Scene(size)
        scene.say("psst", from: Scene.bob, to: Scene.alice)
        scene.press(.alt("2"))
        scene.type("for bob alone")
        scene.press(Key(.enter), .alt("1"))
        scene.tell(.unsent("for bob alone", to: Scene.bob))
        #expect(!scene.screen.contains("for bob alone"))
        scene.press(.alt("2"))
        #expect(scene.screen.contains("@bob> for bob alone"))
    }

    @Test func draftsBelongToTheirChats() {
        var scene = Scene(size)
        scene.say("psst", from: Scene.bob, to: Scene.alice)
        scene.type("for all")
        scene.press(.alt("2"))
        scene.type("for bob")
        #expect(scene.screen.contains("@bob> for bob"))
        scene.press(.alt("1"))
        #expect(scene.screen.contains("#mesh> for all"))
    }

    // MARK: Reading

    @Test func whatCameWhileAwayIsCountedAndMarkedByALine() {
        var scene = Scene(size)
        scene.say("before", from: Scene.bob)
        scene.tell(.typed(.focus(false)))
        scene.say("one", from: Scene.bob)
        scene.say("two", from: Scene.bob)
        #expect(scene.screen.contains("unread #mesh 2"))
        #expect(scene.screen.contains("2 new since"))
        scene.tell(.typed(.focus(true)))
        #expect(!scene.screen.contains("unread") && scene.screen.contains("2 new since"))
        scene.type("back")
        scene.press(Key(.enter))
        scene.say("back", from: Scene.alice)
        #expect(!scene.screen.contains("new since"))
    }

    @Test func whoScrolledUpKeepsTheirPlaceWhileMessagesCome() {
        var scene = Scene(size)
        for number in 0..<80 { scene.say("message \(number)", from: Scene.bob) }
        scene.press(Key(.pageUp))
        let place = rows(scene)
        for number in 0..<10 { scene.say("late \(number)", from: Scene.charlie) }
        #expect(rows(scene) == place)
        #expect(scene.screen.contains("10 below: End"))
        scene.press(Key(.end))
        #expect(scene.screen.contains("late 9") && !scene.screen.contains("below"))
    }

    @Test func whatIsRepairedAboveTheScreenMovesNothingOnIt() {
        var scene = Scene(size)
        let old = scene.message("old", from: Scene.bob)
        for number in 0..<70 { scene.say("message \(number)", from: Scene.bob) }
        let late = scene.message("late", from: Scene.charlie)
        for number in 70..<80 { scene.say("message \(number)", from: Scene.bob) }
        scene.press(Key(.pageUp))
        let place = rows(scene)
        scene.tell(.message(old))
        #expect(rows(scene) == place && !scene.screen.contains("below"))
        scene.tell(.message(late))
        #expect(rows(scene) == place && scene.screen.contains("1 below: End"))
    }

    private func rows(_ scene: Scene) -> [Substring] {
        scene.screen.split(separator: "\n").filter { $0.contains("message") }
    }

    @Test func whatIsRepairedStandsInItsPlaceAndNotLast() {
        var scene = Scene(size)
        let late = scene.message("first", from: Scene.bob)
        scene.say("second", from: Scene.charlie)
        scene.tell(.message(late))
        scene.tell(.message(late))
        let lines = scene.screen.split(separator: "\n")
        let first = lines.firstIndex { $0.contains("first") }
        let second = lines.firstIndex { $0.contains("second") }
        #expect(first ?? 99 < second ?? 0)
        #expect(lines.count { $0.contains("first") } == 1)
    }

    @Test(arguments: [true, false]) func whatIsMissingIsSaidInItsPlaceUntilItComes(isLive: Bool) {
        var scene = Scene(size)
        let late = (scene.message("one", from: Scene.bob), scene.message("two", from: Scene.bob))
        var message = scene.message("three", from: Scene.bob)
        message.missing = 2
        scene.tell(isLive ? .message(message) : .history([message]))
        #expect(scene.screen.contains("(2 earlier messages of bob not here yet)"))
        scene.tell(.message(late.1))
        #expect(scene.screen.contains("(1 earlier message of bob not here yet)"))
        scene.tell(.message(late.0))
        #expect(!scene.screen.contains("not here yet"))
    }

    @Test func aWindowKeepsABoundedNumberOfEntries() {
        var scene = Scene(size)
        for number in 0..<11_000 { scene.say("m\(number)", from: Scene.bob) }
        #expect(scene.model.windows[0].entryCount <= 10_500)
        #expect(scene.screen.contains("m10999"))
    }

    @Test func roundTripsAreLookedAtAgainEachMinuteAndInTheirPopupsEachSecond() {
        var scene = Scene(size)
        #expect(scene.tell(.time) == [.refresh] && !scene.model.isLive)
        for key in [Key(.function(3)), Key(.function(5))] {
            scene.press(key)
            #expect(scene.model.isLive)
            scene.press(Key(.escape))
        }
    }

    @Test func timesCanBeLeftOut() {
        var scene = Scene(size)
        scene.say("hello", from: Scene.bob)
        #expect(scene.screen.contains("14:15    bob │ hello"))
        scene.press(.alt("t"))
        #expect(scene.screen.contains("\n    bob │ hello"))
    }

    @Test func sameEventsMakeTheSameScreen() {
        var (one, other) = (Scene(size), Scene(size))
        for number in 0..<50 {
            one.say("m\(number)", from: Scene.bob)
            other.say("m\(number)", from: Scene.bob)
        }
        #expect(one.model.canvas == other.model.canvas)
    }

    // MARK: Pastes

    @Test func aLongPasteAsksAndAHugeOneIsRefusedWithItsSize() {
        var scene = Scene(size)
        scene.tell(.typed(.paste(Array("1\r\n2\r3\n4\n5".utf8), dropped: 0)))
        #expect(scene.screen.contains("Paste 5 lines?"))
        scene.press(Key(.enter))
        #expect(scene.press(Key(.enter)) == [.sendGroup("1\n2\n3\n4\n5")])
        scene.tell(.typed(.paste([UInt8](repeating: 97, count: 1 << 20), dropped: 9 << 20)))
        #expect(scene.screen.contains("a paste of 10240 KiB was not taken"))
        #expect(scene.press(Key(.enter)).isEmpty)
    }

    @Test(arguments: [(9, 40), (10, 39), (1, 1), (3, 200)])
    func whatIsTooSmallSaysWhatItNeeds(_ rows: Int, _ columns: Int) {
        let scene = Scene(Size(rows: rows, columns: columns))
        #expect(scene.model.canvas.text.hasPrefix(columns == 1 ? "m" : "mesh-chat-tui needs 40x10"))
    }

    @Test func everySizeCanBeDrawnWithEveryPopup() {
        for (rows, columns) in [(10, 40), (13, 69), (14, 70), (24, 99), (25, 100), (60, 250), (10, 200), (50, 41)] {
            for view in GoldenScreenTests.views {
                var scene = Scene(Size(rows: rows, columns: columns))
                view.open(&scene)
                let lines = scene.screen.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                #expect(lines.count == rows && lines.allSatisfy { CellWidth.of(String($0)) <= columns }, "\(view.name)")
            }
        }
    }
}
