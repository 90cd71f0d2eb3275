import MeshCore
import MeshCrypto

/// Every message and object, under the names of Golden/wire.txt.
extension WireSample {
    private typealias Values = WireValues

    static let golden: [WireSample] = objects + handshake + links + gossip + broadcast + repair

    /// Everything that has a decoder: the golden values, and the bodies of all signed objects.
    static let all: [WireSample] = golden.filter { !$0.name.hasPrefix("id/") } + bodies

    static let bodies: [WireSample] = [
        WireSample(body: "body/genesis", Values.genesis),
        WireSample(body: "body/genesis/refounded", Values.refounded),
        WireSample(body: "body/invite", Values.invite),
        WireSample(body: "body/revoke", Values.revoke),
        WireSample(body: "body/hello/tls", Values.tlsHello),
        WireSample(body: "body/hello/clear", Values.clearHello),
        WireSample(body: "body/welcome/member", Values.memberWelcome),
        WireSample(body: "body/welcome/newcomer", Values.newcomerWelcome),
        WireSample(body: "body/reject/revoked", Values.reject(.revoked)),
        WireSample(body: "body/reject/full", Values.reject(.full)),
        WireSample(body: "body/record", Values.record),
        WireSample(body: "body/message", Values.body(Values.header)),
        WireSample(body: "body/message/direct", Values.body(Values.directHeader)),
        WireSample(body: "body/raw", Values.raw),
        WireSample(body: "body/raw/direct", Values.directRaw),
        WireSample(body: "body/sync", Values.rangesRequest),
        WireSample(body: "body/sync/ids", Values.request(.ids([Values.hash(190), Values.hash(180)]))),
        WireSample(body: "body/reply", Values.response),
        WireSample(body: "body/ack", Values.ack),
    ]

    private static let objects: [WireSample] = [
        WireSample("genesis", Values.founding),
        WireSample("genesis/refounded", Values.refounded.signed(in: .zero, with: Values.alice)),
        WireSample("id/network", Values.network),
        WireSample("id/network/open", Genesis.openNetworkID(name: "default", with: Values.alice)),
        WireSample("operation/invite", Values.invitation),
        WireSample("operation/revoke", Values.revocation),
        WireSample("operation/revoke/bare", Operation.revoke(Values.sign(Values.bareRevoke, Values.bob))),
        WireSample("id/operation/invite", Values.invitation.id(in: Values.network, with: Values.alice)),
        WireSample("id/operation/revoke", Values.revocation.id(in: Values.network, with: Values.alice)),
    ]

    private static let handshake: [WireSample] =
        [
            WireSample("hello/tls", Message.hello(Values.sign(Values.tlsHello, Values.alice))),
            WireSample("hello/clear", Message.hello(Values.sign(Values.clearHello, Values.bob))),
            WireSample("welcome/member", Message.welcome(Values.sign(Values.memberWelcome, Values.bob))),
            WireSample("welcome/newcomer", Message.welcome(Values.sign(Values.newcomerWelcome, Values.bob))),
        ]
        + Reject.Reason.allCases.map {
            WireSample("reject/\($0)", Message.reject(Values.sign(Values.reject($0), Values.bob)))
        }

    private static let links: [WireSample] =
        [
            WireSample(
                "heartbeat",
                Message.heartbeat(Heartbeat(sent: 0x0102_0304_0506_0708, echo: .max, held: 0xA1B2_C3D4)))
        ]
        + LeaveNotice.Reason.allCases.map { WireSample("leave/\($0)", Message.leave(LeaveNotice(reason: $0))) }
        + Drain.allCases.map { WireSample("drain/\($0)", Message.drain($0)) }
        + [
            WireSample("dialBack/ask", Message.dialBack(.ask(endpoint: "192.0.2.1:9000"))),
            WireSample("dialBack/answer", Message.dialBack(.answer(reached: true))),
            WireSample("dialBack/answer/no", Message.dialBack(.answer(reached: false))),
        ]

    private static let gossip: [WireSample] = [
        WireSample("digest/root", Message.digest(Digest(root: Values.hash(49)))),
        WireSample("digest/detail", Message.digest(Digest(root: Values.hash(49), detail: Values.digestDetail))),
        WireSample(
            "delta", Message.delta(Delta(records: [Values.sign(Values.record, Values.bob)], isComplete: false))),
        WireSample("delta/complete", Message.delta(Delta(records: [], isComplete: true))),
        WireSample(
            "operationIDs",
            Message.operationIDs(
                OperationIDs(signer: Values.alice.publicKey, ids: [Values.hash(30), Values.hash(70)]))),
        WireSample(
            "operations", Message.operations(OperationsChunk(operations: [Values.invitation, Values.revocation]))),
        WireSample(
            "id/record",
            Values.alice.hash(Label.of(.idRecord, in: Values.network) + Values.record.body())),
        WireSample("value/address", AddressValue(endpoints: ["bob.example:9000", "[::1]:9001"])),
        WireSample("value/address/none", AddressValue(endpoints: [])),
        WireSample("value/links/unknown", Values.links(.unknown)),
        WireSample("value/links/yes", Values.links(.yes)),
        WireSample("value/links/no", Values.links(.no)),
        WireSample("value/prekeys", Values.prekeys),
        WireSample("value/acks", Values.acks),
    ]

    private static let broadcast: [WireSample] = [
        WireSample("gossip/chat", Message.gossip(Gossip(isReset: false, hops: 0x0102, item: .chat(Values.envelope)))),
        WireSample(
            "gossip/raw",
            Message.gossip(Gossip(isReset: true, hops: 0, item: .raw(Values.sign(Values.raw, Values.carol))))),
        WireSample(
            "ihave",
            Message.ihave(
                IHave(
                    isReset: true,
                    entries: [
                        .init(id: Values.hash(190), author: Values.alice.publicKey, hops: 3),
                        .init(id: Values.hash(180), author: Values.bob.publicKey, hops: .max),
                    ]))),
        WireSample("graft", Message.graft(Graft(author: Values.alice.publicKey, id: nil))),
        WireSample("graft/id", Message.graft(Graft(author: Values.alice.publicKey, id: Values.hash(190)))),
        WireSample("prune", Message.prune(Prune(author: Values.bob.publicKey))),
        WireSample("notFound", Message.notFound(NotFound(id: Values.hash(190)))),
        WireSample("id/raw", RawMessage.id(ofBody: Values.raw.body(), in: Values.network, with: Values.alice)),
        WireSample("id/message", ChatBody.id(ofBody: Values.message.body, in: Values.network, with: Values.alice)),
        WireSample("message/direct", Values.sign(Values.body(Values.directHeader), Values.alice)),
        WireSample("content/text", ChatContent(kind: .text, at: Values.at, body: Array("Grüße".utf8))),
        WireSample("content/application", ChatContent(kind: .application, at: Values.at, body: [0, 0, 0])),
    ]

    private static let repair: [WireSample] = [
        WireSample("vector/root", Message.vector(VersionVector(root: Values.hash(54)))),
        WireSample("vector/chains", Message.vector(Values.vector)),
        routed("raw", to: Values.bob, hopsLeft: 64, .raw(Values.sign(Values.directRaw, Values.carol))),
        routed("request/ranges", to: Values.alice, .request(Values.sign(Values.rangesRequest, Values.bob))),
        routed("request/ids", to: Values.alice, request(.ids([Values.hash(190), Values.hash(180)]))),
        routed("request/direct", to: Values.alice, request(.direct(Array(Values.ranges.prefix(1))))),
        routed("response", to: Values.bob, hopsLeft: 0, .response(Values.sign(Values.response, Values.alice))),
        routed("ack", to: Values.alice, hopsLeft: 64, .ack(Values.sign(Values.ack, Values.bob))),
        WireSample("id/sync", Values.requestID),
    ]

    private static func request(_ want: SyncRequest.Want) -> Routed.Item {
        .request(Values.sign(Values.request(want), Values.bob))
    }

    private static func routed(
        _ name: String, to member: any Cryptography, hopsLeft: UInt8 = 63, _ item: Routed.Item
    ) -> WireSample {
        WireSample("routed/\(name)", Message.routed(Routed(to: member.publicKey, hopsLeft: hopsLeft, item: item)))
    }
}
