package import Mesh
package import MeshCore

/// A line of the text view: messages are data and go to standard output, the rest are notices for standard error.
package enum ViewLine: Equatable, Sendable {
    case message(String)
    case notice(String)
}

/// Events as lines for people. The same words whatever the terminal; nothing in here has passed unfiltered.
package struct TextView: Sendable {
    private let selfID: NodeID
    private let hasSeedPeers: Bool
    /// Marks nicks in bold; off without a terminal.
    private let isStyled: Bool
    /// The last reason told for each address, so that a dial that repeats is told once.
    private var lastRejections: [String: String] = [:]

    package init(selfID: NodeID, hasSeedPeers: Bool, isStyled: Bool) {
        (self.selfID, self.hasSeedPeers, self.isStyled) = (selfID, hasSeedPeers, isStyled)
    }

    /// What to show for `event`; own messages were typed and are not repeated.
    package mutating func lines(for event: MeshEvent, members: [MemberInfo], now: UInt64) -> [ViewLine] {
        switch event {
        case .chatMessageReceived(let message):
            return message.isOwn ? [] : [line(for: message, members: members, now: now)]
        case .rejected(let rejection): return rejectionLines(rejection, members: members)
        case .stateChanged(let state, _):
            if state == .connected { lastRejections = [:] }
            return stateLines(event)
        default: return noticeTexts(event, members).map { .notice("* " + $0) }
        }
    }

    /// `14:02 bob: text`, direct ones marked; the lines of a longer message are marked as such.
    package func line(for message: ChatMessage, members: [MemberInfo], now: UInt64) -> ViewLine {
        let from = bold(NickText.name(message.from, nick: message.fromNick, among: members))
        var head = TimeText.clock(message.at, now: now) + " " + from
        if let to = message.to {
            head +=
                to == selfID ? " (direct)" : " to \(NickText.name(to, nick: message.toNick, among: members)) (direct)"
        }
        return .message(head + ": " + SafeText.printableLines(message.string).joined(separator: "\n      | "))
    }

    /// Where messages are missing that their author has sent; nil where none are.
    ///
    /// - Parameter author: The name to show.
    package static func gap(_ missing: UInt64, of author: String) -> String? {
        missing == 0 ? nil : "(\(missing) earlier message\(missing == 1 ? "" : "s") of \(author) not here yet)"
    }

    /// How far a message of one's own has come, in a word or two.
    package static func words(for delivery: Delivery) -> String {
        switch delivery.state {
        case .queued: "queued"
        case .passed: "passed on"
        case .delivered: "delivered to \(delivery.count) of \(delivery.audience)"
        }
    }

    /// Who has a message and who is behind.
    package static func lines(for delivery: Delivery, members: [MemberInfo]) -> [String] {
        let names = { (ids: [NodeID]) in
            ids.map { id in
                let member = members.first { $0.id == id }
                let state = member.map { $0.state == .online ? "" : " (\($0.state.rawValue))" } ?? ""
                return NickText.name(id, nick: member?.nick, among: members) + state
            }.joined(separator: ", ")
        }
        return [words(for: delivery)]
            + (delivery.holders.isEmpty ? [] : ["  has it: " + names(delivery.holders)])
            + (delivery.behind.isEmpty ? [] : ["  behind: " + names(delivery.behind)])
    }

    private func bold(_ name: String) -> String { isStyled ? "\u{1B}[1m\(name)\u{1B}[0m" : name }

    private func noticeTexts(_ event: MeshEvent, _ members: [MemberInfo]) -> [String] {
        let name = { (id: NodeID, nick: String?) in NickText.name(id, nick: nick, among: members) }
        let signer = { (id: NodeID) in
            id == selfID ? "you" : name(id, members.first { $0.id == id }?.nick)
        }
        switch event {
        case .nodeJoined(let id, let nick, _): return ["\(name(id, nick)) joined"]
        case .nodeLeft(let id, let nick, .quit): return ["\(name(id, nick)) left"]
        case .nodeLeft(let id, let nick, .unreachable): return ["\(name(id, nick)) is offline"]
        case .memberInvited(let id, let nick, let by): return ["\(name(id, nick)) was invited by \(signer(by))"]
        case .memberRevoked(let id, let nick, let by):
            return ["\(id == selfID ? "you were" : name(id, nick) + " was") revoked by \(signer(by))"]
        case .memberFell(let id, let nick, let by):
            return ["\(name(id, nick)) fell with \(signer(by)), who was revoked; /invite \(id.hex) keeps them"]
        case .nickChanged(let id, let nick, let was?):
            return ["\(SafeText.printable(was, limit: 64)) is now called \(name(id, nick))"]
        case .offered(let offer):
            let network = SafeText.printable(offer.name, limit: 64)
            return [
                "\(name(offer.from, offer.nick)) (\(offer.from.hex)) at \(offer.endpoint) offers the network "
                    + "\(network), founded by \(offer.founder.short); join with: /accept \(offer.from.hex)"
            ]
        case .knock(let id, let nick, let endpoint):
            let claim = nick.map { "somebody who says to be \(SafeText.printable($0, limit: 64))" } ?? "somebody"
            return ["\(claim) at \(endpoint) was turned away; if you expect them: /invite \(id.hex)"]
        case .warning(_, let reason): return ["warning: " + SafeText.printable(reason, limit: 500)]
        case .catchingUp(missing: 0): return ["all earlier messages are here"]
        case .catchingUp(let missing): return ["fetching earlier messages: \(missing) to go"]
        case .broadcastReceived(let from, let payload, _):
            return ["\(payload.count) application bytes from \(signer(from))"]
        case .lagged(let count): return ["\(count) events were missed; /history shows the messages"]
        case .nickChanged, .linkUp, .linkDown, .chatMessageReceived, .rejected, .stateChanged, .delivered: return []
        }
    }

    private func stateLines(_ event: MeshEvent) -> [ViewLine] {
        guard case .stateChanged(let state, let reason) = event else { return [] }
        let why = reason.isEmpty ? "" : ": " + SafeText.printable(reason, limit: 300)
        let text =
            switch state {
            case .joining:
                hasSeedPeers
                    ? "joining\(why)"
                    : "waiting for peers\(why)"
            case .connected: "connected"
            case .recovering: "recovering: all links are lost, dialling again\(why)"
            case .offline: "offline: nobody answers\(why); dialling goes on, check the network and the seed peers"
            }
        return [.notice("* " + text)]
    }

    private mutating func rejectionLines(_ rejection: Rejection, members: [MemberInfo]) -> [ViewLine] {
        let address = rejection.endpoint.description
        let text = RejectionText.sentence(rejection, selfID: selfID, members: members)
        guard lastRejections[address] != text else { return [] }
        // Addresses come from settings and members; a flood of them must not grow this for ever.
        if lastRejections.count >= 256 { lastRejections = [:] }
        lastRejections[address] = text
        return [.notice("* " + text)]
    }
}

/// Why a connection was turned away and what to do now.
package enum RejectionText {
    package static func sentence(_ rejection: Rejection, selfID: NodeID, members: [MemberInfo]) -> String {
        let address = rejection.endpoint.description
        switch rejection.reason {
        case .notInvited:
            return "rejected by \(address): not invited yet; send your key to somebody who is a member, it is\n"
                + "    \(selfID.hex)\n  (dialling goes on until they have invited you)"
        case .revoked:
            let by = rejection.by.map { key in
                " by " + NickText.name(key, nick: members.first { $0.id == key }?.nick, among: members)
            }
            return "rejected by \(address): your key was revoked\(by ?? ""); that is for good, "
                + "a new identity (--profile NAME) can be invited"
        case .full: return "rejected by \(address): no room for another link there; other members are tried"
        case .version: return "rejected by \(address): it speaks another version; update the older of the two programs"
        case .otherNetwork:
            return "rejected by \(address): it belongs to another network; use another --profile for that one"
        case .tlsExpected:
            return "no link with \(address): it speaks TLS and this node clear text; start both with the same --tls"
        case .clearExpected:
            return "no link with \(address): it speaks clear text and this node TLS; start both with the same --tls"
        case .badIdentity:
            return "no link with \(address): who answers there is not who was expected; "
                + "compare the key with your friend's /me before you change it"
        }
    }
}
