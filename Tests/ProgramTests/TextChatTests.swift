import ChatKit
import Glibc
import Testing

@Suite struct TextChatTests {
    @Test func twoPeopleMeetByInvitationAndTalk() async throws {
        let alice = try await Person("alice")
        let bob = try await Person("bob", ["--invite-only", "--seed", alice.contact])
        try await bob.isTold("not invited yet")
        try await bob.isTold(bob.key)
        alice.says("/invite \(bob.contact)")
        try await alice.isTold("bob joined")
        try await bob.isTold("alice joined")
        alice.says("Grüße 👋")
        try await bob.reads("alice: Grüße 👋")
        bob.says("//slash")
        try await alice.reads("bob: /slash")
        bob.says("/dm alice geheim")
        try await alice.reads("bob (direct): geheim")
        alice.says("/members")
        try await alice.reads("\(bob.key)  online  bob")
        alice.says("/invite \(bob.key)")
        try await alice.isTold("is a member already")
        bob.says("/quit")
        #expect(try await bob.program.exitStatus() == 0)
        try await alice.isTold("bob left")
        #expect(!bob.program.lines(.output).contains { $0.contains("joined") })
    }

    @Test func whoIsKilledComesBackWithTheSameIdentityAndReadsWhatWasSaid() async throws {
        let alice = try await Person("alice")
        let bob = try await Person("bob", ["--invite-only", "--seed", alice.contact])
        alice.says("/invite \(bob.key)")
        try await alice.isTold("bob joined")
        bob.program.send(signal: SIGKILL)
        #expect(try await bob.program.exitStatus() == -9)
        try await alice.isTold("bob is offline")
        alice.says("missed")
        // Neither --seed nor --invite-only: the profile knows its network.
        let again = try await Person("bob", [], home: bob.home)
        #expect(again.key == bob.key)
        try await again.reads("alice: missed")
    }

    @Test func whatIsWrongGetsASentenceAndSendsNothing() async throws {
        let alice = try await Person("alice")
        alice.says("/network new friends")
        try await alice.isTold("founded")
        let table: [(String, String)] = [
            ("/membres", "did you mean /members?"), ("/dm nobody hi", "no member is called nobody"),
            ("/invite 1234", "a key has 64 hex digits"), ("/invite \(alice.key)", "this is your own key"),
            ("/invite 01\(String(repeating: "0", count: 62))", "weak key"),
            ("/revoke nobody", "no member is called nobody"),
            ("/dm alice hi", "own key"), ("/nick ", "usage: /nick"),
            ("/nick \u{202E}x", "a nick has no control or invisible"),
            ("/network forget", "/network forget yes"), ("/accept", "nobody has offered"),
        ]
        for (line, sentence) in table {
            let before = alice.program.lines(.notices).count
            alice.says(line)
            try await alice.program.line(.notices, containing: sentence, from: before)
        }
        alice.says("/history")
        try await alice.isTold("nothing was said yet")
    }

    @Test func whoHasAMessageIsToldWhenAsked() async throws {
        let alice = try await Person("alice")
        alice.says("/network new")
        try await alice.isTold("founded")
        alice.says("/who-has")
        try await alice.isTold("no such message")
        let (carols, bobs) = (try Home(), try Home())
        var keys: [String] = []
        for home in [carols, bobs] {
            keys.append(try await Program.run("mesh-node", ["keygen"], home: home.path).output.first ?? "")
        }
        for key in keys {
            alice.says("/invite \(key)")
            try await alice.isTold("invited \(key.prefix(8))")
        }
        let bob = try await Person("bob", ["--invite-only", "--seed", alice.contact], home: bobs)
        try await alice.isTold("bob joined")
        alice.says("where is everybody?")
        try await bob.reads("alice: where is everybody?")
        // Each answer is asked for; the acknowledgement comes within a second or two.
        let limit = ContinuousClock.now + .seconds(20)
        while !alice.program.lines(.output).contains("delivered to 1 of 2"), ContinuousClock.now < limit {
            let before = alice.program.lines(.output).count
            alice.says("/who-has")
            try await alice.program.line(.output, containing: "  behind: ", from: before)
        }
        try await alice.reads("delivered to 1 of 2")
        try await alice.reads("  has it: bob")
        try await alice.reads("  behind: \(keys[0].prefix(8))")
        alice.says("/history")
        try await alice.reads("where is everybody?  [delivered to 1 of 2]")
    }

    /// More than are read from the disk at a time.
    @Test func aDayIsShownOnItsOwn() async throws {
        let alice = try await Person("alice")
        alice.says("/network new")
        try await alice.isTold("founded")
        alice.says("/history 2001-02-03")
        try await alice.isTold("nothing was said on 2001-02-03")
        for number in 1...1_100 { alice.says("line \(number)") }
        let days = { Set([TimeText.now, TimeText.now &- 600_000].map { TimeText.localTime($0).day }).sorted() }
        let before = days()
        alice.says("/history 2001-02-03")
        try await alice.isTold("nothing was said on 2001-02-03; after it first on ")
        #expect(alice.program.lines(.output).isEmpty, "nobody is shown what they have just typed")
        // Two days around midnight.
        for day in Set(before + days()).sorted() { alice.says("/history \(day)") }
        for number in [1, 999, 1_000, 1_001, 1_100] { try await alice.reads("alice: line \(number)  [queued]") }
        #expect(alice.program.lines(.output).count == 1_100)
        alice.says("/history 9999-12-31")
        try await alice.isTold("nothing was said on 9999-12-31; before it last on ")
    }

    @Test func textBeyondTheLimitIsRefusedAndNothingIsLost() async throws {
        let alice = try await Person("alice")
        alice.says("/network new")
        try await alice.isTold("founded")
        alice.says(String(repeating: "x", count: 65 * 1_024))
        alice.says(String(repeating: "y", count: 300 * 1_024))
        try await alice.isTold("not sent: a line of more than 262144 bytes")
        alice.says("short")
        alice.says("/history")
        try await alice.reads("alice: short")
        #expect(!alice.program.lines(.output).contains { $0.contains("xxx") || $0.contains("yyy") })
    }

    @Test func aPipeLosesNothingWhenSomebodyListens() async throws {
        let alice = try await Person("alice", [])
        let home = try Home()
        let (status, _, _) = try await Program.run(
            "mesh-chat", ["--nick", "cron"] + loopback + ["--seed", alice.contact], home: home.path,
            input: "backup done\n/dm alice disk is full\nlast line without an end")
        #expect(status == 0)
        try await alice.reads("cron: backup done")
        try await alice.reads("cron (direct): disk is full")
        try await alice.reads("cron: last line without an end")
    }

    @Test func aPipeWithNobodyToListenSaysWhatWasNotSent() async throws {
        let home = try Home()
        let (status, _, notices) = try await Program.run("mesh-chat", loopback, home: home.path, input: "hello\n")
        #expect(status == 75)
        #expect(notices.contains("not passed to anybody: hello"))
    }

    @Test func aNewKeyBehindAKnownNickGetsNoDirectMessageUntilItIsTrusted() async throws {
        let alice = try await Person("alice", [])
        let bob = try await Person("bob", ["--seed", alice.contact])
        try await alice.isTold("bob joined")
        let other = try await Person("bob", ["--seed", alice.contact])
        try await alice.isTold("NEW KEY \(other.key.prefix(8)) calls itself bob, which was \(bob.key.prefix(8))")
        alice.says("/dm bob which one?")
        try await alice.isTold("2 members are called bob")
        alice.says("/revoke \(bob.key)")
        try await alice.isTold("revoked \(bob.key.prefix(8))")
        alice.says("/dm bob secret")
        try await alice.isTold("not sent: NEW KEY")
        alice.says("/trust \(other.key)")
        alice.says("/dm bob welcome")
        try await other.reads("alice (direct): welcome")
        #expect(!other.program.lines(.output).contains { $0.contains("secret") })
    }

    @Test func aSignalSaysGoodbyeToThePeers() async throws {
        let alice = try await Person("alice", [])
        let bob = try await Person("bob", ["--seed", alice.contact])
        try await alice.isTold("bob joined")
        bob.program.send(signal: SIGTERM)
        #expect(try await bob.program.exitStatus(within: .seconds(4)) == 0)
        try await alice.isTold("bob left")
    }

    @Test func withoutTLSAtBothEndsItWorksAndSaysWhatIsLost() async throws {
        let alice = try await Person("alice", ["--tls", "off"])
        try await alice.isTold("TLS is off")
        let bob = try await Person("bob", ["--tls", "off", "--seed", alice.contact])
        try await bob.isTold("alice joined")
        alice.says("clear")
        try await bob.reads("alice: clear")
        let carol = try await Person("carol", ["--seed", alice.contact])
        try await carol.isTold("start both with the same --tls")
    }
}
