import ChatKit
import Mesh
import Testing

@testable import MeshCore

@Suite struct EventLineTests {
    private let alice = NodeID(hex: String(repeating: "a1", count: 32))!
    private let bob = NodeID(hex: String(repeating: "b2", count: 32))!
    private let endpoint = Endpoint(host: "127.0.0.1", port: 9000)

    /// The names of a line's members after `v` and `type`.
    private func names(_ line: JSON) -> [String] {
        guard case .object(let members) = line, members.first == .init("v", .integer(1)) else { return ["no version"] }
        return members.dropFirst(2).map(\.name)
    }

    @Test func everyEventHasTheFieldsOfTheContract() {
        let table: [(MeshEvent, String, [String])] = [
            (.broadcastReceived(from: bob, payload: [1], isDirect: true), "raw", ["from", "data", "direct"]),
            (.delivered(Hash(bob.bytes), to: 1, of: 2), "delivered", ["id", "count", "of"]),
            (.nodeJoined(bob, nick: "bob", first: true), "joined", ["id", "nick", "first"]),
            (.nodeLeft(bob, nick: "bob", .quit), "left", ["id", "nick", "reason"]),
            (.memberInvited(bob, nick: nil, by: alice), "invited", ["id", "nick", "by"]),
            (.memberRevoked(bob, nick: "bob", by: alice), "revoked", ["id", "nick", "by"]),
            (.memberFell(bob, nick: "bob", by: alice), "fell", ["id", "nick", "by"]),
            (.nickChanged(bob, nick: "bob", was: "rob"), "nick", ["id", "nick", "was"]),
            (.linkUp(bob, nick: "bob", endpoint), "linkUp", ["id", "nick", "address"]),
            (.linkDown(bob, nick: "bob", endpoint, reason: "quit"), "linkDown", ["id", "nick", "address", "reason"]),
            (.stateChanged(.joining, reason: "x"), "state", ["state", "reason"]),
            (.knock(bob, nick: "bob", endpoint), "knock", ["id", "nick", "address"]),
            (.knock(bob, nick: nil, endpoint), "knock", ["id", "address"]),
            (.warning(code: "forked-log", reason: "x"), "warning", ["code", "reason"]),
            (.lagged(3), "warning", ["code", "reason"]),
        ]
        for (event, type, fields) in table {
            let line = EventLine.make(event)
            #expect(line["type"] == .string(type))
            #expect(names(line) == fields)
            #expect(EventLine.types.contains(type))
        }
    }

    @Test func aMessageTellsWhoSaidWhatToWhomAndWhen() throws {
        let line = EventLine.make(.chatMessageReceived(.example(from: bob, to: alice, text: "hi\n\u{1B}é")))
        #expect(names(line) == ["id", "index", "direct", "from", "to", "text", "at", "receivedAt", "via"])
        #expect(line["from"]?["nick"] == .string("bob") && line["from"]?["id"] == .string(bob.hex))
        #expect(line["direct"] == .bool(true) && line["text"] == .string("hi\n\u{1B}é"))
        #expect(line["at"] == .string("1970-01-01T00:00:01.000Z"))
        #expect(!line.line.contains("\u{1B}"))
        var own = ChatMessage.example(from: alice, to: nil, text: "x")
        own.isOwn = true
        own.via = nil
        let ownLine = EventLine.make(.chatMessageReceived(own))
        #expect(names(ownLine) == ["id", "index", "direct", "from", "text", "at", "receivedAt", "own"])
    }

    @Test func aDeliveryNamesWhoHasTheMessageAndWhoIsBehind() {
        let delivery = Delivery(id: Hash(bob.bytes), isQueued: false, holders: [alice], behind: [bob])
        let member = MemberInfo(id: bob, nick: "bob\u{1B}", state: .offline, isSelf: false)
        let line = MachineLine.delivery(ref: "7", delivery, [member])
        #expect(names(line) == ["ref", "id", "state", "count", "of", "has", "behind"])
        #expect(line["state"] == .string("delivered") && line["count"] == .integer(1) && line["of"] == .integer(2))
        #expect(line["has"]?.array?.first?["id"] == .string(alice.hex) && line["has"]?.array?.first?["nick"] == .null)
        #expect(line["behind"]?.array?.first?["nick"] == .string("bob\u{1B}"))
        let lines = TextView.lines(for: delivery, members: [member])
        #expect(lines.count == 3 && lines[0] == "delivered to 1 of 2")
        #expect(lines[2].hasPrefix("  behind: bob") && lines[2].hasSuffix("(offline)"))
        #expect(!lines.joined().contains("\u{1B}"))
        let queued = Delivery(id: Hash(bob.bytes), isQueued: true, holders: [], behind: [])
        #expect(TextView.lines(for: queued, members: []) == ["queued"])
    }

    @Test func subscriptionsKnowTheirTypes() {
        #expect(EventLine.unknownType(in: ["message", "joined"]) == nil)
        #expect(EventLine.unknownType(in: ["message", "join"]) == "join")
        let line = EventLine.make(.lagged(1))
        #expect(EventLine.isOf([], line) && EventLine.isOf(["warning"], line) && !EventLine.isOf(["message"], line))
    }
}

extension ChatMessage {
    /// A message as a node hands it out, through the one initialiser that there is: all fields.
    static func example(from: NodeID, to: NodeID?, text: String) -> ChatMessage {
        ChatMessage(
            id: Hash(hex: String(repeating: "0f", count: 32))!, index: 4, from: from, fromNick: "bob", to: to,
            toNick: to == nil ? nil : "alice", text: Array(text.utf8), at: 1_000, receivedAt: 2_000, via: from,
            isOwn: false,
            lamport: 1, seq: 0)
    }
}
