// Whom to dial, and what the topology rules want.
extension NodeCore {
    /// Retries after "not invited": 2, 4, 8 s, then every 10 s for 10 minutes, then every minute (protocol, 2.3).
    private static let rejectedBackoff: [Duration] = [.seconds(2), .seconds(4), .seconds(8)]
    private static let longestBackoff: Duration = .seconds(60)
    private static let mismatchBackoff: Duration = .seconds(300)
    private static let revokedBackoff: Duration = .seconds(3_600)
    /// Endpoints remembered of one member.
    static let endpointsPerMember = 8
    private static let knockLife: Duration = .seconds(600)

    @discardableResult
    mutating func dial(_ purpose: Dial.Purpose, _ endpoint: Endpoint, expected: NodeID?) -> LinkID? {
        guard !isStopping, purpose.isTest || !isUnderWay(endpoint, expected) else { return nil }
        dialCount += 1
        let link = LinkID(dialCount)
        dials[link] = Dial(purpose: purpose, endpoint: endpoint, expected: expected)
        if network != nil, let expected, !purpose.isTopological { topology.dialStarted(expected) }
        count("dials")
        outbox.append(.dial(link, endpoint, expected: expected))
        return link
    }

    /// Two dials to one peer would only have to be told apart again.
    private func isUnderWay(_ endpoint: Endpoint, _ expected: NodeID?) -> Bool {
        expected.map { primaryLink(to: $0) != nil } ?? false
            || dials.values.contains {
                !$0.purpose.isTest && ($0.endpoint == endpoint || (expected != nil && $0.expected == expected))
            }
    }

    // MARK: Seeds

    var wantsSeeds: Bool { network == nil || topology.wantsSeedPeers }

    /// A revoked node dials nobody but its seeds, hourly: somebody may have founded the group again.
    var followsTopology: Bool { network != nil && !membership.isRevoked(id) }

    mutating func dialSeeds() {
        guard wantsSeeds else { return }
        for index in seeds.indices where !seeds[index].isDialling && seeds[index].nextAttempt <= now {
            seeds[index].isDialling = true
            // Once joined, any member's key is good at any address (protocol, 2.1).
            let expected = network == nil ? seeds[index].expected : nil
            if dial(.seed(index), seeds[index].peer.endpoint, expected: expected) == nil {
                seedFailed(index)
            }
        }
    }

    func trusts(seed index: Int, key: NodeID) -> Bool { seeds[index].expected.map { $0 == key } ?? true }

    private mutating func seedFailed(_ index: Int) {
        seeds[index].isDialling = false
        let delay = backoff(after: seeds[index].failures)
        seeds[index].failures += 1
        seeds[index].nextAttempt = now + delay
    }

    /// Exponential with full jitter, never below a tenth of the first step.
    private mutating func backoff(after failures: Int) -> Duration {
        let ceiling = min(configuration.recoveryBaseDelay * (1 << min(failures, 10)), Self.longestBackoff)
        return configuration.recoveryBaseDelay / 10 + ceiling * Double.random(in: 0..<1, using: &generator)
    }

    // MARK: How dials end

    mutating func dialSucceeded(_ link: LinkID) {
        guard let dial = dials[link] else { return }
        links[link]?.openedOnce = true
        if case .seed(let index) = dial.purpose {
            (seeds[index].isDialling, seeds[index].failures, seeds[index].rejections) = (false, 0, 0)
            seeds[index].nextAttempt = now
        }
    }

    /// No link came of it, and no REJECT said why.
    mutating func dialEnded(_ link: LinkID, _ failure: LinkFailure) {
        report(failure, on: link)
        guard let dial = dials[link], !dial.isSettled else { return }
        if case .dialBack(let asker) = dial.purpose {
            return send(.dialBack(.answer(reached: false)), over: asker, ifOpen: true)
        }
        let isByNetwork =
            switch failure {
            case .unreachable, .timeout, .broken: true
            default: false
            }
        if isByNetwork {
            failedDialsInARow += 1
            refreshState(reason: "\(dial.endpoint): \(failure.sentence)")
        }
        if case .seed(let index) = dial.purpose { seedFailed(index) }
        guard links[link]?.closeReason != .refusedByRule, links[link]?.closeReason != .duplicate else { return }
        switch failure {
        // Accepted and closed at once: busy, as good as a REJECT without names.
        case .closed: topology.dialRejected(by: dial.member, others: [], now: now, using: &generator)
        default: topology.dialFailed(dial.member, byNetwork: isByNetwork, now: now, using: &generator)
        }
    }

    /// Tells people what is wrong with the other end, where it is not just absence.
    private mutating func report(_ failure: LinkFailure, on link: LinkID) {
        guard let endpoint = dials[link]?.endpoint ?? links[link]?.info.remote else { return }
        switch failure {
        case .tlsExpected: emit(.rejected(Rejection(endpoint: endpoint, reason: .tlsExpected)))
        case .clearExpected: emit(.rejected(Rejection(endpoint: endpoint, reason: .clearExpected)))
        case .badCertificate: emit(.rejected(Rejection(endpoint: endpoint, reason: .badIdentity)))
        case .unexpectedKey(let key):
            emit(.rejected(Rejection(endpoint: endpoint, reason: .badIdentity, id: key)))
            if case .seed(let index) = dials[link]?.purpose, seeds[index].peer.key == nil {
                warn("seed-key-changed", "another key than at first answers at \(endpoint): \(key.hex)")
            }
        default: break
        }
        count("linkFailure.\(failure.name)")
    }

    mutating func dialRejected(_ reject: Reject, over link: LinkID) {
        guard let dial = dials[link] else { return }
        dials[link]?.isSettled = true
        // A member's REJECT names others by key and address; their keys are checked when they are dialled.
        let others = reject.others.compactMap { contact in
            Endpoint(contact.endpoint).map { (key: contact.key, endpoint: $0) }
        }.filter { [id, cryptography] in $0.key != id && cryptography.isAcceptable($0.key) }
        if network != nil {
            let named = remember(others)
            if reject.reason == .full {
                topology.dialRejected(by: reject.signer, others: named, now: now, using: &generator)
            } else {
                topology.dialFailed(dial.member ?? reject.signer, byNetwork: false, now: now, using: &generator)
            }
        } else if reject.reason == .full, trustsWord(of: reject.signer, for: dial) {
            for other in others { self.dial(.contact(other.key), other.endpoint, expected: other.key) }
        }
        if case .seed(let index) = dial.purpose { seedRejected(index, reject) }
    }

    /// Also such as this node does not know yet: they prove themselves in their WELCOME. Returns whom it remembers.
    private mutating func remember(_ others: [(key: NodeID, endpoint: Endpoint)]) -> [NodeID] {
        var named: [NodeID] = []
        for other in others where !membership.isRevoked(other.key) && mayRemember(other.key) {
            named.append(other.key)
            remember([other.endpoint], of: other.key)
        }
        return named
    }

    private func trustsWord(of key: NodeID, for dial: Dial) -> Bool {
        switch dial.purpose {
        case .seed(let index): trusts(seed: index, key: key)
        case .contact: true
        default: false
        }
    }

    private mutating func seedRejected(_ index: Int, _ reject: Reject) {
        seeds[index].isDialling = false
        let first = seeds[index].firstRejectedAt ?? now
        seeds[index].firstRejectedAt = first
        if network == nil, seeds[index].expected == nil {
            seeds[index].pinned = reject.signer
            persist([.seedKey(seeds[index].peer.endpoint, reject.signer)], then: .nothing)
        }
        let count = seeds[index].rejections
        seeds[index].rejections += 1
        let pause: Duration
        switch reject.reason {
        case .notInvited where count < Self.rejectedBackoff.count: pause = Self.rejectedBackoff[count]
        case .notInvited: pause = now - first < .seconds(600) ? .seconds(10) : .seconds(60)
        case .full: pause = min(configuration.recoveryBaseDelay * (1 << min(count, 7)), Self.longestBackoff)
        case .version, .otherNetwork: pause = Self.mismatchBackoff
        case .revoked: pause = Self.revokedBackoff
        }
        seeds[index].nextAttempt = now + pause * Double.random(in: 0.8..<1.2, using: &generator)
        if network == nil {
            let reason = reject.reason == .revoked ? "this key is revoked there" : "waiting to be admitted"
            let new: NodeState = reject.reason == .revoked ? .offline : .joining
            if new != state { setState(new, reason: reason) }
        }
    }

    /// An invitation dials whoever knocked.
    mutating func dialKnock(of key: NodeID) {
        guard let knock = knocks[key], now - knock.at < Self.knockLife else { return }
        knocks[key] = nil
        dial(.invited(key), knock.endpoint, expected: key)
    }

    // MARK: Addresses

    /// A member was reached here: the first to try next time, kept for good.
    mutating func reached(_ member: NodeID, at endpoint: Endpoint) {
        remember([endpoint], of: member, first: true)
        guard keptEndpoints.updateValue(endpoint, forKey: member) != endpoint else { return }
        persist([.endpoint(member, endpoint)], then: .nothing)
    }

    private func mayRemember(_ key: NodeID) -> Bool {
        membership.isMember(key) || endpoints[key] != nil || endpoints.count < 2 * configuration.limits.members
    }

    mutating func remember(_ endpoint: Endpoint, of member: NodeID) { remember([endpoint], of: member, first: true) }

    mutating func remember(_ new: [Endpoint], of member: NodeID, first: Bool = false) {
        guard member != id else { return }
        let old = endpoints[member] ?? []
        let merged = first ? new + old.filter { !new.contains($0) } : old + new.filter { !old.contains($0) }
        // A reached address leads; beyond the bound the ones told least recently go.
        endpoints[member] = Array(merged.prefix(Self.endpointsPerMember))
        topology.setEndpoint(of: member, isKnown: !merged.isEmpty)
    }
}

extension Dial.Purpose {
    /// A test dial, which goes beside a link that is there.
    var isTest: Bool { if case .dialBack = self { true } else { false } }
    /// Asked for by the topology rules, or none of their business.
    var isTopological: Bool {
        switch self {
        case .member, .dialBack: true
        default: false
        }
    }
}

extension Dial {
    /// The member this dial was for, as far as it is known.
    var member: NodeID? {
        switch purpose {
        case .member(let member), .invited(let member), .contact(let member): member
        case .seed, .local: expected
        case .dialBack: nil
        }
    }
}
