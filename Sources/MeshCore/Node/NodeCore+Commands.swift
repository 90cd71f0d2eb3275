// What the holder of a node can ask of it.
extension NodeCore {
    mutating func perform(_ command: Command, _ id: CommandID) {
        guard !isStopping else { return answer(id, .refused(.stopping)) }
        switch command {
        case .send(let text): sendChat(text, to: nil, id)
        case .sendDirect(let member, let text): sendChat(text, to: member, id)
        case .broadcast(let data): broadcast(data, id)
        case .unicast(let member, let data): unicast(data, to: member, id)
        case .invite(let key): invite(key, id)
        case .revoke(let key, let frontier): revoke(key, frontier: frontier, id)
        case .foundNetwork(let name): foundNetwork(name, id)
        case .refoundNetwork: refound(id)
        case .forgetNetwork: persist([.forgotten], then: .forget(id))
        case .acceptOffer(let member): acceptOffer(from: member, id)
        case .setNick(let nick): setNick(nick, id)
        case .clearHistory:
            forgetMessages(storedBefore: nil, keepingNewest: 0)
            keep(then: .answer(id))
        case .quit: quit(id)
        }
    }

    // MARK: Messages

    private mutating func sendChat(_ text: [UInt8], to member: NodeID?, _ command: CommandID) {
        guard isMember else { return answer(command, .refused(.notAMember)) }
        guard !text.isEmpty else { return answer(command, .refused(.invalidText)) }
        if let member {
            if member == id { return answer(command, .refused(.ownKey)) }
            if membership.isRevoked(member) { return answer(command, .refused(.revokedKey)) }
            guard isInRoster(member) else { return answer(command, .refused(.unknownMember)) }
        }
        let audience = member.map { [$0] } ?? rosterMembers.filter { $0 != id }
        let recipients = audience.compactMap { member in
            prekeys(of: member)?.chosen(at: now.wall).map { EnvelopeSealer.Recipient(id: member, prekey: $0) }
        }.prefix(WireLimits.wraps)  // partitions may together invite more; repair serves the rest
        guard text.count <= configuration.limits.messageText,
            let (message, envelope) = chat.compose(
                text, to: member, recipients: Array(recipients), audience: audience, now: now)
        else { return answer(command, .refused(.textTooLong(limit: configuration.limits.messageText))) }
        if configuration.isDurable { unpublished.insert(message.id) }
        keep(then: .sent(message, envelope, command))
    }

    /// The message is on disk: from here on it may be seen.
    mutating func publish(_ message: ChatMessage, _ envelope: Envelope, _ command: CommandID) {
        unpublished.remove(message.id)
        payloads[message.id] = .chat(envelope)
        queued(message)
        perform(plumtree.publish(message.id, author: id, isRepaired: false, from: nil, now: now))
        answer(command, .sent(message.id))
        emit(.chatMessageReceived(named(message)))
    }

    private mutating func broadcast(_ data: [UInt8], _ command: CommandID) {
        guard let signed = raw(data, to: nil, command) else { return }
        let message = RawMessage.id(ofBody: signed.body, in: networkID, with: cryptography)
        payloads[message] = .raw(signed)
        perform(plumtree.publish(message, author: id, isRepaired: false, from: nil, now: now))
        answer(command, .done)
    }

    private mutating func unicast(_ data: [UInt8], to member: NodeID, _ command: CommandID) {
        guard let signed = raw(data, to: member, command) else { return }
        guard isInRoster(member), member != id else { return answer(command, .refused(.unknownMember)) }
        answer(command, route(Routed(to: member, item: .raw(signed))) ? .done : .refused(.unreachable))
    }

    private mutating func raw(_ data: [UInt8], to member: NodeID?, _ command: CommandID) -> Signed? {
        guard isMember else {
            answer(command, .refused(.notAMember))
            return nil
        }
        guard data.count <= WireLimits.raw else {
            answer(command, .refused(.textTooLong(limit: WireLimits.raw)))
            return nil
        }
        rawSeq += 1
        return RawMessage(signer: id, to: member, life: life, seq: rawSeq, data: data)
            .signed(in: networkID, with: cryptography)
    }

    // MARK: Membership

    private mutating func invite(_ key: NodeID, _ command: CommandID) {
        if let error = problem(withInviting: key) { return answer(command, .refused(error)) }
        guard network != nil else {
            // Who waits to be admitted somewhere does not found a network by accident.
            guard seeds.isEmpty, offers.count == 0 else { return answer(command, .refused(.notAMember)) }
            return found(
                name: configuration.networkName, roster: [], previous: nil, inviting: key, command)
        }
        guard isMember else { return answer(command, .refused(.notAMember)) }
        if membership.isMember(key) { return answer(command, .already) }
        let limits = configuration.limits
        if membership.members.count >= limits.members {
            return answer(command, .refused(.limit("a network has at most \(limits.members) members")))
        }
        if membership.depth(of: id) ?? 0 >= limits.inviteDepth {
            return answer(command, .refused(.limit("the chain of invitations is \(limits.inviteDepth) long")))
        }
        if membership.liveInvitees(of: id).count >= limits.invitesPerSponsor {
            let reason =
                "one member vouches for at most \(limits.invitesPerSponsor) others; ask another member to invite"
            return answer(command, .refused(.limit(reason)))
        }
        let body = Invite(signer: id, prev: ownHead, subject: key, at: now.wall)
        sign(.invite(body.signed(in: networkID, with: cryptography)), command)
    }

    private func problem(withInviting key: NodeID) -> CommandError? {
        if !cryptography.isAcceptable(key) { return .weakKey }
        if key == id { return .ownKey }
        return membership.isRevoked(key) ? .revokedKey : nil
    }

    private mutating func revoke(_ key: NodeID, frontier: [Hash]?, _ command: CommandID) {
        guard isMember else { return answer(command, .refused(.notAMember)) }
        guard cryptography.isAcceptable(key) else { return answer(command, .refused(.weakKey)) }
        if membership.isRevoked(key) { return answer(command, .already) }
        let heads = (frontier ?? operations.frontier(of: key)).sorted()
        guard heads.count <= WireLimits.frontier, Set(heads).count == heads.count else {
            return answer(command, .refused(.limit("a frontier names at most \(WireLimits.frontier) operations")))
        }
        let chains = chat.history.newestPositions(of: key, limit: WireLimits.chains).sorted { $0.chain < $1.chain }
        let body = Revoke(
            signer: id, prev: ownHead, subject: key, at: now.wall, frontier: heads, chains: chains)
        sign(.revoke(body.signed(in: networkID, with: cryptography)), command)
    }

    /// The operation that the next one of this node follows, also while that is on its way to the disk.
    private var ownHead: Hash { signedHead ?? operations.newestOperation(of: id) }

    private mutating func sign(_ operation: Operation, _ command: CommandID) {
        guard let verified = try? VerifiedOperation.verify(operation, in: networkID, with: cryptography) else {
            return answer(command, .refused(.weakKey))
        }
        signedHead = verified.id
        persist([.operation(operation)], then: .operations([verified], from: nil, command))
    }

    // MARK: Networks

    private mutating func foundNetwork(_ name: String, _ command: CommandID) {
        guard network == nil else { return answer(command, .refused(.alreadyInNetwork)) }
        guard !name.isEmpty, name.utf8.count <= WireLimits.name else {
            return answer(command, .refused(.limit("a network's name has 1 to \(WireLimits.name) bytes")))
        }
        found(name: name, roster: [], previous: nil, inviting: nil, command)
    }

    private mutating func refound(_ command: CommandID) {
        guard let network, isMember || membership.isRevoked(id) else {
            return answer(command, .refused(.notAMember))
        }
        guard network.genesis != nil else { return answer(command, .refused(.openNetwork)) }
        let roster = membership.sortedMembers.filter { $0 != id }
        found(name: network.name, roster: roster, previous: network.id, inviting: nil, command)
    }

    private mutating func acceptOffer(from member: NodeID, _ command: CommandID) {
        guard let pending = offers[member] else {
            return answer(command, .refused(network == nil ? .noOffer : .alreadyInNetwork))
        }
        accepted.insert(member)
        dial(.contact(member), pending.offer.endpoint, expected: member)
        answer(command, .done)
    }

    private mutating func setNick(_ nick: String, _ command: CommandID) {
        if let problem = Nick.problem(with: nick) { return answer(command, .refused(.invalidNick(problem))) }
        self.nick = nick
        publishNick()
        persist([.nick(nick)], then: .answer(command))
    }
}
