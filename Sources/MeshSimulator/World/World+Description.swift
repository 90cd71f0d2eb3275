import MeshCore

// Words for the trace, only when somebody reads it.
extension World {
    func describe(_ what: String, _ detail: String, of node: SimulatedNode) {
        trace.add(Trace.Line(at: time, node: node.index, what: what, detail: detail))
    }

    func describe(_ input: Input, at node: SimulatedNode) {
        switch input {
        case .message(let link, let message):
            describe("< \(message.name)", "\(peer(link, of: node)) \(detail(of: message))", of: node)
        case .linkUp(let link, let info):
            describe("link up", "\(peer(link, of: node)) as \(info.role)", of: node)
        case .linkDown(let link, let failure):
            describe("link down", "\(link) \(failure.sentence)", of: node)
        case .command(_, let command): describe("command", Self.word(of: command), of: node)
        case .malformed(let link, let error): describe("malformed", "\(peer(link, of: node)) \(error)", of: node)
        case .started: describe("started", "life \(node.life)", of: node)
        case .datagram(let bytes, let source): describe("datagram", "\(bytes.count) B from \(source)", of: node)
        case .persisted, .persistFailed, .found, .deadline: break
        }
    }

    func describe(_ effect: Effect, of node: SimulatedNode) {
        switch effect {
        case .send(let link, let message):
            describe("> \(message.name)", "\(peer(link, of: node)) \(detail(of: message))", of: node)
        case .dial(let link, let endpoint, _):
            let target = nodesByEndpoint[endpoint].map { "node\($0)" } ?? "\(endpoint)"
            describe("dial", "\(link) to \(target)", of: node)
        case .close(let link, let reason): describe("close", "\(peer(link, of: node)) \(reason.rawValue)", of: node)
        case .emit(let event): describe("event", detail(of: event), of: node)
        case .open, .answer, .persist, .store, .find, .stopped, .datagram: break
        }
    }

    private func peer(_ link: LinkID, of node: SimulatedNode) -> String {
        guard let place = node.links[link], let connection = connections[place.connection] else { return "\(link)" }
        return "node\(connection.ends[1 - place.side].node) (\(link))"
    }

    func name(of member: NodeID) -> String {
        nodes.first { $0.id == member }.map { "node\($0.index)" } ?? member.short
    }

    private func detail(of message: Message) -> String {
        switch message {
        case .gossip(let gossip): "hops \(gossip.hops)\(gossip.isReset ? " reset" : "")"
        case .ihave(let ihave): "\(ihave.entries.count) ids\(ihave.isReset ? " reset" : "")"
        case .graft(let graft): "tree of \(name(of: graft.author))\(graft.id.map { " \($0)" } ?? "")"
        case .prune(let prune): "tree of \(name(of: prune.author))"
        case .digest(let digest): "\(digest.root)\(digest.detail == nil ? "" : " with detail")"
        case .delta(let delta): "\(delta.records.count) records\(delta.isComplete ? ", complete" : "")"
        case .leave(let notice): "\(notice.reason)"
        case .drain(let drain): "\(drain)"
        case .operations(let chunk): "\(chunk.operations.count)"
        case .vector(let vector): "\(vector.root)\(vector.chains.map { " \($0.count) chains" } ?? "")"
        case .routed(let routed): "to \(name(of: routed.to))"
        default: ""
        }
    }

    private func detail(of event: MeshEvent) -> String {
        switch event {
        case .chatMessageReceived(let message):
            "message \(ledger.number(of: message.id).map { "\($0)" } ?? "?") of \(name(of: message.from))"
        case .nodeJoined(let member, _, _): "\(name(of: member)) joined"
        case .nodeLeft(let member, _, let reason): "\(name(of: member)) left: \(reason)"
        case .memberInvited(let member, _, _): "\(name(of: member)) invited"
        case .memberRevoked(let member, _, _): "\(name(of: member)) revoked"
        case .stateChanged(let state, let reason): "\(state): \(reason)"
        case .warning(let code, let reason): "warning \(code): \(reason)"
        case .rejected(let rejection): "rejected: \(rejection.reason)"
        case .linkUp(let peer, _, _): "linked to \(name(of: peer))"
        case .linkDown(let peer, _, _, let reason): "link to \(name(of: peer)) gone: \(reason)"
        case .broadcastReceived, .delivered, .catchingUp, .memberFell, .nickChanged, .offered, .knock, .lagged:
            "\(event)"
        }
    }

    private static func word(of command: Command) -> String {
        switch command {
        case .send: "send to all"
        case .sendDirect(let member, _): "send to \(member.short)"
        case .invite(let member): "invite \(member.short)"
        case .revoke(let member, _): "revoke \(member.short)"
        default: "\(command)"
        }
    }
}
