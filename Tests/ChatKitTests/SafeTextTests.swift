import ChatKit
import Testing

@Suite struct SafeTextTests {
    @Test(arguments: [
        "hello", "Grüße, 日本語, Ελλάδα, עברית, हिन्दी", "👍🏽 👩‍👩‍👧 ❤️ 🇩🇪", "e\u{301}", "a b", "⟨brackets⟩", "",
    ])
    func ordinaryTextStaysAsItIs(text: String) {
        #expect(SafeText.printable(text) == text)
    }

    @Test(arguments: [
        ("\u{1B}[31mred", "⟨1B⟩[31mred"), ("\u{9B}31m", "⟨9B⟩31m"), ("a\u{7F}b", "a⟨7F⟩b"), ("a\0b", "a⟨00⟩b"),
        ("a\tb", "a⟨09⟩b"), ("a\nb", "a⟨0A⟩b"), ("\u{202E}txt.exe", "⟨202E⟩txt.exe"), ("a\u{200B}b", "a⟨200B⟩b"),
        ("a\u{2066}b\u{2069}", "a⟨2066⟩b⟨2069⟩"), ("\u{FEFF}x", "⟨FEFF⟩x"), ("\u{E0041}", "⟨E0041⟩"),
        ("a\u{2028}b", "a⟨2028⟩b"), ("a\u{AD}b", "a⟨AD⟩b"), ("\u{3164}", "⟨3164⟩"), ("\u{E000}", "⟨E000⟩"),
        ("a\u{200D}b", "a⟨200D⟩b"), ("\u{200E}", "⟨200E⟩"), ("\r\n", "⟨0D⟩⟨0A⟩"),
    ])
    func whatATerminalObeysOrHidesIsShownInstead(text: String, shown: String) {
        #expect(SafeText.printable(text) == shown)
    }

    @Test func aFloodOfCombiningMarksIsCutToFour() {
        let shown = SafeText.printable("e" + String(repeating: "\u{301}", count: 1_000) + "x")
        #expect(shown.unicodeScalars.count == 1 + 4 + 1)
        #expect(SafeText.printable("\u{301}a").unicodeScalars.first == "\u{25CC}")
    }

    @Test func longTextIsCutAtTheLimit() {
        #expect(SafeText.printable(String(repeating: "x", count: 50), limit: 10) == "xxxxxxxxxx…")
    }

    @Test func everySequenceOfUpToTwoBytesLeavesOnlyHarmlessScalars() {
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                let shown = SafeText.printable(String(decoding: [first, second], as: UTF8.self))
                #expect(shown.unicodeScalars.allSatisfy(isHarmless), "\(first) \(second)")
            }
        }
    }

    @Test func randomScalarsLeaveOnlyHarmlessOnes() {
        for _ in 0..<20_000 {
            let scalars = (0..<8).compactMap { _ in Unicode.Scalar(UInt32.random(in: 0...0x10FFFF)) }
            let shown = SafeText.printable(String(String.UnicodeScalarView(scalars)))
            #expect(shown.unicodeScalars.allSatisfy(isHarmless))
        }
    }

    private func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        let bidirectional: Set<UInt32> = [0x061C, 0x200E, 0x200F, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E]
        return scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value) && !bidirectional.contains(scalar.value)
            && !(0x2066...0x2069).contains(scalar.value) && scalar.value != 0x200B && scalar.value != 0xFEFF
    }

    @Test func aMessageOfSeveralLinesIsSplitBeforeItIsFiltered() {
        #expect(SafeText.printableLines("a\nb\u{1B}\r\nc") == ["a", "b⟨1B⟩", "c"])
    }

    @Test(arguments: [
        "alice", "Zoë", "日本", "a b", String(repeating: "x", count: 32),
        "👩‍👩‍👧".filter { $0 != "\u{200D}" }.prefix(1).description,
    ])
    func plainNicksAreAccepted(nick: String) {
        // A family emoji holds joiners, which are format characters: not part of a nick.
        guard !nick.unicodeScalars.contains("\u{200D}") else { return }
        #expect(SafeText.nickProblem(nick) == nil)
    }

    @Test(arguments: [
        "", " ", " bob", "bob ", "a\nb", "a\u{1B}", "a\u{202E}b", "a\u{200B}b", "\u{3164}",
        String(repeating: "x", count: 33),
    ])
    func otherNicksAreRefusedWithASentence(nick: String) throws {
        let problem = try #require(SafeText.nickProblem(nick))
        #expect(problem.hasPrefix("a nick "))
    }

    @Test(arguments: [("alice", "Alice"), ("bob", "bоb"), ("paypal", "раураl"), ("lily", "1i1y"), ("ok0", "oko")])
    func lookalikesHaveEqualSkeletons(left: String, right: String) {
        #expect(SafeText.skeleton(left) == SafeText.skeleton(right))
    }

    @Test func differentNicksHaveDifferentSkeletons() {
        #expect(SafeText.skeleton("alice") != SafeText.skeleton("bob"))
    }
}
