import ChatKit
import TerminalUI
import Testing

@Suite struct KeySettingsTests {
    private func keys(_ chosen: [String: [String]]) throws(UserError) -> KeyMap {
        var settings = ScreenSettings()
        settings.keys = chosen.mapValues { .init($0, place: "config.toml, line 9: ") }
        return try KeyMap(settings)
    }

    @Test(arguments: [
        ("f2", Key(.function(2))), ("ctrl-i", .control("i")), ("Ctrl+I", .control("i")), ("alt-b", .alt("b")),
        ("shift-tab", Key(.tab, .shift)), ("alt-pgup", Key(.pageUp, .alt)), ("ctrl-space", .control(" ")),
        ("ctrl-alt-x", Key(.character("x"), [.control, .alt])), ("ctrl--", .control("-")), ("enter", Key(.enter)),
    ])
    func keysAreWrittenAsPeopleSayThem(_ name: String, _ key: Key) {
        #expect(Key(name: name) == key)
        #expect(Key(name: key.description) == key)
    }

    @Test(arguments: [
        "", "x", "shift-x", "ctrl-", "f13", "f0", "hyper-x", "ctrl-ctrl-x", "ctrl-shift-x", "ctrl-xy", "-",
    ])
    func whatIsNoKeyIsNone(_ name: String) { #expect(Key(name: name) == nil) }

    @Test func aChosenKeyIsTakenFromWhatHadItBefore() throws {
        let keys = try keys(["bare": ["ctrl-e", "f9"]])
        #expect(keys.action(for: .control("e")) == .bare && keys.action(for: Key(.function(9))) == .bare)
        #expect(keys.action(for: .alt("b")) == nil)
        #expect(keys.action(for: Key(.function(4))) == .identity)
        #expect(try keys.action(for: .alt("b")) == nil && self.keys([:]).action(for: .alt("b")) == .bare)
    }

    @Test(arguments: [
        (["invte": ["f2"]], "no action is called \"invte\"; did you mean \"invite\"?"),
        (["invite": ["f99"]], "\"f99\" is no key"),
        (["invite": ["f2"], "help": ["f2"]], "F2 is given to help and to invite"),
        (["invite": ["\u{202E}"]], "\"⟨202E⟩\" is no key"),
    ])
    func whatIsWrongIsNamedWithItsLine(_ chosen: [String: [String]], _ words: String) {
        do throws(UserError) {
            _ = try keys(chosen)
            Issue.record("taken: \(chosen)")
        } catch {
            #expect(error.status == .badConfiguration)
            #expect(error.sentence.hasPrefix("config.toml, line 9: \(words)"), "\(error.sentence)")
        }
    }

    @Test func everyActionHasItsOwnNameAndItsOwnKeys() {
        let bindings = KeyMap.standard
        #expect(Set(bindings.map(\.name)).count == bindings.count)
        #expect(Set(bindings.flatMap(\.keys)).count == bindings.flatMap(\.keys).count)
        #expect(bindings.flatMap(\.keys).allSatisfy { Key(name: $0.description) == $0 })
    }

    @Test func enterAndTabOnAnEmptyLineDoWhatTheSettingsSay() throws {
        var settings = ScreenSettings()
        (settings.emptyTabInvites, settings.emptyEnterShowsMembers) = (false, true)
        var scene = Scene(Size(rows: 24, columns: 80), keys: try KeyMap(settings))
        scene.press(Key(.tab))
        #expect(scene.model.popup == nil)
        scene.type("hello")
        scene.press(Key(.enter))
        scene.press(Key(.enter))
        #expect(scene.model.popup == nil, "right after a line it is a slip")
        scene.tell(.typed(.key(Key(.enter))), at: Scene.now + 1_000)
        #expect(scene.screen.contains("┌─ Members"))
    }

    @Test func keysThatTheTerminalDoesNotTellApartStandInBrackets() {
        var scene = Scene(Size(rows: 60, columns: 120))
        scene.type("/keys")
        scene.press(Key(.enter))
        #expect(scene.screen.contains("F2, (Ctrl+I), Alt+I") && scene.screen.contains("[invite]"))
        scene.tell(.typed(.tellsKeysApart))
        #expect(scene.screen.contains("F2, Ctrl+I, Alt+I") && !scene.screen.contains("(Ctrl+I)"))
    }
}
