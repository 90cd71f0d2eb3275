package import MeshCore

/// Lines out: events.
package enum EventLine {
    /// The types a connection can subscribe to.
    package static let types = [
        "ready", "message", "raw", "joined", "left", "invited", "revoked", "nick", "linkUp", "linkDown", "rejected",
        "state", "offer", "knock", "fell", "warning", "delivered", "catchUp",
    ]

    /// A type that no event has; nil when all are known.
    package static func unknownType(in wanted: Set<String>) -> String? { wanted.subtracting(types).min() }

    /// Does the line belong to the wanted types? No wish means all.
    package static func isOf(_ wanted: Set<String>, _ line: JSON) -> Bool {
        wanted.isEmpty || line["type"]?.string.map(wanted.contains) == true
    }

    /// The first line of a run.
    package static func ready(_ status: NodeStatus, _ own: OwnAddress, version: String) -> JSON {
        MachineLine.make(
            "ready",
            [
                .init("id", .string(status.id.hex)), .init("nick", JSON(status.nick)),
                .init("address", .string(own.address)), .init("contact", .string(own.contact)),
                .init("network", JSON(status.network?.hex)), .init("tls", .string(own.tls)),
                .init("version", .string(version)),
            ])
    }

    package static func message(_ message: ChatMessage) -> JSON {
        var members: [JSON.Member] = [
            .init("id", .string(message.id.hex)), .init("index", JSON(message.index)),
            .init("direct", .bool(message.isDirect)), .init("from", person(message.from, message.fromNick)),
        ]
        if let to = message.to { members.append(.init("to", person(to, message.toNick))) }
        members += [
            .init("text", .string(message.string)), .init("at", .string(TimeText.rfc3339(message.at))),
            .init("receivedAt", .string(TimeText.rfc3339(message.receivedAt))),
        ]
        if let via = message.via { members.append(.init("via", .string(via.hex))) }
        if message.missing > 0 { members.append(.init("missing", JSON(message.missing))) }
        if message.isOwn { members.append(.init("own", .bool(true))) }
        return MachineLine.make("message", members)
    }

    package static func warning(code: String, _ reason: String) -> JSON {
        MachineLine.make("warning", [.init("code", .string(code)), .init("reason", .string(reason))])
    }

    package static func make(_ event: MeshEvent) -> JSON {
        switch event {
        case .chatMessageReceived(let received): return message(received)
        case .delivered(let id, let count, let audience):
            return MachineLine.make(
                "delivered",
                [.init("id", .string(id.hex)), .init("count", JSON(count)), .init("of", JSON(audience))])
        case .catchingUp(let missing): return MachineLine.make("catchUp", [.init("missing", JSON(missing))])
        case .broadcastReceived(let from, let payload, let isDirect):
            return MachineLine.make(
                "raw",
                [
                    .init("from", .string(from.hex)), .init("data", .string(Base64.encode(payload))),
                    .init("direct", .bool(isDirect)),
                ])
        case .nodeJoined(let id, let nick, let first): return about("joined", id, nick, .init("first", .bool(first)))
        case .nodeLeft(let id, let nick, let reason):
            return about("left", id, nick, .init("reason", .string(reason.rawValue)))
        case .memberInvited(let id, let nick, let by): return about("invited", id, nick, .init("by", .string(by.hex)))
        case .memberRevoked(let id, let nick, let by): return about("revoked", id, nick, .init("by", .string(by.hex)))
        case .memberFell(let id, let nick, let by): return about("fell", id, nick, .init("by", .string(by.hex)))
        case .nickChanged(let id, let nick, let was): return about("nick", id, nick, .init("was", JSON(was)))
        case .linkUp(let id, let nick, let endpoint):
            return about("linkUp", id, nick, .init("address", .string(endpoint.description)))
        case .linkDown(let id, let nick, let endpoint, let reason):
            return about(
                "linkDown", id, nick, .init("address", .string(endpoint.description)),
                .init("reason", .string(reason)))
        case .rejected(let rejection): return rejected(rejection)
        case .stateChanged(let state, let reason):
            return MachineLine.make(
                "state", [.init("state", .string(state.rawValue)), .init("reason", .string(reason))])
        case .offered(let offer): return offered(offer)
        case .knock(let id, let nick, let endpoint):
            let address = JSON.Member("address", .string(endpoint.description))
            guard let nick else { return MachineLine.make("knock", [.init("id", .string(id.hex)), address]) }
            return about("knock", id, nick, address)
        case .warning(let code, let reason): return warning(code: code, reason)
        case .lagged(let count):
            return warning(code: "lagged", "this reader was too slow and missed \(count) events")
        }
    }

    private static func about(_ type: String, _ id: NodeID, _ nick: String?, _ rest: JSON.Member...) -> JSON {
        MachineLine.make(type, [.init("id", .string(id.hex)), .init("nick", JSON(nick))] + rest)
    }

    private static func person(_ id: NodeID, _ nick: String?) -> JSON {
        .object([.init("id", .string(id.hex)), .init("nick", JSON(nick))])
    }

    private static func rejected(_ rejection: Rejection) -> JSON {
        var members: [JSON.Member] = [
            .init("address", .string(rejection.endpoint.description)),
            .init("reason", .string(rejection.reason.rawValue)),
        ]
        if let id = rejection.id { members.append(.init("id", .string(id.hex))) }
        if let by = rejection.by { members.append(.init("by", .string(by.hex))) }
        return MachineLine.make("rejected", members)
    }

    private static func offered(_ offer: Offer) -> JSON {
        about(
            "offer", offer.from, offer.nick, .init("address", .string(offer.endpoint.description)),
            .init("network", .string(offer.network.hex)), .init("name", .string(offer.name)),
            .init("founder", .string(offer.founder.hex)))
    }
}
