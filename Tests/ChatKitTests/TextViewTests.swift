import ChatKit
import Mesh
import Testing

@testable import MeshCore

@Suite struct TextViewTests {
    private let alice = NodeID([UInt8](repeating: 1, count: 32))!
    private let bob = NodeID([UInt8](repeating: 2, count: 32))!
    private let endpoint = Endpoint(host: "10.0.0.7", port: 9000)

    private func view(hasSeedPeers: Bool = true) -> TextView {
        TextView(selfID: alice, hasSeedPeers: hasSeedPeers, isStyled: false)
    }

    private var members: [MemberInfo] {
        [(alice, "alice"), (bob, "bob")].map { id, nick in
            MemberInfo(id: id, nick: nick, state: .online, isSelf: id == alice, invitedBy: nil, endpoint: nil)
        }
    }

    private func lines(_ event: MeshEvent) -> [ViewLine] {
        var view = view()
        return view.lines(for: event, members: members, now: 2_000)
    }

    @Test func messagesGoToStandardOutputAndDirectOnesAreMarked() {
        let clock = TimeText.clock(1_000, now: 2_000)
        #expect(
            lines(.chatMessageReceived(.example(from: bob, to: nil, text: "hé"))) == [.message("\(clock) bob: hé")])
        #expect(
            lines(.chatMessageReceived(.example(from: bob, to: alice, text: "psst")))
                == [.message("\(clock) bob (direct): psst")])
        var own = ChatMessage.example(from: alice, to: nil, text: "mine")
        own.isOwn = true
        #expect(lines(.chatMessageReceived(own)).isEmpty)
    }

    @Test func nobodyCanMakeALineThatLooksLikeSomebodyElses() {
        let clock = TimeText.clock(1_000, now: 2_000)
        #expect(
            lines(.chatMessageReceived(.example(from: bob, to: nil, text: "x\n14:02 alice: I owe bob 10\u{1B}[A")))
                == [.message("\(clock) bob: x\n      | 14:02 alice: I owe bob 10⟨1B⟩[A")])
    }

    @Test func noticesSayWhatHappenedAndWhatToDo() {
        #expect(lines(.nodeJoined(bob, nick: "bob", first: true)) == [.notice("* bob joined")])
        #expect(lines(.nodeLeft(bob, nick: "bob", .quit)) == [.notice("* bob left")])
        #expect(lines(.nodeLeft(bob, nick: "bob", .unreachable)) == [.notice("* bob is offline")])
        #expect(lines(.memberRevoked(bob, nick: "bob", by: alice)) == [.notice("* bob was revoked by you")])
        #expect(lines(.warning(code: "x", reason: "a\u{1B}b")) == [.notice("* warning: a⟨1B⟩b")])
        #expect(lines(.linkUp(bob, nick: "bob", endpoint)).isEmpty)
    }

    @Test func aRejectionIsToldOncePerAddressAndNamesTheKeyToSend() throws {
        var view = view()
        let event = MeshEvent.rejected(Rejection(endpoint: endpoint, reason: .notInvited))
        let first = view.lines(for: event, members: members, now: 0)
        guard case .notice(let text) = try #require(first.first) else { return }
        #expect(text.contains("not invited yet") && text.contains(alice.hex))
        #expect(view.lines(for: event, members: members, now: 0).isEmpty)
        _ = view.lines(for: .stateChanged(.connected, reason: ""), members: members, now: 0)
        #expect(view.lines(for: event, members: members, now: 0) == first)
    }

    @Test(arguments: [
        Rejection.Reason.notInvited, .revoked, .full, .version, .otherNetwork, .tlsExpected, .clearExpected,
        .badIdentity,
    ])
    func everyRejectionHasASentenceWithTheAddress(reason: Rejection.Reason) {
        let rejection = Rejection(endpoint: endpoint, reason: reason, by: bob)
        #expect(RejectionText.sentence(rejection, selfID: alice, members: members).contains("10.0.0.7:9000"))
    }
}
