import TerminalUI
import Testing

@testable import MeshCore

@Suite struct InviteTests {
    private let size = Size(rows: 24, columns: 80)

    @Test func aKeyThatIsTypedIsJudgedToTheCharacter() {
        var scene = Scene(size)
        scene.press(Key(.function(2)))
        scene.type("12g4")
        #expect(scene.screen.contains("character 3 is \"g\"; a key has only 0-9 and a-f"))
        #expect(scene.press(Key(.enter)).isEmpty)
        scene.press(.control("u"))
        scene.type(String(Scene.id("f").hex.dropLast(3)))
        #expect(scene.screen.contains("3 of 64 digits are missing"))
        scene.type("abcd")
        #expect(scene.screen.contains("1 digits too many"))
        scene.press(.control("u"))
        scene.type(Scene.alice.hex)
        #expect(scene.screen.contains("this is your own key"))
        scene.press(.control("u"))
        scene.type(Scene.bob.hex)
        #expect(scene.screen.contains("bob is a member already"))
    }

    @Test func aPastedKeyMayHaveSpacesAndAnAddress() {
        for text in [
            Scene.id("f").hex + "\n", " " + Scene.id("f").hex.prefix(8) + " " + Scene.id("f").hex.dropFirst(8),
            Scene.id("f").hex + "@host:9000", "MESH:" + Scene.id("f").hex.uppercased(),
        ] {
            var scene = Scene(size)
            scene.press(Key(.tab))
            scene.tell(.typed(.paste(Array(text.utf8), dropped: 0)))
            #expect(scene.press(Key(.enter)) == [.perform("/invite \(Scene.id("f").hex)")], "\(text)")
        }
    }

    @Test func whoKnockedCanBeTakenWithTheArrowKeys() {
        var scene = Scene(size)
        scene.tell(.knock(Scene.id("f"), nick: "frank", address: "10.0.0.1:1"))
        scene.press(Key(.tab), Key(.down))
        #expect(scene.press(Key(.enter)) == [.perform("/invite \(Scene.id("f").hex)")])
    }
}
