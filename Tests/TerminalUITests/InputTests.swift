import TerminalUI
import Testing

@Suite struct InputTests {
    private func line(_ text: String, _ actions: Action...) -> InputLine {
        var line = InputLine()
        line.insert(text)
        for action in actions { line.edit(action) }
        return line
    }

    @Test func wordsAreDeletedAndPutBack() {
        #expect(line("one two  ", .deleteWord).text == "one ")
        #expect(line("one two", .wordLeft, .deleteToEnd).text == "one ")
        #expect(line("one two", .wordLeft, .deleteToStart).text == "two")
        #expect(line("one two", .deleteWord, .lineStart, .yank).text == "twoone ")
    }

    @Test func theCursorMovesByWhatPeopleSeeAsCharacters() {
        #expect(line("日e\u{301}👨‍👩‍👧", .left, .left, .backspace).text == "e\u{301}👨‍👩‍👧")
        #expect(line("ab", .left, .left, .left, .delete).text == "b")
        #expect(line("ab", .right, .delete, .backspace).text == "a")
    }

    @Test func aMarkJoinsTheCharacterBeforeIt() {
        var line = InputLine()
        line.insert("e")
        line.insert("\u{301}")
        line.edit(.backspace)
        #expect(line.isEmpty)
    }

    @Test func aMarkWithinALineLeavesTheCursorBehindItsCharacter() {
        var line = line("ex", .left)
        line.insert("\u{301}")
        line.insert("y")
        #expect(line.text == "e\u{301}yx")
    }

    @Test func linesSentBeforeComeBackAndTheDraftIsKept() {
        var line = line("first")
        _ = line.take()
        line.insert("second")
        _ = line.take()
        line.insert("draft")
        let texts = [Action.older, .older, .older, .newer, .newer, .newer].map { action in
            line.edit(action)
            return line.text
        }
        #expect(texts == ["second", "first", "first", "second", "draft", "draft"])
    }

    @Test func aLineHasRoomForAMessageAndNoMore() {
        var line = InputLine()
        let taken = [line.insert(String(repeating: "a", count: 60_000)), line.insert("b")]
        #expect(taken == [true, false] && line.text.utf8.count == 60_000)
    }

    @Test func tabGoesThroughCommandsAndNicks() {
        var scene = Scene(Size(rows: 24, columns: 80))
        scene.type("/me")
        scene.press(Key(.tab))
        #expect(scene.screen.contains("#mesh> /me"))
        scene.press(Key(.tab))
        #expect(scene.screen.contains("#mesh> /members"))
        scene.press(Key(.tab, .shift), .control("u"))
        scene.type("da")
        scene.press(Key(.tab))
        #expect(scene.screen.contains("#mesh> dave:"))
        scene.press(.control("u"))
        scene.type("/dm ch")
        scene.press(Key(.tab))
        #expect(scene.screen.contains("#mesh> /dm charlie"))
        scene.press(.control("u"))
        scene.type("zz")
        scene.press(Key(.tab))
        #expect(scene.screen.contains("#mesh> zz"))
    }
}
