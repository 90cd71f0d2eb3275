import ChatKit
import Foundation
import TerminalUI

@testable import MeshCore

/// MeshCore has requests of its own, which tests that build its values see.
typealias Request = TerminalUI.Request

/// A chat of five people on a Sunday in November, for screens that are the same everywhere.
struct Scene {
    static let sizes = [Size(rows: 24, columns: 80), Size(rows: 40, columns: 120), Size(rows: 10, columns: 40)]
    /// 2026-11-22 14:15 UTC.
    static let now: UInt64 = 1_795_356_900_000

    var model: ChatModel
    private var index = 0

    static func id(_ digit: Character) -> NodeID {
        guard let id = NodeID(hex: String(digit) + "1b2c3d40f1e2d3c4b5a69788796a5b4c3d2e1f00112233445566778899aabbc")
        else {
            preconditionFailure("64 hex digits")
        }
        return id
    }

    static let (alice, bob, charlie, dave, erin) = (id("a"), id("b"), id("c"), id("d"), id("e"))

    /// UTC, whatever the machine's zone.
    static let time = LocalTime { milliseconds in
        let text = TimeText.rfc3339(milliseconds)
        return (String(text.prefix(10)), String(text.dropFirst(11).prefix(5)))
    }

    init(_ size: Size, isAlone: Bool = false, keys: KeyMap = KeyMap()) {
        model = ChatModel(
            selfID: Self.alice, contact: Self.alice.hex + "@192.168.1.20:9000", listening: "0.0.0.0:9000",
            hasSeedPeers: false, size: size, now: Self.now, time: Self.time, keys: keys)
        guard !isAlone else {
            var snapshot = Snapshot()
            snapshot.nick = "alice"
            tell(.snapshot(snapshot))
            return
        }
        tell(.state(.connected, reason: ""))
        tell(.snapshot(Self.snapshot))
    }

    static var snapshot: Snapshot {
        var snapshot = Snapshot()
        (snapshot.nick, snapshot.network, snapshot.isConverged, snapshot.messages) = ("alice", "mesh", true, 214)
        snapshot.members = [
            member(alice, "alice", .online, isSelf: true, by: alice), member(bob, "bob", .online, by: alice),
            member(charlie, "charlie", .online, by: bob), member(dave, "dave", .online, by: alice),
            member(erin, "erin", .offline, by: dave),
        ]
        snapshot.links = [
            LinkStatus(
                id: bob, nick: "bob", endpoint: endpoint, tls: "TLSv1.3", isEager: true, roundTrip: .milliseconds(12),
                since: now - 8_040_000),
            LinkStatus(
                id: dave, nick: "dave", endpoint: endpoint, tls: "TLSv1.3", isEager: false,
                roundTrip: .milliseconds(18), since: now - 180_000),
        ]
        snapshot.edges = [
            MeshGraph.Edge(alice, bob), MeshGraph.Edge(alice, dave), MeshGraph.Edge(bob, charlie),
            MeshGraph.Edge(charlie, dave),
        ]
        snapshot.verified = [bob, charlie]
        snapshot.newKeys = [erin]
        return snapshot
    }

    private static let endpoint = Endpoint(host: "127.0.0.1", port: 9001)

    private static func member(
        _ id: NodeID, _ nick: String, _ state: MemberInfo.State, isSelf: Bool = false, by: NodeID
    ) -> MemberInfo {
        MemberInfo(id: id, nick: nick, state: state, isSelf: isSelf, invitedBy: by, endpoint: nil)
    }

    // MARK: What happens

    @discardableResult
    mutating func tell(_ event: Event, at time: UInt64 = Scene.now) -> [Request] { model.update(event, now: time) }

    @discardableResult
    mutating func press(_ keys: Key...) -> [Request] { keys.flatMap { tell(.typed(.key($0))) } }

    @discardableResult
    mutating func type(_ text: String) -> [Request] { text.flatMap { press(.character($0)) } }

    mutating func say(_ text: String, from: NodeID, to: NodeID? = nil, minutesAgo: UInt64 = 0, via: NodeID? = nil) {
        tell(.message(message(text, from: from, to: to, minutesAgo: minutesAgo, via: via)))
    }

    mutating func message(
        _ text: String, from: NodeID, to: NodeID? = nil, minutesAgo: UInt64 = 0, via: NodeID? = nil
    ) -> ChatMessage {
        index += 1
        let nick = Self.snapshot.members.first { $0.id == from }?.nick
        let at = Self.now - minutesAgo * 60_000
        var bytes = [UInt8](repeating: 0, count: 32)
        (bytes[0], bytes[1]) = (UInt8(index >> 8), UInt8(index & 0xFF))
        return ChatMessage(
            id: Hash(bytes) ?? .zero, index: index, from: from, fromNick: nick, to: to, toNick: nil,
            text: Array(text.utf8), at: at, receivedAt: at, via: via, isOwn: from == Self.alice,
            lamport: UInt64(index), seq: UInt64(index))
    }

    /// The conversation of the mock-ups.
    mutating func talk() {
        say("Hi dave. Let us compare numbers: F4", from: Self.alice, minutesAgo: 16)
        deliver(4, of: 4)
        say("日本語 and 👍 stay in their columns", from: Self.bob, minutesAgo: 15)
        say(
            "@alice the relay moved, its new address is https://charlie-desktop.tail1234.ts.net:9000",
            from: Self.charlie, minutesAgo: 14)
        tell(.said("* link to charlie lost, healing"), at: Self.now - 180_000)
        say("back. nothing lost on my side", from: Self.dave, minutesAgo: 3, via: Self.bob)
        say("same here", from: Self.alice, minutesAgo: 1)
        deliver(2, of: 4)
        say("meeting at 15?", from: Self.alice)
        deliver(0, of: 4)
        tell(.said("* NEW KEY \(Self.erin.short) calls itself erin, which was 4be1d907 before"))
    }

    /// The newest message is with so many.
    mutating func deliver(_ count: Int, of audience: Int) {
        var bytes = [UInt8](repeating: 0, count: 32)
        (bytes[0], bytes[1]) = (UInt8(index >> 8), UInt8(index & 0xFF))
        let others = [Self.bob, Self.charlie, Self.dave, Self.erin].prefix(audience)
        tell(
            .delivered([
                Delivery(
                    id: Hash(bytes) ?? .zero, isQueued: count == 0, holders: Array(others.prefix(count)),
                    behind: Array(others.dropFirst(count)))
            ]))
    }

    var screen: String { model.canvas.text }
}
