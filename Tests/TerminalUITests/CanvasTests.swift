import TerminalUI
import Testing

@Suite struct CanvasTests {
    @Test(arguments: [
        ("a", 1), ("é", 1), ("e\u{301}", 1), ("日", 2), ("👍", 2), ("👍🏽", 2), ("👨‍👩‍👧", 2), ("❤️", 1), ("ﾊ", 1), ("한", 2),
        ("\u{1FAE8}", 1), ("\u{301}", 1),
    ])
    func aCharacterTakesTheColumnsThatCursesGivesIt(_ text: String, _ width: Int) {
        #expect(CellWidth.of(text) == width)
    }

    @Test func wideCharactersTakeTwoCellsAndAreNeverCutInHalf() {
        var canvas = Canvas(Size(rows: 1, columns: 6))
        #expect(canvas.write("a日b本", 0, 0) == 6)
        #expect(canvas.rows[0].map(\.text) == ["a", "日", "", "b", "本", ""])
        var narrow = Canvas(Size(rows: 1, columns: 3))
        narrow.write("ab日", 0, 0)
        #expect(narrow.rows[0].map(\.text) == ["a", "b", " "])
    }

    @Test func writingOverHalfOfAWideCharacterTakesTheOtherHalfAway() {
        var canvas = Canvas(Size(rows: 1, columns: 4))
        canvas.write("日本", 0, 0)
        canvas.write("x", 0, 1)
        #expect(canvas.rows[0].map(\.text) == [" ", "x", "本", ""])
        canvas.write("y", 0, 2)
        #expect(canvas.rows[0].map(\.text) == [" ", "x", "y", " "])
        canvas.write("日", 0, 1)
        canvas.write("本", 0, 0)
        #expect(canvas.rows[0].map(\.text) == ["本", "", " ", " "])
    }

    @Test func nothingIsWrittenOutside() {
        var canvas = Canvas(Size(rows: 2, columns: 5))
        canvas.write("abcdefgh", 1, 3)
        canvas.write("x", 7, 0)
        canvas.write("x", -1, 0)
        canvas.write("x", 0, 99)
        #expect(canvas.text == "\n   ab\n")
    }

    @Test func withoutUnicodeEveryCellIsASCIIAndColumnsStay() {
        var canvas = Canvas(Size(rows: 1, columns: 12))
        canvas.write("│✓日é─●x", 0, 0)
        #expect(canvas.asASCII.text == "|v???-*x\n")
        #expect(canvas.asASCII.rows[0].allSatisfy { $0.text.utf8.count == 1 && $0.text.utf8.allSatisfy { $0 < 0x80 } })
    }

    @Test func textIsCutWithAnEllipsisAndFilled() {
        #expect(CellWidth.fit("alexander", 6) == "alexa…")
        #expect(CellWidth.fit("日本語", 5) == "日本…")
        #expect(CellWidth.fit("bob", 5, atEnd: true) == "  bob")
    }
}
