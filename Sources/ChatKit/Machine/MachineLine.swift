package import MeshCore
package import MeshTransport

/// Lines out: answers to commands. Every line begins with `"v":1` and its type.
package enum MachineLine {
    package static func make(_ type: String, ref: String? = nil, _ members: [JSON.Member] = []) -> JSON {
        var all = [JSON.Member("v", .integer(1)), JSON.Member("type", .string(type))]
        if let ref { all.append(JSON.Member("ref", .string(ref))) }
        return .object(all + members)
    }

    package static func ack(ref: String?, _ members: [JSON.Member] = []) -> JSON { make("ack", ref: ref, members) }

    package static func error(ref: String?, _ refusal: MachineRefusal) -> JSON {
        make(
            "error", ref: ref,
            [.init("code", .string(refusal.code.rawValue)), .init("reason", .string(refusal.reason))])
    }

    package static func members(ref: String?, _ members: [MemberInfo]) -> JSON {
        make("members", ref: ref, [.init("members", .array(members.map(member)))])
    }

    private static func member(_ member: MemberInfo) -> JSON {
        .object([
            .init("id", .string(member.id.hex)), .init("nick", JSON(member.nick)),
            .init("state", .string(member.state.rawValue)), .init("self", .bool(member.isSelf)),
            .init("invitedBy", JSON(member.invitedBy?.hex)), .init("address", JSON(member.endpoint?.description)),
        ])
    }

    package static func links(ref: String?, _ links: [LinkStatus], now: UInt64) -> JSON {
        let list = links.map { link in
            JSON.object([
                .init("id", .string(link.id.hex)), .init("nick", JSON(link.nick)),
                .init("address", .string(link.endpoint.description)), .init("tls", .string(link.tls)),
                .init("push", .string(link.isEager ? "eager" : "lazy")),
                .init("rttMs", link.roundTrip.map { .number(Double($0.microseconds) / 1_000) } ?? .null),
                .init("sinceMs", JSON(now - min(now, link.since))),
                .init("phi", link.phi.map(JSON.number) ?? .null),
            ])
        }
        return make("links", ref: ref, [.init("links", .array(list))])
    }

    package static func history(ref: String?, _ messages: [ChatMessage]) -> JSON {
        make("history", ref: ref, [.init("history", .array(messages.map(EventLine.message)))])
    }

    /// How far a message has come; whoever holds it, or does not, with the nick.
    package static func delivery(ref: String?, _ delivery: Delivery, _ members: [MemberInfo]) -> JSON {
        let nicks = Dictionary(members.map { ($0.id, $0.nick) }, uniquingKeysWith: { first, _ in first })
        let people = { (ids: [NodeID]) in
            JSON.array(
                ids.map { .object([.init("id", .string($0.hex)), .init("nick", JSON(nicks[$0] ?? nil))]) })
        }
        return make(
            "delivery", ref: ref,
            [
                .init("id", .string(delivery.id.hex)), .init("state", .string(delivery.state.rawValue)),
                .init("count", JSON(delivery.count)), .init("of", JSON(delivery.audience)),
                .init("has", people(delivery.holders)), .init("behind", people(delivery.behind)),
            ])
    }

    package static func revokePlan(ref: String?, _ falls: [MemberInfo]) -> JSON {
        let list = falls.map { JSON.object([.init("id", .string($0.id.hex)), .init("nick", JSON($0.nick))]) }
        return make("revokePlan", ref: ref, [.init("falls", .array(list))])
    }

    /// The fields stand in the line itself and once more under `status`, so that a reader who takes every answer
    /// from the member named like its type finds them too.
    ///
    /// - Parameter faults: nil for a node that takes none, as all but those of test clusters.
    package static func status(
        ref: String?, _ status: NodeStatus, _ own: OwnAddress, faults: FaultTable?
    ) -> JSON {
        let fields: [JSON.Member] = [
            .init("id", .string(status.id.hex)), .init("nick", JSON(status.nick)),
            .init("network", JSON(status.network?.hex)), .init("networkName", JSON(status.networkName)),
            .init("state", .string(status.state.rawValue)), .init("tls", .string(own.tls)),
            .init("address", .string(own.address)), .init("contact", .string(own.contact)),
            .init("members", JSON(status.members)), .init("online", JSON(status.online)),
            .init("links", JSON(status.links)), .init("degree", JSON(status.links)),
            .init("converged", .bool(status.isConverged)), .init("stateHash", .string(status.stateHash.hex)),
            .init("messages", JSON(status.messages)),
            .init("keysSince", JSON(status.keysSince.map(TimeText.rfc3339))),
            .init("keysAgeMs", status.keysSince.map { JSON(TimeText.now - min(TimeText.now, $0)) } ?? .null),
            .init("faults", self.faults(faults)),
            .init("counters", .object(status.counters.map { .init($0.name, JSON($0.count)) })),
        ]
        return make("status", ref: ref, fields + [.init("status", .object(fields))])
    }

    /// In the line itself and under `graph`, as with ``status``.
    package static func graph(ref: String?, _ graph: MeshGraph) -> JSON {
        let nodes = graph.nodes.map { node in
            JSON.object([
                .init("id", .string(node.id.hex)), .init("nick", JSON(node.nick)),
                .init("state", .string(node.state.rawValue)),
            ])
        }
        let edges = graph.edges.map { JSON.array([.string($0.low.hex), .string($0.high.hex)]) }
        let fields: [JSON.Member] = [.init("nodes", .array(nodes)), .init("edges", .array(edges))]
        return make("graph", ref: ref, fields + [.init("graph", .object(fields))])
    }
}

/// How others reach this node, as it stands in `ready` and `status`.
package struct OwnAddress: Equatable, Sendable {
    /// `host:port` that friends can dial.
    package let address: String
    /// `KEY@host:port`: the line to hand to a friend.
    package let contact: String
    /// `on` or `off`.
    package let tls: String

    package init(contact: String, usesTLS: Bool) {
        self.contact = contact
        address = contact.split(separator: "@", maxSplits: 1).last.map(String.init) ?? contact
        tls = usesTLS ? "on" : "off"
    }
}

extension Duration {
    /// Whole microseconds, held to what an `Int64` can count.
    var microseconds: Int64 { nanoseconds / 1_000 }
}
