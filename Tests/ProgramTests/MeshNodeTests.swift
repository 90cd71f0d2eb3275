import ChatKit
import Foundation
import Glibc
import Testing

@Suite struct MeshNodeTests {
    private func node(_ home: Home, _ arguments: String...) async throws -> (
        status: Int32, output: [String], notices: [String]
    ) {
        try await Program.run("mesh-node", arguments, home: home.path)
    }

    private func start(_ home: Home, _ flags: [String] = []) async throws -> (Program, JSON) {
        let program = try Program("mesh-node", ["run"] + loopback + flags, home: home.path)
        let line = try await program.line(.output, "ready") { _ in true }
        return (program, try JSONParser.parse(line.utf8))
    }

    @Test func twoNodesAreDrivenOverTheirSockets() async throws {
        let (homeA, homeB) = (try Home(), try Home())
        let (alice, ready) = try await start(homeA, ["--nick", "alice", "--invite-only"])
        let keyB = try #require(try await node(homeB, "keygen").output.first)
        #expect(try await node(homeA, "invite", keyB).status == 0)
        let (bob, _) = try await start(
            homeB, ["--nick", "bob", "--invite-only", "--seed", ready["contact"]?.string ?? ""])
        #expect(try await node(homeB, "wait", "--links", "1", "--converged", "--timeout", "20").status == 0)
        #expect(try await node(homeA, "send", "Grüße").status == 0)
        #expect(try await node(homeB, "wait", "--messages", "1", "--timeout", "10").status == 0)
        let history = try await node(homeB, "history")
        #expect(history.output.first?.hasSuffix(": Grüße") == true)
        let members = try await node(homeB, "members", "--json")
        #expect(try JSONParser.parse(members.output[0].utf8)["members"]?.array?.count == 2)
        let id = try await node(homeB, "id").output.first
        #expect(id == keyB)
        #expect(try await node(homeB, "quit").status == 0)
        #expect(try await bob.exitStatus(within: .seconds(3)) == 0)
        #expect(alice.lines(.output).count == 1 && bob.lines(.output).count == 1)
    }

    @Test func theSocketIsPrivateAndAStaleOneIsReplaced() async throws {
        let home = try Home()
        let (first, _) = try await start(home)
        let socket = home.state + "/default.sock"
        let mode = try FileManager.default.attributesOfItem(atPath: socket)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        first.send(signal: SIGKILL)
        _ = try await first.exitStatus()
        #expect(try await node(home, "status").status == 69)
        let (second, _) = try await start(home)
        #expect(try await node(home, "status").status == 0)
        second.send(signal: SIGINT)
        #expect(try await second.exitStatus(within: .seconds(4)) == 0)
        #expect(!FileManager.default.fileExists(atPath: socket))
    }

    @Test func eventsAreFollowedFromTheSubscriptionOn() async throws {
        let home = try Home()
        let (program, _) = try await start(home, ["--nick", "al"])
        let events = try Program("mesh-node", ["events", "--json", "--type", "message"], home: home.path)
        // The subscription stands once the events command is connected; a message sent before would be missed, so
        // messages are sent until one is seen.
        for number in 0..<100 where events.lines(.output).isEmpty {
            #expect(try await node(home, "send", "hello \(number)").status == 0)
        }
        let line = try await events.line(.output, containing: "\"type\":\"message\"")
        #expect(try JSONParser.parse(line.utf8)["own"] == .bool(true))
        #expect(try await node(home, "quit").status == 0)
        #expect(try await events.exitStatus() == 0)
        #expect(try await program.exitStatus() == 0)
    }

    @Test func aConnectionThatDoesNotReadHoldsUpNobody() async throws {
        let home = try Home()
        let (program, _) = try await start(home)
        var idle = try ControlConnection(home.state + "/default.sock")
        try idle.send(.object([.init("cmd", .string("subscribe"))]))
        let acknowledged = try idle.next()
        #expect(acknowledged?["type"] == .string("ack"))
        var busy = try ControlConnection(home.state + "/default.sock")
        // 16 MiB: far beyond what the sockets' buffers take in.
        let text = JSON.Member("text", .string(String(repeating: "x", count: 16_384)))
        for _ in 0..<1_000 {
            try busy.send(.object([.init("cmd", .string("send")), text]))
            let answer = try busy.next()
            #expect(answer?["type"] == .string("ack"))
        }
        let event = try idle.next()
        #expect(event?["type"] == .string("message"))
        #expect(try await node(home, "quit").status == 0)
        #expect(try await program.exitStatus(within: .seconds(4)) == 0)
    }

    @Test func refusalsHaveExitCodesAndSentences() async throws {
        let home = try Home()
        let nobody = try await node(home, "members")
        #expect(nobody.status == 69 && nobody.notices.contains { $0.contains("mesh-node run") })
        let (program, _) = try await start(home)
        let table: [([String], Int32, String)] = [
            (["invite", "1234"], 65, "64 hex digits"), (["dm", "nobody", "hi"], 65, "no member is called nobody"),
            (["wait", "--members", "50", "--timeout", "0.1"], 75, "in vain"), (["wait"], 65, "say what to wait for"),
            (["run"], 73, "--ephemeral"), (["frobnicate"], 64, "frobnicate"),
            (["events", "--type", "mesage"], 65, "\"message\""),
        ]
        for (arguments, status, sentence) in table {
            let result = try await Program.run("mesh-node", arguments, home: home.path)
            #expect(result.status == status, "\(arguments)")
            #expect(result.notices.contains { $0.contains(sentence) }, "\(result.notices)")
        }
        program.send(signal: SIGTERM)
        #expect(try await program.exitStatus() == 0)
    }

    /// Of registers and what they point to nothing may be printed: it may be a key.
    @Test(arguments: [SIGSEGV, SIGTRAP, SIGABRT]) func aCrashEndsAndPrintsNoMemory(signal: Int32) async throws {
        let (program, _) = try await start(try Home())
        program.send(signal: signal)
        #expect(try await program.exitStatus() == -signal)
        #expect(program.lines(.notices).filter { $0.contains("0x") || $0.contains("Backtrac") } == [])
    }

    @Test func theIdentityIsMadeOnceAndItsCertificateIsAlwaysTheSame() async throws {
        let home = try Home()
        #expect(try await node(home, "id").status == 1)
        let key = try #require(try await node(home, "keygen").output.first)
        #expect(key.count == 64)
        #expect(try await node(home, "keygen").status == 73)
        #expect(try await node(home, "id").output == [key])
        let (first, second) = (try await node(home, "cert"), try await node(home, "cert"))
        #expect(first.output == second.output && first.output.first == "-----BEGIN CERTIFICATE-----")
        #expect(try await node(home, "id", "--profile", "other").status == 1)
        #expect(!FileManager.default.fileExists(atPath: home.state), "id and cert only read")
    }
}
