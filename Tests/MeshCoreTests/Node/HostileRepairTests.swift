import MeshCrypto
import Testing

@testable import MeshCore

/// Requests and responses of repair from a member that lies.
@Suite struct HostileRepairTests {
    fileprivate struct Scene {
        let node: LoneNode
        let (eve, bob): (HostilePeer, HostilePeer)
        let (eveLink, bobLink): (LinkID, LinkID)

        init(_ change: (inout NodeConfiguration) -> Void = { _ in }) {
            node = LoneNode.founder(change)
            (eve, bob) = (HostilePeer.member(10, of: node), HostilePeer.member(11, of: node))
            (eveLink, bobLink) = (eve.join(), bob.join())
        }

        /// A message of bob's that eve holds; the node has asked eve for it.
        func asked() throws -> (request: Hash, item: ChatHistory.Item, prekey: Bytes32) {
            let item = try bob.write("handed on")
            let entry = VersionVector.Entry(author: bob.id, chain: item.header.chain, next: 1)
            eve.say(.vector(VersionVector(root: WireValues.hash(1), chains: [entry])), over: eveLink)
            let request = try #require(
                eve.requests(over: eveLink).last {
                    if case .ranges = $0.request.want { true } else { false }
                })
            return (request.id, item, try #require(request.request.prekey))
        }

        /// Eve's answer: bob's message, re-sealed by eve.
        func resealed(_ item: ChatHistory.Item, prekey: Bytes32, request: Hash) throws -> SyncResponse.Item {
            try #require(eve.chat.reseal([item], for: node.id, prekey: prekey, request: request)?.first)
        }
    }

    // MARK: Responses

    @Test func aResponseNobodyAskedForOrFromAnotherProviderIsRefused() throws {
        let scene = Scene()
        let (request, item, prekey) = try scene.asked()
        let unasked = WireValues.hash(66)
        scene.eve.respond(
            [try scene.resealed(item, prekey: prekey, request: unasked)], to: unasked, over: scene.eveLink)
        #expect(scene.node.counter("refused.unaskedResponse") == 1)
        // Bob answers what eve was asked.
        let his = try #require(scene.bob.chat.reseal([item], for: scene.node.id, prekey: prekey, request: request))
        scene.bob.respond(his, to: request, over: scene.bobLink)
        #expect(scene.node.counter("refused.unaskedResponse") == 2)
        #expect(scene.node.shown.isEmpty)
    }

    @Test func whatWasClearedDoesNotComeBackByAResponse() throws {
        let scene = Scene()
        let (request, item, prekey) = try scene.asked()
        scene.eve.respond(
            [try scene.resealed(item, prekey: prekey, request: request)], to: request, over: scene.eveLink)
        #expect(scene.node.perform(.clearHistory) == .done)
        let second = try scene.bob.write("two")
        let (again, _, newPrekey) = try scene.askedAgain(second)
        scene.eve.respond(
            try [item, second].map { try scene.resealed($0, prekey: newPrekey, request: again) }, to: again,
            over: scene.eveLink)
        #expect(scene.node.texts == ["two"])
    }

    /// A provider that never answers neither stops the clock nor keeps the others from being asked.
    @Test func aSilentProviderIsPassedOver() throws {
        let scene = Scene()
        let (_, item, _) = try scene.asked()
        let entry = VersionVector.Entry(author: scene.bob.id, chain: item.header.chain, next: 1)
        scene.bob.say(.vector(VersionVector(root: WireValues.hash(1), chains: [entry])), over: scene.bobLink)
        scene.node.run(for: .seconds(6))
        #expect(scene.node.core.nextDeadline.map { $0 > scene.node.now } == true)
        #expect(scene.node.counter("pauses") == 0)
        #expect(
            scene.bob.requests(over: scene.bobLink).contains {
                if case .ranges = $0.request.want { true } else { false }
            })
    }

    // MARK: Requests

    @Test func aRequestSignedForAnotherMemberOrNetworkOrByAStrangerIsRefused() {
        let scene = Scene()
        let prekey = scene.eve.cryptography.makePrekey().publicKey
        func ask(_ signer: HostilePeer, to: NodeID, in network: Hash? = nil) {
            let body = SyncRequest(signer: signer.id, to: to, nonce: .zero, prekey: prekey, want: .ids([.zero]))
            scene.eve.say(
                .routed(Routed(to: scene.node.id, item: .request(signer.sign(body, in: network)))),
                over: scene.eveLink)
        }
        ask(scene.eve, to: scene.bob.id)
        ask(scene.eve, to: scene.node.id, in: WireValues.hash(1))
        ask(HostilePeer(99, at: scene.node), to: scene.node.id)
        #expect(scene.eve.responses(over: scene.eveLink).isEmpty)
        #expect(scene.node.counter("refused.request") == 2)
        #expect(scene.node.counter("refused.badSignature") == 1)
    }

    @Test func requestsWithoutEndAreServedAtARate() {
        let scene = Scene()
        let prekey = scene.eve.cryptography.makePrekey().publicKey
        for _ in 0..<500 { scene.eve.ask(.ids([.zero]), prekey: prekey, over: scene.eveLink) }
        #expect(scene.eve.responses(over: scene.eveLink).count <= 40)
        #expect(scene.node.counter("refused.requestRate") >= 460)
    }

    @Test func aPrekeyOfSmallOrderInARequestIsNotSealedTo() throws {
        let scene = Scene()
        scene.node.perform(.send(text: Array("x".utf8)))
        let mine = try #require(scene.node.shown.last)
        scene.eve.ask(.ids([mine.id]), prekey: .zero, over: scene.eveLink)
        #expect(scene.eve.responses(over: scene.eveLink).allSatisfy { $0.items.isEmpty })
    }

    /// Many long letters for one member fill several answers, none longer than a frame.
    @Test func aFullMailboxIsHandedOverInFramesThatCanBeRead() throws {
        let scene = Scene()
        let long = String(repeating: "l", count: 60_000)
        for _ in 0..<40 { scene.bob.push(try scene.bob.compose(long, to: scene.eve.id, for: []), over: scene.bobLink) }
        scene.eve.ask(.direct([]), prekey: scene.eve.cryptography.makePrekey().publicKey, over: scene.eveLink)
        var count = 0
        for message in scene.node.sent(over: scene.eveLink) {
            guard case .routed = message else { continue }
            #expect(message.encoded().count <= WireLimits.frame)
        }
        for response in scene.eve.responses(over: scene.eveLink) { count += response.items.count }
        #expect(count > 0)
        #expect(scene.eve.responses(over: scene.eveLink).last?.hasMore == true)
    }

    @Test func routedItemsAreNotCarriedForStrangersOrWithoutHopsLeft() {
        let scene = Scene()
        scene.node.forgetSent()
        let ack = Message.routed(Routed(to: WireValues.carol.publicKey, item: .ack(WireValues.message)))
        scene.eve.say(ack, over: scene.eveLink)
        scene.eve.say(
            .routed(Routed(to: scene.bob.id, hopsLeft: 1, item: .request(WireValues.message))), over: scene.eveLink)
        scene.eve.say(
            .routed(Routed(to: scene.bob.id, hopsLeft: 0, item: .request(WireValues.message))), over: scene.eveLink)
        #expect(scene.node.counter("dropped.routed") == 3)
        #expect(!scene.node.sent(over: scene.bobLink).contains { if case .routed = $0 { true } else { false } })
    }
}

extension HostileRepairTests.Scene {
    /// The node lacks this message of bob's and asks eve again.
    fileprivate func askedAgain(_ item: ChatHistory.Item) throws -> (
        request: Hash, item: ChatHistory.Item, prekey: Bytes32
    ) {
        node.forgetSent()
        let entry = VersionVector.Entry(author: bob.id, chain: item.header.chain, next: item.header.seq + 1)
        eve.say(.vector(VersionVector(root: WireValues.hash(1), chains: [entry])), over: eveLink)
        let request = try #require(
            eve.requests(over: eveLink).last { if case .ranges = $0.request.want { true } else { false } })
        return (request.id, item, try #require(request.request.prekey))
    }
}
