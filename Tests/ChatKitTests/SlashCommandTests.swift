import ChatKit
import Testing

@Suite struct SlashCommandTests {
    @Test(arguments: [
        ("hello", TypedLine.message("hello")), ("  indented", .message("  indented")), ("//join", .message("/join")),
        ("", .nothing), ("   ", .nothing), ("/dm bob see you", .command(.direct(to: "bob", text: "see you"))),
        ("/dm \"bob smith\"  hi", .command(.direct(to: "bob smith", text: "hi"))),
        ("/invite abc", .command(.invite("abc"))),
        ("/revoke charlie", .command(.revoke("charlie"))), ("/members", .command(.members)), ("/me", .command(.me)),
        ("/history", .command(.history(.newest(nil)))), ("/history 20", .command(.history(.newest(20)))),
        ("/history 2026-02-09", .command(.history(.day("2026-02-09")))),
        ("/clear", .command(.clear(confirmed: false))), ("/clear yes", .command(.clear(confirmed: true))),
        ("/accept", .command(.accept(nil))),
        ("/who-has", .command(.whoHas(1))), ("/who-has 3", .command(.whoHas(3))),
        ("/accept alice", .command(.accept("alice"))), ("/verify bob", .command(.verify("bob", marks: false))),
        ("/verify bob ok", .command(.verify("bob", marks: true))), ("/trust bob", .command(.trust("bob"))),
        ("/network", .command(.network(.show))), ("/network new", .command(.network(.found(name: nil)))),
        ("/network new my friends", .command(.network(.found(name: "my friends")))),
        ("/network refound", .command(.network(.refound))),
        ("/network forget", .command(.network(.forget(confirmed: false)))),
        ("/network forget yes", .command(.network(.forget(confirmed: true)))),
        ("/nick Zoë K", .command(.nick("Zoë K"))),
        ("/help", .command(.help(nil))), ("/help dm", .command(.help(.dm))), ("/help /dm", .command(.help(.dm))),
        ("/quit", .command(.quit)),
    ])
    func aLineMeansWhatItSays(line: String, meaning: TypedLine) {
        #expect(TypedLine(line) == meaning)
    }

    @Test(arguments: [
        "/dm", "/dm bob", "/invite", "/invite a b", "/revoke", "/revoke a b", "/clear no", "/clear yes please",
        "/history x", "/history 0", "/history -1", "/history 2026-13-01", "/history 2026-2-09",
        "/history 2026-02-0x", "/history 20 2026-02-09",
        "/who-has 0",
        "/who-has x", "/verify",
        "/verify bob yes", "/trust", "/network x", "/network forget no", "/nick", "/help nope", "/quit now",
        "/members all", "/clear no", "/clear yes please",
    ])
    func wrongArgumentsGetTheUsageAndSendNothing(line: String) {
        guard case .problem(let sentence) = TypedLine(line) else {
            Issue.record("\(line) was accepted")
            return
        }
        #expect(sentence.hasPrefix("usage: /"))
    }

    @Test func theUsageHasAnExampleWhereItHelps() {
        #expect(TypedLine("/history x") == .problem("usage: /history [COUNT | DAY], for example /history 2026-11-22"))
        #expect(TypedLine("/members x") == .problem("usage: /members"))
    }

    @Test(arguments: [("/membres", "/members"), ("/qiut", "/quit"), ("/verfy bob", "/verify"), ("/Dm bob hi", "/dm")])
    func anUnknownCommandNamesTheNearestAndSendsNothing(line: String, hint: String) {
        guard case .problem(let sentence) = TypedLine(line) else {
            Issue.record("\(line) was accepted")
            return
        }
        #expect(sentence.contains("did you mean \(hint)?") && sentence.contains("nothing was sent"))
    }

    @Test func whatIsTypedIsFilteredBeforeItIsShownAgain() {
        guard case .problem(let sentence) = TypedLine("/\u{1B}[31m") else { return }
        #expect(!sentence.contains("\u{1B}"))
    }

    @Test(arguments: HelpTopic.allCases)
    func everyCommandHasHelpWithAnExampleThatItUnderstands(topic: HelpTopic) {
        let lines = HelpTopic.text(topic)
        #expect(lines[0].contains("/\(topic.rawValue)"))
        #expect(!topic.examples.isEmpty)
        for example in topic.examples where !example.contains("…") {
            guard case .command = TypedLine(example) else {
                Issue.record("\(example) is not understood")
                continue
            }
        }
        #expect(HelpTopic.text(nil).contains { $0.contains(topic.usage) })
    }
}
