package import Mesh
internal import MeshCore

// What the slash commands do.
extension TextChat {
    func perform(_ command: SlashCommand) async throws {
        switch command {
        case .direct(let to, let text): try await sendDirect(to, text)
        case .invite(let text): try await invite(text)
        case .revoke(let text): try await revoke(text)
        case .members: try await listMembers()
        case .me: await introduce()
        case .history(let part): try await show(part)
        case .whoHas(let number): try await tellWhoHas(number)
        case .clear(confirmed: false): say("this erases all messages here, for good; to do it: /clear yes")
        case .clear(confirmed: true):
            try await node.clearHistory()
            say("all messages of this node are erased, and do not come back; others still have theirs")
        case .accept(let text): try await accept(text)
        case .verify(let text, let marks): try await verify(text, marks: marks)
        case .trust(let text):
            try await session.trust(try await member(text))
            say("direct messages to them go on")
        case .network(let request): try await perform(request)
        case .nick(let nick): try await session.setNick(nick)
        case .help(let topic): HelpTopic.text(topic).forEach(say)
        case .keys: say("mesh-chat reads whole lines and has no keys of its own; mesh-chat-tui shows its keys here")
        case .quit: break
        }
    }

    private func member(_ text: String) async throws -> NodeID {
        try MemberLookup.find(text, among: try await node.members())
    }

    private func sendDirect(_ to: String, _ text: String) async throws {
        let key = try await member(to)
        if NodeID(hex: to) == nil, let problem = session.pinProblem(key, nick: to) {
            say("not sent: " + problem)
            return
        }
        try await send(direct: text, to: key)
    }

    private func send(direct text: String, to key: NodeID) async throws {
        _ = try await node.sendDirectChat(to: key, Array(text.utf8))
        await delivery.sent(text)
    }

    /// A direct message from a client that shows whom it goes to by nick; false when it was not sent, which was said.
    package func sendDirect(to key: NodeID, _ text: String) async -> Bool {
        if let nick = members.first(where: { $0.id == key })?.nick, let problem = session.pinProblem(key, nick: nick) {
            say("not sent: " + problem)
            return false
        }
        do {
            try await send(direct: text, to: key)
            return true
        } catch {
            say(sentence(error))
            return false
        }
    }

    private func invite(_ text: String) async throws {
        let key = try MemberLookup.key(text.split(separator: "@", maxSplits: 1).first.map(String.init) ?? text)
        guard key != node.publicKey else { return say("this is your own key; invite your friend's") }
        let isNew = try await node.invite(key)
        say(isNew ? "invited \(key.short), who can join now" : "\(key.short) is a member already")
    }

    private func revoke(_ text: String) async throws {
        let key = try await member(text)
        let falling = try await node.whoFalls(with: key).filter { $0 != key }
        let isNew = try await node.revoke(key)
        say(isNew ? "revoked \(key.short) for good" : "\(key.short) was revoked already")
        for other in falling where isNew { say("\(other.short) fell with them; /invite \(other.hex) keeps them") }
    }

    private func listMembers() async throws {
        await refreshMembers()
        for member in members {
            let name = NickText.name(member.id, nick: member.nick, among: members)
            let marks = [
                member.isSelf ? "you" : nil, session.trustBook.isVerified(member.id) ? "verified" : nil,
                member.endpoint.map(\.description),
            ].compactMap { $0 }
            await output.write(
                "\(member.id.hex)  \(member.state.rawValue)  \(name)"
                    + (marks.isEmpty ? "" : "  (\(marks.joined(separator: ", ")))"))
        }
    }

    private func introduce() async {
        say("your key, for whoever invites you:")
        await output.write(node.publicKey.hex)
        say("the line to hand to a friend as --seed:")
        await output.write(session.ownAddress.contact)
    }

    private func tellWhoHas(_ number: Int) async throws {
        await refreshMembers()
        guard let delivery = try await node.delivery(of: .newest(number)) else { return say(OwnMessage.missing) }
        for line in TextView.lines(for: delivery, members: members) { await output.write(line) }
    }

    private func accept(_ text: String?) async throws {
        guard let text else {
            guard let only = offers.keys.first, offers.count == 1 else {
                return say(offers.isEmpty ? "nobody has offered a network" : "several offers; /accept KEY says which")
            }
            return try await node.acceptOffer(from: only)
        }
        let named = offers.values.filter { $0.nick == text }
        try await node.acceptOffer(from: named.count == 1 ? named[0].from : MemberLookup.key(text))
    }

    private func verify(_ text: String, marks: Bool) async throws {
        let key = try await member(text)
        if marks {
            try session.trustBook.markVerified(key)
            return say("\(key.short) is verified")
        }
        say("compare this number by voice; equal at both ends: nobody is in between")
        await output.write(try await node.safetyNumber(with: key))
        say("then: /verify \(SafeText.printable(text, limit: 64)) ok")
    }

    private func perform(_ request: SlashCommand.NetworkRequest) async throws {
        switch request {
        case .show:
            let status = try await node.status()
            guard let network = status.network else { return say("you are in no network") }
            let name = SafeText.printable(status.networkName ?? "", limit: 64)
            say(
                "network \(name) \(network.hex), \(status.members) members, \(status.online) in reach, "
                    + "\(status.links) links" + (status.isConverged ? ", all views equal" : ", still comparing views"))
        case .found(let name):
            try await node.foundNetwork(name: name)
            say("founded; /invite KEY lets your friends in")
        case .refound:
            try await node.refoundNetwork()
            say("founded anew with the members as you see them; each of them has to /accept it")
        case .forget(confirmed: false):
            say("this leaves the network for good, somebody must invite you again; if you mean it: /network forget yes")
        case .forget(confirmed: true):
            try await node.forgetNetwork()
            say("left the network")
        }
    }

    func sentence(_ error: any Error) -> String {
        switch error {
        case let error as MeshError: SafeText.printable(error.reason, limit: 500)
        case let error as MemberLookup.Failure: error.sentence
        case let error as UserError: error.sentence
        default: "\(error)"
        }
    }
}
