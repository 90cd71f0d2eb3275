import ChatKit
import Testing

/// Somebody at mesh-chat in text mode.
struct Person: Sendable {
    let home: Home
    let program: Program
    let contact: String

    var key: String { String(contact.prefix(64)) }

    init(_ nick: String, _ flags: [String] = ["--invite-only"], home: Home? = nil) async throws {
        self.home = try home ?? Home()
        program = try Program("mesh-chat", ["--nick", nick] + loopback + flags, home: self.home.path)
        contact = String(
            try await program.line(.notices, containing: "For a friend: ").dropFirst("For a friend: ".count))
    }

    func reads(_ text: String) async throws { try await program.line(.output, containing: text) }
    func isTold(_ text: String) async throws { try await program.line(.notices, containing: text) }
    func says(_ text: String) { program.type(text) }
}

/// A program that speaks the machine interface on its standard streams.
final class Robot: Sendable {
    let home: Home
    let program: Program
    let ready: JSON

    var key: String { ready["id"]?.string ?? "" }
    var contact: String { ready["contact"]?.string ?? "" }

    init(_ nick: String, _ flags: [String] = ["--invite-only"], home: Home? = nil) async throws {
        self.home = try home ?? Home()
        program = try Program("mesh-chat", ["--json", "--nick", nick] + loopback + flags, home: self.home.path)
        ready = try JSONParser.parse(try await program.line(.output, "ready") { _ in true }.utf8)
        try #require(ready["type"] == .string("ready"))
    }

    /// Sends one command, returns its answer.
    func ask(_ command: String, _ fields: [JSON.Member] = [], ref: String = String(UInt64.random(in: 0...(.max))))
        async throws -> JSON
    {
        program.type(JSON.object([.init("cmd", .string(command)), .init("ref", .string(ref))] + fields).line)
        return try await answer(ref)
    }

    func answer(_ ref: String) async throws -> JSON {
        let line = try await program.line(.output, "answer to \(ref)") { Self.parsed($0)["ref"] == .string(ref) }
        return Self.parsed(line)
    }

    func event(_ type: String, where matches: @escaping @Sendable (JSON) -> Bool = { _ in true }) async throws -> JSON {
        let line = try await program.line(.output, type) { line in
            let value = Self.parsed(line)
            return value["type"] == .string(type) && value["ref"] == nil && matches(value)
        }
        return Self.parsed(line)
    }

    static func parsed(_ line: String) -> JSON { (try? JSONParser.parse(line.utf8)) ?? .null }
}
