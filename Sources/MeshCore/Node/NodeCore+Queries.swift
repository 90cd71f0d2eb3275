// What can be read of a node between two inputs.
extension NodeCore {
    package var status: NodeStatus {
        mutating get {
            NodeStatus(
                id: id, nick: nick, network: network?.id, networkName: network?.name, state: state,
                members: network == nil ? 0 : rosterMembers.count, online: network == nil ? 0 : onlineMembers.count,
                links: openLinks.count, isConverged: isConverged, stateHash: stateHash,
                messages: chat.history.count, keysSince: network.flatMap { _ in chat.ring.since },
                unpassed: unpassed.count,
                counters: counters.list)
        }
    }

    /// Members in reach, this node among them.
    package var onlineMembers: [NodeID] { rosterMembers.filter(isOnline) }

    /// Who is out sees nobody.
    private func isOnline(_ member: NodeID) -> Bool { isMember && (member == id || online.contains(member)) }

    /// Every direct peer's last digest equals ours and no exchange is open. Not before the prekeys are published, which
    /// wait for the disk: what was sent to a newcomer until then would have to be sealed anew for it.
    private var isConverged: Bool {
        mutating get {
            guard network != nil else { return true }
            guard arePrekeysStored else { return false }
            let root = root
            return links.all.filter { $0.link.phase == .open }.map(\.link).allSatisfy {
                $0.isSynced && $0.peerRoot == root && $0.exchangeUntil == nil
            }
        }
    }

    /// Over membership operations, addresses, nicks and prekeys; not over links or liveness.
    package var stateHash: Hash {
        guard network != nil else { return .zero }
        let summaries = operations.summaries(with: cryptography)
        var writer = WireWriter()
        writer.write(raw: Label.of(.state, in: networkID))
        writer.write(list: summaries)
        writer.write(list: records.ids(ofKeys: [RecordKey.address, RecordKey.nick, RecordKey.prekeys]))
        return cryptography.hash(writer.bytes)
    }

    /// Members first, then who fell, then who was revoked; each by key.
    package var members: [MemberInfo] {
        guard network != nil else { return [] }
        let fallen = membership.fallen
        return (rosterMembers + fallen + membership.revoked.sorted()).map(info)
    }

    private func info(_ member: NodeID) -> MemberInfo {
        let state: MemberInfo.State =
            if membership.isRevoked(member) {
                .revoked
            } else if !membership.isMember(member) {
                .void
            } else if isOnline(member) {
                .online
            } else {
                seen.contains(member) ? .offline : .invited
            }
        return MemberInfo(
            id: member, nick: nick(of: member), state: state, isSelf: member == id,
            invitedBy: membership.invitedBy(member),
            endpoint: member == id ? reachableAt.first : endpoints[member]?.first)
    }

    package func counter(_ name: String) -> UInt64 { counters[name] }

    /// Open links whose silence has crossed the threshold of phi, and whose end is being waited for.
    package var suspectedLinks: [LinkID] { links.all.filter { $0.link.suspectSince != nil }.map(\.id) }

    /// Whom this node knows to be out for ever.
    package var revokedMembers: Set<NodeID> { network == nil ? [] : membership.revoked }

    package var linkCount: Int { openLinks.count }

    package var linkStatuses: [LinkStatus] {
        links.all.compactMap { link, state in
            guard state.phase == .open, let peer = state.peer else { return nil }
            let age = (now - state.openedAt).milliseconds
            return LinkStatus(
                id: peer, nick: nick(of: peer), endpoint: state.info.remote, tls: state.info.tls ?? "off",
                isEager: plumtree.isEager(link, for: id), roundTrip: state.roundTrip,
                since: now.wall - min(now.wall, UInt64(max(0, age))), phi: state.detector?.phi(at: now))
        }
    }

    package var graph: MeshGraph {
        guard network != nil else { return MeshGraph(nodes: [], edges: []) }
        return MeshGraph(nodes: rosterMembers.map(info), edges: topology.edges)
    }

    /// The first messages in memory with `index >= since`, at most `limit`, in causal order.
    package func history(since: Int, limit: Int) -> [ChatMessage] {
        chat.history.items(since: since, limit: limit).map(shown)
    }

    /// The same of messages from the disk; what does not open is left out.
    package func history(of stored: [StoredMessage]) -> [ChatMessage] {
        stored.compactMap { chat.item($0) }.map(shown)
    }

    private func shown(_ item: ChatHistory.Item) -> ChatMessage {
        var message = named(item.message)
        message.missing = chat.history.missing(before: item.header)
        return message
    }

    /// Messages with a lower index are on the disk only, if anywhere.
    package var oldestIndexInMemory: Int { chat.history.oldestIndex }
    /// The index of the next message.
    package var nextIndex: Int { chat.history.arrivals }

    /// Who would fall with `key` if it were revoked with this frontier; nil: at its newest operations.
    package func whoFalls(with key: NodeID, frontier: [Hash]?) -> [NodeID] {
        operations.fallsWith(key, frontier: frontier)
    }

    /// 60 digits in 12 groups, the same at both ends: each group is 40 bits of SHA-256 over the sorted keys, modulo
    /// 100,000.
    package func safetyNumber(with key: NodeID) -> String {
        let pair = min(id, key).rawBytes + max(id, key).rawBytes
        let bytes = [UInt8(0), 1].flatMap { cryptography.hash(Label.safety + [$0] + pair).rawBytes }
        let groups = (0..<12).map { group in
            let value = bytes[group * 5..<group * 5 + 5].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } % 100_000
            let digits = String(value)
            return String(repeating: "0", count: 5 - digits.count) + digits
        }
        return groups.joined(separator: " ")
    }
}
