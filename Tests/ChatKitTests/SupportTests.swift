import ChatKit
import MeshCore
import Testing

@Suite struct LineSplitterTests {
    @Test(arguments: [1, 2, 3, 7, 100])
    func linesDoNotDependOnHowTheBytesAreChopped(size: Int) {
        let bytes = Array("one\r\n\ntwo\nthree".utf8)
        var splitter = LineSplitter(limit: 10)
        var lines: [LineSplitter.Line] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            lines += splitter.append(bytes[start..<min(start + size, bytes.count)])
        }
        #expect(lines == [.complete(Array("one".utf8)), .complete([]), .complete(Array("two".utf8))])
        #expect(splitter.finish() == .complete(Array("three".utf8)))
        #expect(splitter.finish() == nil)
    }

    @Test func aLineOfTheLimitPassesAndALongerOneIsDroppedWithoutHarmToTheNext() {
        var splitter = LineSplitter(limit: 5)
        #expect(
            splitter.append(Array("12345\r\n123456\n123456789012345\nok\n".utf8)) == [
                .complete(Array("12345".utf8)), .tooLong, .tooLong, .complete(Array("ok".utf8)),
            ])
    }
}

@Suite struct TimeTextTests {
    /// From `date -u -d @SECONDS`.
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_868_800_000, "2000-03-01T00:00:00.000Z"), (1_709_164_800_001, "2024-02-29T00:00:00.001Z"),
            (1_795_381_445_678, "2026-11-22T21:04:05.678Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"), (UInt64.max, "9999-12-31T23:59:59.999Z"),
        ] as [(UInt64, String)])
    func momentsAreWrittenAsRFC3339(milliseconds: UInt64, text: String) {
        #expect(TimeText.rfc3339(milliseconds) == text)
    }

    @Test func theClockTellsTheDayOnlyWhenItIsAnotherOne() {
        let noon: UInt64 = 1_795_348_800_000
        #expect(TimeText.clock(noon, now: noon).count == 5)
        #expect(TimeText.clock(noon, now: noon + 2 * 86_400_000).hasPrefix("2026-11-"))
    }
}

@Suite struct NearestNameTests {
    @Test(arguments: [
        ("membres", "members"), ("histroy", "history"), ("qiut", "quit"), ("sedn", "send"), ("Revoke", "revoke"),
        ("seed_peer", "seed_peers"),
    ])
    func aTypingMistakeIsUnderstood(typed: String, meant: String) {
        let names = ["members", "history", "quit", "send", "revoke", "seed_peers"]
        #expect(NearestName.of(typed, among: names) == meant)
    }

    @Test(arguments: ["", "x", "completely", "nick2name"])
    func whatIsFarFromEverythingGetsNoHint(typed: String) {
        #expect(NearestName.of(typed, among: ["members", "quit", "send"]) == nil)
    }
}
