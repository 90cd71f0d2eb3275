// The network of this node: founding, being admitted, operations, and what a change of membership entails.
extension NodeCore {
    // MARK: Joining

    /// A WELCOME to this memberless node. It proves that *they* want us; whether we want them depends on how we came
    /// there (protocol, 2.1): a configured seed or an accepted offer joins, the local net asks.
    mutating func considerAdmission(_ welcome: Welcome, over link: LinkID) {
        guard let (network, verified) = checkedAdmission(welcome) else {
            count("refused.admission")
            return close(link, .badIdentity)
        }
        let isDialled =
            switch dials[link]?.purpose {
            case .seed(let index): trusts(seed: index, key: welcome.signer)
            case .contact: true
            default: false
            }
        // The member may be the one who dials: behind NAT, or at once after the invitation.
        let isPinned = seeds.contains { $0.expected == welcome.signer }
        if isDialled || isPinned || accepted.contains(welcome.signer) {
            awaitStore(link)
            adopt(network, verified, then: nil, link: link)
        } else {
            offer(welcome, of: network, over: link)
        }
    }

    /// A WELCOME of another network. Only one that was founded to replace ours is worth showing; it is never joined
    /// without being accepted.
    mutating func considerRefounded(_ welcome: Welcome, over link: LinkID) {
        guard let (other, verified) = checkedAdmission(welcome), let signed = other.genesis,
            let genesis = try? Genesis(body: signed.body), let previous = genesis.previous, previous == networkID
        else {
            count("refused.welcome")
            return close(link, .badIdentity)
        }
        guard accepted.contains(welcome.signer) else { return offer(welcome, of: other, over: link) }
        awaitStore(link)
        adopt(other, verified, then: nil, link: link)
    }

    func checkedAdmission(_ welcome: Welcome) -> (Network, [VerifiedOperation])? {
        guard let admission = welcome.admission,
            let genesis = try? Genesis(body: admission.genesis.body),
            var set = try? MembershipSet(genesis: admission.genesis, with: cryptography),
            set.network == welcome.network
        else { return nil }
        var verified: [VerifiedOperation] = []
        for operation in admission.operations {
            guard let one = try? VerifiedOperation.verify(operation, in: welcome.network, with: cryptography)
            else { return nil }
            // What counts, in an order in which it does; the rest must not reach the disk.
            verified += set.insert(one)
        }
        let membership = set.evaluate()
        guard membership.isMember(id), membership.isMember(welcome.signer) else { return nil }
        return (Network(genesis: admission.genesis, genesis, with: cryptography), verified)
    }

    private mutating func offer(_ welcome: Welcome, of network: Network, over link: LinkID) {
        guard let state = links[link], let founder = network.founder else { return }
        let remote = state.dialable ?? state.info.remote
        let isNews =
            offers[welcome.signer].map { now - $0.at > .seconds(600) || $0.offer.network != network.id } ?? true
        let offer = Offer(
            from: welcome.signer, nick: nil, endpoint: remote, network: network.id, name: network.name,
            founder: founder)
        offers[welcome.signer] = PendingOffer(offer: offer, at: now)
        if isNews { emit(.offered(offer)) }
        send(.leave(LeaveNotice(reason: .notMember)), over: link)
        close(link, .offered)
    }

    mutating func adopt(
        _ network: Network, _ verified: [VerifiedOperation], then command: CommandID?, link: LinkID?
    ) {
        var entries: [StateEntry] = network.genesis.map { [.genesis($0)] } ?? [.openNetwork(name: network.name)]
        entries += verified.map { .operation($0.operation) }
        if let link, let peer = links.line(of: link)?.peer, case .seed(let index) = dials[link]?.purpose {
            entries.append(.seedKey(seeds[index].peer.endpoint, peer))
            if seeds[index].peer.key == nil { warnUnpinned(seed: index, key: peer, network: network) }
        }
        persist(entries, then: .adopt(network, verified, then: command, link: link))
    }

    private mutating func warnUnpinned(seed index: Int, key: NodeID, network: Network) {
        let founder = network.founder?.short ?? "nobody"
        warn(
            "unpinned-seed",
            "joined \(network.name) through \(seeds[index].peer.endpoint), key \(key.hex), founded by \(founder);"
                + " compare with what your friend's screen says")
    }

    mutating func adopted(_ network: Network, _ verified: [VerifiedOperation], over link: LinkID?) {
        guard self.network?.id != network.id else { return }
        let past = links.ids
        enter(network)
        clearDisk()
        for operation in verified { operations.insert(operation) }
        membership = operations.evaluate()
        for member in membership.members { admit(member) }
        isCatchingUp = link != nil
        for member in rosterMembers { dialKnock(of: member) }
        offers.removeAll { _, _ in true }
        for other in past where other != link { close(other, .replaced) }
        beginInNetwork()
        if let link, let peer = links.line(of: link)?.peer, links[link]?.phase == .awaitStore { open(link, to: peer) }
    }

    mutating func found(name: String, roster: [NodeID], previous: Hash?, inviting key: NodeID?, _ command: CommandID) {
        guard let nonce = Bytes32(cryptography.randomBytes(Bytes32.count)) else { return }
        let genesis = Genesis(
            signer: id, name: name, at: now.wall, nonce: nonce, previous: previous,
            roster: Array(roster.sorted().prefix(WireLimits.roster)))
        let signed = genesis.signed(in: .zero, with: cryptography)
        let network = Network(genesis: signed, genesis, with: cryptography)
        var verified: [VerifiedOperation] = []
        if let key {
            let invite = Invite(signer: id, prev: .zero, subject: key, at: now.wall)
            let operation = Operation.invite(invite.signed(in: network.id, with: cryptography))
            if let one = try? VerifiedOperation.verify(operation, in: network.id, with: cryptography) {
                verified.append(one)
            }
        }
        adopt(network, verified, then: command, link: nil)
    }

    mutating func forgotten(_ command: CommandID) {
        for link in links.ids {
            if links[link]?.phase == .open { send(.leave(LeaveNotice(reason: .notMember)), over: link) }
            close(link, .noLongerMember)
        }
        enter(Network(open: "", with: cryptography))
        clearDisk()
        network = nil
        operations = Self.noOperations(of: id, limits: configuration.limits)
        membership = operations.evaluate()
        (endpoints, keptEndpoints, knownNicks, seen, accepted, online) = ([:], [:], [:], [], [], [])
        unpassed.removeAll { _, _ in true }
        for index in seeds.indices { seeds[index].pinned = nil }
        state = .joining
        emit(.stateChanged(.joining, reason: "the network was forgotten"))
        answer(command, .done)
    }

    // MARK: Operations

    /// Verifies what a peer sent and hands what is new to the store; it takes effect when it is on disk.
    mutating func receive(_ chunk: OperationsChunk, over link: LinkID) {
        var fresh: [VerifiedOperation] = []
        for operation in chunk.operations where !operations.isKnown(operation.id(in: networkID, with: cryptography)) {
            guard mayTake(operation) else { continue }
            do throws(VerificationError) {
                fresh.append(try VerifiedOperation.verify(operation, in: networkID, with: cryptography))
            } catch {
                count(error.counter)
                return close(link, .protocolViolation)
            }
        }
        // What has no effect (yet) waits in memory only: outsiders do not write to this disk.
        var trial = operations
        let effective = fresh.flatMap { trial.insert($0) }
        let ids = Set(effective.map(\.id))
        for operation in fresh where !ids.contains(operation.id) { operations.insert(operation) }
        guard !effective.isEmpty else { return }
        persist(effective.map { .operation($0.operation) }, then: .operations(effective, from: link, nil))
    }

    /// Is there time for one more? What is left out now is offered again by the next digest.
    private mutating func mayTake(_ operation: Operation) -> Bool {
        // A format byte, then the signer: only a claim as yet.
        let signer = NodeID(operation.signed.body.dropFirst().prefix(Bytes32.count))
        let isOutsider = signer.map { !operations.wasEverAdmitted($0) } ?? true
        if isOutsider ? outsiderLimit.allows(at: now) : operationLimit.allows(at: now) { return true }
        count("operationFlood")
        if floodWarnedAt.map({ now - $0 >= .seconds(60) }) ?? true {
            floodWarnedAt = now
            warn("operation-flood", "more than \(configuration.limits.operations) operations; taking one a second")
        }
        return false
    }

    /// Takes verified and stored operations into the set, passes on what is new, and acts on what changed.
    mutating func insert(_ verified: [VerifiedOperation], from source: LinkID?) {
        let fresh = verified.flatMap { operations.insert($0) }
        guard !fresh.isEmpty else { return }
        (cachedRoot, cachedVector) = (nil, nil)
        let message = Message.operations(OperationsChunk(operations: fresh.map(\.operation)))
        for link in openLinks where link != source { send(message, over: link) }
        if let same = operations.evaluate(since: membership, gained: fresh) {
            membership = same
        } else {
            let old = membership
            membership = operations.evaluate()
            announce(fresh, old: old)
            membershipChanged(from: old)
        }
        // Unequal digests are settled by exchanging again: once here, whatever else arrives.
        for link in openLinks { resumeExchange(over: link) }
    }

    private mutating func announce(_ fresh: [VerifiedOperation], old: Membership) {
        guard !isCatchingUp else { return }
        for operation in fresh {
            let subject = operation.subject
            switch operation.kind {
            case .invite where membership.isMember(subject) && !old.isMember(subject) && subject != id:
                emit(.memberInvited(subject, nick: nick(of: subject), by: operation.signer))
            case .revoke where membership.isRevoked(subject) && !old.isRevoked(subject):
                emit(.memberRevoked(subject, nick: nick(of: subject), by: operation.signer))
            default: break
            }
        }
        for fallen in membership.fallen where old.isMember(fallen) {
            let sponsor = old.invitedBy(fallen)
            emit(.memberFell(fallen, nick: nick(of: fallen), by: sponsor ?? fallen))
        }
    }

    /// Every change re-examines every link, and what was kept for those who are out goes.
    private mutating func membershipChanged(from old: Membership) {
        for member in membership.members where memberSince[member] == nil { admit(member) }
        let gone = old.members.subtracting(membership.members).union(membership.revoked.subtracting(old.revoked))
        for member in gone.sorted() {
            memberSince[member] = nil
            becameUnreachable(member)
            records.remove(member)
            chat.forget(member)
        }
        refreshRoster()
        settleRoster()
        // Without those who are out a message may be with everybody.
        if !gone.isEmpty { scheduleDeliveries() }
        for link in openLinks {
            guard let peer = links.line(of: link)?.peer, !membership.isMember(peer) else { continue }
            if membership.isRevoked(peer) { sendRevoked(over: link) }
            send(.leave(LeaveNotice(reason: .notMember)), over: link)
            close(link, .noLongerMember)
        }
        if old.isMember(id), !membership.isMember(id) { lostMembership() }
        for member in membership.members.subtracting(old.members).sorted() { dialKnock(of: member) }
    }

    private mutating func sendRevoked(over link: LinkID) {
        guard let state = links[link], let peer = state.peer else { return }
        let body = Reject(
            signer: id, hello: state.helloHash, channel: state.info.channel, reason: .revoked,
            proof: membership.revocation(of: peer)?.operation, others: [])
        send(.reject(body.signed(in: .zero, with: cryptography)), over: link)
    }

    private mutating func lostMembership() {
        for link in openLinks { close(link, .noLongerMember) }
        for member in online.sorted() { becameUnreachable(member) }
        let by = membership.revokedBy(id)
        let reason =
            by.map { "this key was revoked by \(nick(of: $0) ?? $0.short)" } ?? "this key fell with its sponsor"
        state = .offline
        emit(.stateChanged(.offline, reason: reason))
    }

    var openLinks: [LinkID] { links.open }

    /// Who there is has changed, and the topology is to be told.
    mutating func refreshRoster() {
        isRosterStale = true
        topology.rosterWillChange()
    }

    /// Tells the topology who there is and who can be dialled: before it applies its rules or is asked. To tell it with
    /// each record that comes took 75 microseconds among 1,000 members.
    mutating func settleRoster() {
        guard isRosterStale else { return }
        isRosterStale = false
        let members = rosterMembers
        let isNew = members.map { topology.graph.rank(of: $0) == nil }
        topology.setRoster(members.map { .init(id: $0, hasEndpoint: endpoints[$0]?.isEmpty == false) })
        for (member, isNew) in zip(members, isNew) where isNew {
            // In an open network the record itself made its owner a member.
            guard let value = records.value(RecordKey.links, of: member).flatMap({ try? LinksValue(decoding: $0) })
            else { continue }
            topology.recordReceived(value, of: member)
        }
    }

    /// Is this one of ``rosterMembers``?
    func isInRoster(_ member: NodeID) -> Bool {
        guard membership.isMember(member) else { return false }
        return !membership.isOpen || member == id || records.hasOwner(member) || primaryLink(to: member) != nil
    }

    /// The members, ascending; in an open network everybody this node has heard of.
    var rosterMembers: [NodeID] {
        guard membership.isOpen else { return membership.sortedMembers }
        let known = Set(records.owners).union(links.lines.compactMap { $0.isOpen ? $0.peer : nil }).union([id])
        return known.filter { membership.isMember($0) }.sorted()
    }
}
