import ChatKit
import Glibc
import Testing

@Suite struct JSONChatTests {
    /// Whoever has read the first line may end the program politely.
    @Test func anInterruptRightAfterTheFirstLineIsAGoodbye() async throws {
        for _ in 0..<4 {
            let robot = try await Robot("alice")
            robot.program.send(signal: SIGINT)
            #expect(try await robot.program.exitStatus(within: .seconds(3)) == 0)
        }
    }

    @Test func theContractHoldsLineByLine() async throws {
        let alice = try await Robot("alice")
        #expect(
            alice.ready["tls"] == .string("on") && alice.ready["network"] == .null
                && alice.ready["nick"] == .string("alice"))
        #expect(alice.contact == "\(alice.key)@\(alice.ready["address"]?.string ?? "")")
        let bob = try await Robot("bob", ["--invite-only", "--seed", alice.contact])
        let early = try await bob.ask("send", [.init("text", .string("early"))])
        #expect(early["code"] == .string("not-a-member"))
        _ = try await bob.event("rejected") { $0["reason"] == .string("notInvited") }
        #expect(try await alice.ask("network", [.init("action", .string("new"))])["type"] == .string("ack"))
        #expect(try await alice.event("knock")["id"] == .string(bob.key))
        #expect(try await alice.ask("invite", [.init("key", .string(bob.key))])["type"] == .string("ack"))
        let wait: [JSON.Member] = [.init("links", .integer(1)), .init("timeoutMs", .integer(20_000))]
        #expect(try await bob.ask("wait", wait)["type"] == .string("ack"))
        #expect(try await alice.ask("invite", [.init("key", .string(bob.key))])["already"] == .bool(true))

        let sent = try await alice.ask("send", [.init("text", .string("hé 👍\n2"))])
        let got = try await bob.event("message")
        #expect(got["id"] == sent["id"] && got["text"] == .string("hé 👍\n2") && got["direct"] == .bool(false))
        #expect(try await alice.event("message")["own"] == .bool(true))
        _ = try await bob.ask("dm", [.init("to", .string(alice.key)), .init("text", .string("psst"))])
        let direct = try await alice.event("message") { $0["direct"] == .bool(true) }
        #expect(direct["to"]?["id"] == .string(alice.key) && direct["from"]?["id"] == .string(bob.key))

        let delivered = try await alice.event("delivered")
        #expect(delivered["id"] == sent["id"] && delivered["count"] == .integer(1) && delivered["of"] == .integer(1))
        let who = try await alice.ask("who-has")
        #expect(who["type"] == .string("delivery") && who["id"] == sent["id"])
        #expect(who["state"] == .string("delivered") && who["behind"] == .array([]))
        #expect(who["has"]?.array?.first?["id"] == .string(bob.key))
        #expect(try await bob.event("delivered")["of"] == .integer(1), "the direct message was acknowledged")
        #expect(try await alice.ask("who-has", [.init("last", .integer(2))])["code"] == .string("bad-argument"))

        _ = try await alice.ask("broadcast", [.init("data", .string("aGk="))])
        #expect(try await bob.event("raw")["direct"] == .bool(false))
        _ = try await bob.ask("unicast", [.init("to", .string(alice.key)), .init("data", .string("aGk="))])
        #expect(try await alice.event("raw")["data"] == .string("aGk="))

        // Who leaves before the others have seen both ends of the link has never joined.
        _ = try await alice.event("joined") { $0["id"] == .string(bob.key) }
        try await checkAnswers(alice, peer: bob)
        #expect(try await bob.ask("quit")["type"] == .string("ack"))
        #expect(try await bob.program.exitStatus(within: .seconds(3)) == 0)
        #expect(try await alice.event("left")["reason"] == .string("quit"))
        for line in alice.program.lines(.output) + bob.program.lines(.output) {
            #expect(Robot.parsed(line)["v"] == .integer(1), "\(line)")
        }
    }

    private func checkAnswers(_ robot: Robot, peer: Robot) async throws {
        let members = try await robot.ask("members")["members"]?.array ?? []
        #expect(Set(members.compactMap { $0["id"]?.string }) == [robot.key, peer.key])
        #expect(members.first { $0["self"] == .bool(true) }?["id"] == .string(robot.key))
        let links = try await robot.ask("links")["links"]?.array ?? []
        #expect(links.first?["tls"] == .string("TLSv1.3") && links.first?["id"] == .string(peer.key))
        let status = try await robot.ask("status")
        #expect(status["members"] == .integer(2) && status["status"]?["members"] == .integer(2))
        #expect(status["network"]?.string?.count == 64 && status["contact"] == .string(robot.contact))
        let graph = try await robot.ask("graph")
        #expect(graph["nodes"]?.array?.count == 2 && graph["graph"]?["nodes"] == graph["nodes"])
        let history = try await robot.ask("history")["history"]?.array ?? []
        #expect(history.compactMap { $0["text"]?.string } == ["hé 👍\n2", "psst"])
        let since = try await robot.ask("history", [.init("since", .integer(1))])["history"]?.array ?? []
        #expect(since.count == 1)
        let number = try await robot.ask("verify", [.init("key", .string(peer.key))])["safetyNumber"]?.string
        #expect(number?.split(separator: " ").map(\.count) == Array(repeating: 5, count: 12))
    }

    @Test func aBadLineIsAnsweredAndTheConnectionLivesOn() async throws {
        let robot = try await Robot("al", [])
        robot.program.type("this is no JSON")
        _ = try await robot.program.line(.output, containing: "\"code\":\"bad-json\"")
        robot.program.write([0xFF, 0xFE, 0x0A])
        robot.program.write([UInt8](repeating: 0x61, count: 400_000) + [0x0A])
        _ = try await robot.program.line(.output, containing: "\"code\":\"too-long\"")
        #expect(try await robot.ask("membres")["code"] == .string("bad-command"))
        #expect(
            try await robot.ask("dm", [.init("to", .string("x")), .init("text", .string("y"))])["code"]
                == .string("unknown-member"))
        let long = JSON.Member("text", .string(String(repeating: "x", count: 65 * 1_024)))
        #expect(try await robot.ask("send", [long])["code"] == .string("too-long"))
        #expect(try await robot.ask("status")["type"] == .string("status"))
    }

    @Test func aPendingWaitHoldsUpNobody() async throws {
        let robot = try await Robot("al", [])
        let condition = JSON.Member("members", .integer(50))
        robot.program.type(JSON.object([.init("cmd", .string("wait")), .init("ref", .string("w1")), condition]).line)
        robot.program.type(
            JSON.object([
                .init("cmd", .string("wait")), .init("ref", .string("w2")), condition, .init("timeoutMs", .integer(50)),
            ]).line)
        #expect(try await robot.ask("status")["type"] == .string("status"))
        #expect(try await robot.answer("w2")["code"] == .string("timeout"))
        #expect(try await robot.ask("quit")["type"] == .string("ack"))
        #expect(try await robot.program.exitStatus(within: .seconds(3)) == 0)
    }
}
