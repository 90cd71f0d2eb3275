// HELLO, WELCOME, REJECT: who is at the other end, and may it stay (protocol, 2.2 and 2.3).
extension NodeCore {
    mutating func linkUp(_ link: LinkID, _ info: LinkInfo) {
        guard !isStopping else { return outbox.append(.close(link, .quit)) }
        links[link] = Link(info: info, phase: .awaitHello, peer: info.certificateKey, openedAt: now)
        guard info.role == .dialler else { return }
        if case .dialBack(let asker) = dials[link]?.purpose {
            // The connection itself is the answer.
            dials[link]?.isSettled = true
            send(.dialBack(.answer(reached: true)), over: asker, ifOpen: true)
            return close(link, .replaced)
        }
        if let key = info.certificateKey, key == id || membership.isRevoked(key) {
            return close(link, key == id ? .duplicate : .rejected)
        }
        sendHello(over: link)
    }

    private mutating func sendHello(over link: LinkID) {
        guard let info = links[link]?.info else { return }
        let hello = Hello(
            signer: id, to: info.certificateKey ?? dials[link]?.expected, mode: info.tls == nil ? .clear : .tls,
            channel: info.channel, network: network.map { tag(of: $0.id, channel: info.channel, signer: id) } ?? .zero,
            features: topology.features, nick: network == nil ? nick : nil, port: listening?.port ?? 0)
        let signed = hello.signed(in: .zero, with: cryptography)
        let hash = cryptography.hash(signed.encoded())
        links[link]?.phase = .greeting(hash)
        links[link]?.helloHash = hash
        send(.hello(signed), over: link)
    }

    /// The network that ours was founded to replace.
    private var previous: Hash? { network?.genesis.flatMap { try? Genesis(body: $0.body) }?.previous }

    private func isOffer(_ hello: Hello, _ channel: Hash) -> Bool {
        guard let previous else { return false }
        return hello.network == tag(of: previous, channel: channel, signer: hello.signer)
    }

    /// Shows that the signer knows the network without naming it to whoever merely answers at an address.
    private func tag(of network: Hash, channel: Hash, signer: NodeID) -> Hash {
        cryptography.authenticationCode(
            key: network.rawBytes, Label.of(.tag) + channel.rawBytes + signer.rawBytes)
    }

    // MARK: HELLO

    mutating func receiveHello(_ signed: Signed, over link: LinkID) {
        guard let state = links[link] else { return }
        guard let hello = checkedHello(signed, on: state) else { return close(link, .badIdentity) }
        let isTurned: Bool
        switch state.phase {
        case .awaitHello: isTurned = false
        // An acceptor that does not know us answers HELLO with its own: now this end judges.
        case .greeting where state.info.role == .dialler && isMember: isTurned = true
        // ... and it judged so because this node lost its place while its HELLO was on the way.
        case .greeting where state.info.role == .dialler && network != nil: return close(link, .noLongerMember)
        default:
            count("refused.hello")
            return close(link, .protocolViolation)
        }
        links[link]?.peer = hello.signer
        links[link]?.features = hello.features
        let helloHash = cryptography.hash(signed.encoded())
        links[link]?.helloHash = helloHash
        if hello.port != 0 {
            // A dialled peer is where it was dialled, whatever its own port says.
            links[link]?.dialable =
                isTurned ? state.info.remote : Endpoint(host: state.info.remote.host, port: hello.port)
        }
        judge(hello, over: link)
    }

    private mutating func checkedHello(_ signed: Signed, on link: Link) -> Hello? {
        let hello: Hello
        do { hello = try Hello.verified(signed, in: .zero, with: cryptography) } catch {
            count(error.counter)
            return nil
        }
        let mode: Hello.Mode = link.info.tls == nil ? .clear : .tls
        let isGood =
            hello.signer != id && hello.signer == link.info.certificateKey ?? hello.signer
            && hello.channel == link.info.channel && hello.mode == mode && hello.to ?? id == id
            && (mode == .clear || hello.to == id)
        if !isGood { count("refused.hello") }
        return isGood ? hello : nil
    }

    /// May the signer stay? The first reason that speaks against it is given.
    private mutating func judge(_ hello: Hello, over link: LinkID) {
        let peer = hello.signer
        guard isMember, let network else {
            // Two strangers have nothing to say to each other.
            return hello.network == .zero ? turnAway(hello, link) : sendHello(over: link)
        }
        if membership.isRevoked(peer) { return reject(.revoked, link) }
        let channel = links[link]?.info.channel ?? .zero
        let knowsNetwork = hello.network == tag(of: network.id, channel: channel, signer: peer)
        guard membership.isMember(peer) else {
            // Somebody who knows the network and whom this node does not know: perhaps a member since this node was
            // last in reach. Whoever knows more proves it: the roles are exchanged.
            let isTurned = links[link]?.phase != .awaitHello
            return knowsNetwork && !isTurned ? sendHello(over: link) : turnAway(hello, link)
        }
        // Who still is in the network that this one replaces is told of this one.
        guard knowsNetwork || hello.network == .zero || isOffer(hello, channel) else {
            return reject(.otherNetwork, link)
        }
        guard (hello.versionMin...max(hello.versionMin, hello.versionMax)).contains(WireLimits.protocolVersion)
        else { return reject(.version, link) }
        guard !isBarred(peer) else {
            count("refused.offender")
            return reject(.full, link)
        }
        if links[link]?.info.role == .acceptor { topology.inboundSeen() }
        settleRoster()
        guard primaryLink(to: peer) != nil || topology.accepts(peer, features: hello.features, asDialler: false)
        else { return reject(.full, link) }
        welcome(peer, over: link)
    }

    private mutating func turnAway(_ hello: Hello, _ link: LinkID) {
        reject(.notInvited, link)
        guard let endpoint = links[link]?.dialable ?? links[link]?.info.remote else { return }
        let isNews = knocks[hello.signer].map { now - $0.at > .seconds(60) } ?? true
        knocks[hello.signer] = Knock(endpoint: endpoint, at: now)
        if isNews, knockLimit.allows(at: now) {
            emit(.knock(hello.signer, nick: hello.nick.flatMap(Nick.valid), endpoint))
        }
    }

    private mutating func reject(_ reason: Reject.Reason, _ link: LinkID) {
        guard let state = links[link] else { return }
        count("rejected.\(reason)")
        let proof = reason == .revoked ? state.peer.flatMap { membership.revocation(of: $0)?.operation } : nil
        let others = reason == .full ? state.peer.map { alternatives(for: $0, features: state.features) } ?? [] : []
        let body = Reject(
            signer: id, hello: state.helloHash, channel: state.info.channel, reason: reason, proof: proof,
            others: others)
        send(.reject(body.signed(in: .zero, with: cryptography)), over: link)
        close(link, .rejected)
    }

    private mutating func alternatives(for peer: NodeID, features: Hello.Features) -> [Contact] {
        topology.alternatives(for: peer, isUndiallable: features.contains(.undiallable), using: &generator)
            .compactMap { other in
                endpoints[other]?.first.map { Contact(key: other, endpoint: $0.description) }
            }
    }

    // MARK: WELCOME

    /// Always with the proof that both ends are members: also a member who was away for long may not know us.
    private mutating func welcome(_ peer: NodeID, over link: LinkID) {
        guard let state = links[link], let network else { return }
        var admission: AdmissionProof?
        if let genesis = network.genesis {
            guard let path = membership.admissionProof(for: [id, peer].sorted()) else {
                return reject(.full, link)
            }
            admission = AdmissionProof(genesis: genesis, operations: path.map(\.operation))
        }
        let body = Welcome(
            signer: id, hello: state.helloHash, channel: state.info.channel, version: WireLimits.protocolVersion,
            network: network.id, features: topology.features, admission: admission, others: [])
        send(.welcome(body.signed(in: network.id, with: cryptography)), over: link)
        open(link, to: peer)
    }

    mutating func receiveWelcome(_ signed: Signed, over link: LinkID) {
        guard let state = links[link], case .greeting(let hash) = state.phase,
            let claimed = try? Welcome(body: signed.body),
            let welcome = try? Welcome.verified(signed, in: claimed.network, with: cryptography),
            welcome.hello == hash, welcome.channel == state.info.channel,
            welcome.signer == state.info.certificateKey ?? welcome.signer, welcome.signer != id,
            welcome.version == WireLimits.protocolVersion,
            dials[link]?.expected.map({ $0 == welcome.signer }) ?? true
        else {
            count("refused.welcome")
            return close(link, .badIdentity)
        }
        links[link]?.peer = welcome.signer
        links[link]?.features = welcome.features
        if state.info.role == .dialler { links[link]?.dialable = state.info.remote }
        guard let network else { return considerAdmission(welcome, over: link) }
        if network.id != welcome.network { return considerRefounded(welcome, over: link) }
        // It has not heard of its revocation yet: no crime, and worth telling.
        guard !membership.isRevoked(welcome.signer) else { return reject(.revoked, link) }
        if isMember, membership.isMember(welcome.signer) { return accept(welcome.signer, over: link) }
        guard let (_, verified) = checkedAdmission(welcome) else {
            count("refused.welcome")
            return close(link, .badIdentity)
        }
        awaitStore(link)
        // A closure over `self` would copy a whole node.
        let news = verified.filter { [operations] in !operations.contains($0.id) }
        persist(news.map { .operation($0.operation) }, then: .admit(news, link))
    }

    /// The peer has proven itself and gossips already; frames may be long from here on.
    mutating func awaitStore(_ link: LinkID) {
        links[link]?.phase = .awaitStore
        outbox.append(.open(link))
    }

    /// The dialler's own half of the rules about links.
    mutating func accept(_ peer: NodeID, over link: LinkID) {
        // It lost its place while its proof was on the way to the disk.
        guard membership.isMember(peer) else { return close(link, .noLongerMember) }
        settleRoster()
        guard
            primaryLink(to: peer) != nil
                || topology.accepts(peer, features: links[link]?.features ?? [], asDialler: true)
        else {
            dials[link]?.isSettled = true
            topology.dialGivenUp(peer, now: now)
            return close(link, .refusedByRule)
        }
        open(link, to: peer)
    }

    // MARK: REJECT

    mutating func receiveReject(_ signed: Signed, over link: LinkID) {
        // It answers a HELLO of ours; on an open link it puts us out.
        guard let state = links[link], state.phase != .closing, state.phase != .awaitHello,
            let reject = try? Reject.verified(signed, in: .zero, with: cryptography),
            reject.channel == state.info.channel, reject.hello == state.helloHash,
            reject.signer == state.info.certificateKey ?? reject.signer, reject.signer != id
        else {
            count("refused.reject")
            return close(link, .badIdentity)
        }
        links[link]?.peer = reject.signer
        if case .open = state.phase, reject.reason != .revoked { return close(link, .rejected) }
        learnFromReject(reject, over: link)
        close(link, .rejected)
    }

    private mutating func learnFromReject(_ reject: Reject, over link: LinkID) {
        guard let state = links[link] else { return }
        let proof = reject.proof.flatMap { proof -> VerifiedOperation? in
            guard network != nil else { return nil }
            return try? VerifiedOperation.verify(proof, in: networkID, with: cryptography)
        }
        emit(
            .rejected(
                Rejection(
                    endpoint: state.info.remote, reason: Rejection.Reason(reject.reason), id: reject.signer,
                    by: proof?.signer)))
        // Others believe a revocation only as an operation that verifies; then it is one like any other.
        if let proof, proof.subject == id, !operations.contains(proof.id), operations.wasEverAdmitted(proof.signer) {
            persist([.operation(proof.operation)], then: .operations([proof], from: nil, nil))
        }
        dialRejected(reject, over: link)
    }
}

extension Rejection.Reason {
    init(_ reason: Reject.Reason) {
        self =
            switch reason {
            case .notInvited: .notInvited
            case .revoked: .revoked
            case .full: .full
            case .version: .version
            case .otherNetwork: .otherNetwork
            }
    }
}
