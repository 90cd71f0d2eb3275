import ChatKit
import Glibc
import Testing

/// Who was away reads everything from whoever is still there, with the real programs.
@Suite struct NothingIsLostTests {
    private func texts(_ robot: Robot) async throws -> [String] {
        (try await robot.ask("history")["history"]?.array ?? []).compactMap { $0["text"]?.string }
    }

    private func sends(_ robot: Robot, _ text: String) async throws {
        let answer = try await robot.ask("send", [.init("text", .string(text))])
        #expect(answer["type"] == .string("ack"), "\(answer)")
    }

    private func reads(_ robot: Robot, _ text: String) async throws -> JSON {
        try await robot.event("message") { $0["text"] == .string(text) }
    }

    /// SIGKILL: no goodbye, nothing flushed.
    private func kill(_ robots: Robot...) async throws {
        for robot in robots { robot.program.send(signal: SIGKILL) }
        for robot in robots { #expect(try await robot.program.exitStatus() == -SIGKILL) }
    }

    @Test func anAuthorWhoIsGoneForGoodIsReadByWhoeverWasAway() async throws {
        let closed = ["--invite-only"]
        let alice = try await Robot("alice", closed)
        let toAlice = closed + ["--seed", alice.contact]
        let (bob, charlie) = (try await Robot("bob", toAlice), try await Robot("charlie", toAlice))
        _ = try await alice.ask("network", [.init("action", .string("new"))])
        for robot in [bob, charlie] { _ = try await alice.ask("invite", [.init("key", .string(robot.key))]) }
        for robot in [alice, bob, charlie] { try await robot.waitsForGroup(of: 3) }
        try await sends(alice, "one")
        _ = try await reads(bob, "one")
        _ = try await reads(charlie, "one")
        try await kill(bob)
        // While bob is away: three lines for all, one for him alone. Charlie gets what alice sends, then she is gone.
        for text in ["two", "three", "four"] { try await sends(alice, text) }
        try await charlie.holds(4)
        try await kill(alice)

        let later = try await Robot("bob", closed + ["--seed", charlie.contact], home: bob.home)
        for text in ["two", "three", "four"] {
            let message = try await reads(later, text)
            #expect(message["from"]?["id"] == .string(alice.key))
        }
        #expect(try await texts(later) == ["one", "two", "three", "four"])

        // The whole group but alice restarts, and nothing is missing; there is nobody who could have brought it back.
        try await kill(later, charlie)
        for home in [later.home, charlie.home] {
            let alone = try await Robot("alone", closed, home: home)
            #expect(try await texts(alone) == ["one", "two", "three", "four"])
            try await kill(alone)
        }
    }

    /// Erased means erased, though others still have it and would hand it over.
    @Test func aClearedHistoryDoesNotComeBack() async throws {
        let closed = ["--invite-only"]
        let alice = try await Robot("alice", closed)
        _ = try await alice.ask("network", [.init("action", .string("new"))])
        let bob = try await Robot("bob", closed + ["--seed", alice.contact])
        _ = try await alice.ask("invite", [.init("key", .string(bob.key))])
        for robot in [alice, bob] { try await robot.waitsForGroup(of: 2) }
        for text in ["one", "two"] { try await sends(alice, text) }
        try await bob.holds(2)
        #expect(try await bob.ask("clear")["type"] == .string("ack"))
        #expect(try await texts(bob).isEmpty)
        try await kill(bob)
        let later = try await Robot("bob", closed + ["--seed", alice.contact], home: bob.home)
        try await later.waitsForGroup(of: 2)
        try await sends(alice, "three")
        try await later.holds(1)
        #expect(try await texts(later) == ["three"])
        #expect(try await texts(alice) == ["one", "two", "three"])
    }

    @Test func whatBobCannotOpenAnyMoreIsSealedAnewAndSaysByWhom() async throws {
        let closed = ["--invite-only"]
        let alice = try await Robot("alice", closed)
        _ = try await alice.ask("network", [.init("action", .string("new"))])
        let charlie = try await Robot("charlie", closed + ["--seed", alice.contact])
        _ = try await alice.ask("invite", [.init("key", .string(charlie.key))])
        for robot in [alice, charlie] { try await robot.waitsForGroup(of: 2) }
        // Bob is no member yet: nothing of this is sealed to him.
        for number in 0..<20 { try await sends(alice, "before \(number)") }
        try await charlie.holds(20)
        try await kill(alice)
        let bob = try await Robot("bob", closed + ["--seed", charlie.contact])
        _ = try await charlie.ask("invite", [.init("key", .string(bob.key))])
        try await bob.holds(20)
        let last = try await reads(bob, "before 19")
        #expect(last["via"] == .string(charlie.key), "\(last)")
        #expect(try await texts(bob) == (0..<20).map { "before \($0)" })
    }

    @Test func aDirectMessageWaitsForItsReaderWithWhoeverCarriesIt() async throws {
        let closed = ["--invite-only"]
        let alice = try await Robot("alice", closed)
        let toAlice = closed + ["--seed", alice.contact]
        let (bob, charlie) = (try await Robot("bob", toAlice), try await Robot("charlie", toAlice))
        _ = try await alice.ask("network", [.init("action", .string("new"))])
        for robot in [bob, charlie] { _ = try await alice.ask("invite", [.init("key", .string(robot.key))]) }
        for robot in [alice, bob, charlie] { try await robot.waitsForGroup(of: 3) }
        try await kill(bob)
        let letter = "for bob alone"
        _ = try await alice.ask("dm", [.init("to", .string(bob.key)), .init("text", .string(letter))])
        // One link, one order: when charlie shows the line, he holds the letter that was sent before it.
        try await sends(alice, "line")
        try await charlie.holds(1)
        try await kill(alice, charlie)
        let carrier = try await Robot("charlie", closed, home: charlie.home)
        let reader = try await Robot("bob", closed + ["--seed", carrier.contact], home: bob.home)
        // The first question of a node comes within one beat of repair, 30 s.
        let line = try await reader.program.line(.output, within: .seconds(75), letter) { line in
            Robot.parsed(line)["text"] == .string(letter) && Robot.parsed(line)["ref"] == nil
        }
        #expect(Robot.parsed(line)["direct"] == .bool(true))
        #expect(try await texts(carrier).contains(letter) == false)
        try await kill(reader, carrier)
        #expect(try await texts(try await Robot("bob", closed, home: bob.home)).contains(letter))
    }
}

extension Robot {
    /// Returns when all members are in reach and nothing is left to exchange.
    func waitsForGroup(of count: Int32) async throws {
        let answer = try await ask(
            "wait",
            [
                .init("members", JSON(Int(count))), .init("online", JSON(Int(count))), .init("converged", .bool(true)),
                .init("timeoutMs", .integer(25_000)),
            ])
        try #require(answer["type"] == .string("ack"), "\(answer)")
    }

    /// Returns when so many messages are there.
    func holds(_ count: Int32) async throws {
        let fields: [JSON.Member] = [.init("messages", JSON(Int(count))), .init("timeoutMs", .integer(25_000))]
        let answer = try await ask("wait", fields)
        try #require(answer["type"] == .string("ack"), "\(answer)")
    }
}
