import TerminalUI
import Testing

@Suite struct KeyDecoderTests {
    private static func key(_ name: Key.Name, _ modifiers: Key.Modifiers = []) -> Typed { .key(Key(name, modifiers)) }

    /// What terminals send, and what it is.
    private static let table: [(bytes: String, typed: Typed)] = [
        ("a", key(.character("a"))), ("é", key(.character("é"))), ("日", key(.character("日"))),
        ("👍", key(.character("👍"))), (" ", key(.character(" "))), ("\r", key(.enter)), ("\t", key(.tab)),
        ("\u{7F}", key(.backspace)), ("\u{08}", key(.character("h"), .control)),
        ("\u{01}", key(.character("a"), .control)), ("\u{05}", key(.character("e"), .control)),
        ("\u{1A}", key(.character("z"), .control)), ("\n", key(.character("j"), .control)),
        ("\0", key(.character(" "), .control)), ("\u{1C}", key(.character("\\"), .control)),
        ("\u{1B}i", key(.character("i"), .alt)), ("\u{1B}9", key(.character("9"), .alt)),
        ("\u{1B}\r", key(.enter, .alt)), ("\u{1B}\u{7F}", key(.backspace, .alt)),
        ("\u{1B}é", key(.character("é"), .alt)),
        // Cursor and editing keys in every dialect.
        ("\u{1B}[A", key(.up)), ("\u{1B}OA", key(.up)), ("\u{1B}[B", key(.down)), ("\u{1B}OC", key(.right)),
        ("\u{1B}[D", key(.left)), ("\u{1B}[H", key(.home)), ("\u{1B}OH", key(.home)), ("\u{1B}[1~", key(.home)),
        ("\u{1B}[7~", key(.home)), ("\u{1B}[F", key(.end)), ("\u{1B}[4~", key(.end)), ("\u{1B}[8~", key(.end)),
        ("\u{1B}[5~", key(.pageUp)), ("\u{1B}[6~", key(.pageDown)), ("\u{1B}[3~", key(.delete)),
        ("\u{1B}[2~", key(.insert)), ("\u{1B}[Z", key(.tab, .shift)), ("\u{1B}[1;5C", key(.right, .control)),
        ("\u{1B}[1;3D", key(.left, .alt)), ("\u{1B}[5;3~", key(.pageUp, .alt)),
        // Function keys: xterm, rxvt, the Linux console.
        ("\u{1B}OP", key(.function(1))), ("\u{1B}OS", key(.function(4))), ("\u{1B}[11~", key(.function(1))),
        ("\u{1B}[12~", key(.function(2))), ("\u{1B}[15~", key(.function(5))), ("\u{1B}[17~", key(.function(6))),
        ("\u{1B}[[A", key(.function(1))), ("\u{1B}[[E", key(.function(5))), ("\u{1B}[24~", key(.function(12))),
        ("\u{1B}[P", key(.function(1))), ("\u{1B}[1;2Q", key(.function(2), .shift)),
        // Keys told apart: kitty's form and xterm's.
        ("\u{1B}[105;5u", key(.character("i"), .control)), ("\u{1B}[27;5;105~", key(.character("i"), .control)),
        ("\u{1B}[109;5u", key(.character("m"), .control)), ("\u{1B}[27;5;109~", key(.character("m"), .control)),
        ("\u{1B}[104;5u", key(.character("h"), .control)), ("\u{1B}[99;5u", key(.character("c"), .control)),
        ("\u{1B}[105;3u", key(.character("i"), .alt)), ("\u{1B}[73;6u", key(.character("i"), .control)),
        ("\u{1B}[13;2u", key(.enter, .shift)), ("\u{1B}[13;3u", key(.enter, .alt)), ("\u{1B}[27u", key(.escape)),
        ("\u{1B}[9;2u", key(.tab, .shift)), ("\u{1B}[127;5u", key(.backspace, .control)),
        ("\u{1B}[105:73;5:1u", key(.character("i"), .control)), ("\u{1B}[105;133u", key(.character("i"), .control)),
        ("\u{1B}[97;2u", key(.character("A"))),
        // Kitty's keypad without Num Lock.
        ("\u{1B}[57417u", key(.left)), ("\u{1B}[57418u", key(.right)), ("\u{1B}[57419;5u", key(.up, .control)),
        ("\u{1B}[57420u", key(.down)), ("\u{1B}[57421u", key(.pageUp)), ("\u{1B}[57422u", key(.pageDown)),
        ("\u{1B}[57423u", key(.home)), ("\u{1B}[57424u", key(.end)), ("\u{1B}[57425u", key(.insert)),
        ("\u{1B}[57426u", key(.delete)),
        // Reports.
        ("\u{1B}[?1u", .tellsKeysApart), ("\u{1B}[?15u", .tellsKeysApart),
        ("\u{1B}[I", .focus(true)), ("\u{1B}[O", .focus(false)),
    ]

    @Test(arguments: table.indices)
    func everySequenceIsItsKeyHoweverItArrives(_ index: Int) {
        let (text, typed) = Self.table[index]
        let bytes = Array(text.utf8)
        var decoder = KeyDecoder()
        #expect(decoder.feed(bytes) == [typed], "\(bytes)")
        #expect(!decoder.isWaiting)
        // Byte by byte, as a slow line brings it.
        var slow = KeyDecoder()
        #expect(bytes.flatMap { slow.feed([$0]) } == [typed], "\(bytes)")
        // And with text behind it, nothing of which is swallowed.
        var both = KeyDecoder()
        #expect(both.feed(bytes + Array("x".utf8)) == [typed, .key(.character("x"))], "\(bytes)")
    }

    @Test func aLoneEscapeIsTheKeyOnceNothingFollows() {
        var decoder = KeyDecoder()
        #expect(decoder.feed([0x1B]).isEmpty && decoder.isWaiting)
        #expect(decoder.flush() == [.key(Key(.escape))])
        #expect(!decoder.isWaiting && decoder.flush().isEmpty)
        #expect(decoder.feed([0x1B, 0x1B]) == [.key(Key(.escape))])
    }

    @Test func theRestOfACharacterIsWaitedForHoweverLongItTakes() {
        for (bytes, typed) in [("é", Self.key(.character("é"))), ("\u{1B}é", Self.key(.character("é"), .alt))] {
            var decoder = KeyDecoder()
            #expect(decoder.feed(Array(bytes.utf8.dropLast())).isEmpty && !decoder.isWaiting)
            #expect(decoder.flush().isEmpty)
            #expect(decoder.feed(Array(bytes.utf8.suffix(1))) == [typed])
        }
    }

    @Test func aByteThatBeginsNoCharacterTakesNothingWithIt() {
        var decoder = KeyDecoder()
        // An é of Latin-1.
        #expect(decoder.feed([0xE9, 0x61]) == [Self.key(.character("a"))])
        #expect(decoder.feed([0xFF, 0x62]) == [Self.key(.character("b"))])
    }

    @Test(arguments: ["\u{1B}O", "\u{1B}[[", "\u{1B}[1;"])
    func aSequenceThatBreaksOffLeavesTheNextOneWhole(begun: String) {
        var decoder = KeyDecoder()
        #expect(decoder.feed(Array((begun + "\u{1B}[A").utf8)).last == Self.key(.up))
    }

    @Test func controlHIsBackspaceOnlyWhereTheTerminalErasesWithIt() {
        var decoder = KeyDecoder(erasesWithControlH: true)
        #expect(decoder.feed([0x08]) == [.key(Key(.backspace))])
    }

    @Test func aPasteIsOnePieceAndNothingInItIsAKey() {
        let text = "one\r\u{03}\u{1B}[A two\u{1B}[201"
        var decoder = KeyDecoder()
        let typed = decoder.feed(Array("\u{1B}[200~\(text)\u{1B}[201~x".utf8))
        #expect(typed == [.paste(Array(text.utf8), dropped: 0), .key(.character("x"))])
        var slow = KeyDecoder()
        #expect(
            Array("\u{1B}[200~\(text)\u{1B}[201~".utf8).flatMap { slow.feed([$0]) } == [
                .paste(Array(text.utf8), dropped: 0)
            ])
    }

    @Test func ofAPasteOfTenMegabytesTheBeginningIsKeptAndTheRestCounted() {
        var decoder = KeyDecoder()
        _ = decoder.feed(Array("\u{1B}[200~".utf8))
        let chunk = [UInt8](repeating: UInt8(ascii: "a"), count: 65_536)
        for _ in 0..<160 { #expect(decoder.feed(chunk).isEmpty) }
        guard case .paste(let kept, let dropped)? = decoder.feed(Array("\u{1B}[201~".utf8)).first else {
            Issue.record("no paste")
            return
        }
        #expect(kept.count == 1 << 20)
        #expect(kept.count + dropped == 160 * 65_536)
    }

    @Test func anyBytesAtAllAreTakenWithoutEndAndWithoutWaitingForEver() {
        var random = SplitMix(state: 7)
        for _ in 0..<20_000 {
            var decoder = KeyDecoder()
            let bytes = (0..<Int(random.next() % 12)).map { _ in
                random.next() % 3 == 0
                    ? [0x1B, 0x5B, 0x4F, 0x7E, 0x75, 0x3B][Int(random.next() % 6)] : UInt8(random.next() % 256)
            }
            _ = decoder.feed(bytes)
            _ = decoder.flush()
            guard !decoder.isWaiting else { continue }
            // Whatever came before, a plain key afterwards is that key, except inside a paste.
            let typed = decoder.feed(Array("q".utf8))
            #expect(typed == [.key(.character("q"))] || typed.isEmpty, "\(bytes)")
        }
    }
}

/// A small generator whose numbers are the same on every machine (Steele, Lea, Flood 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
