// Finding members on the local net (protocol, 2.4).
extension NodeCore {
    /// Requests while something is missing: quick at first, then every 30 s.
    private static let requestPauses: [Duration] = [.seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(15)]
    private static let quietPause: Duration = .seconds(30)
    /// Open invitations tried against one seek.
    private static let seekersTried = 256

    mutating func requestDiscovery() {
        let sent = discovery.requestsSent
        let pause = sent < Self.requestPauses.count ? Self.requestPauses[sent] : Self.quietPause
        discovery.nextRequest = now + pause * Double.random(in: 0.8..<1.2, using: &generator)
        settleRoster()
        // Who has everybody in reach has nobody to look for.
        let isComplete = network != nil && !links.isEmpty && topology.reachable.count >= rosterMembers.count
        guard let port = listening?.port, port != 0, !membership.isRevoked(id) else { return }
        if isComplete, !membership.isOpen || sent > Self.requestPauses.count { return }
        discovery.requestsSent += 1
        discovery.nonce = cryptography.randomBytes(16)
        let datagram = LocalDatagram(
            kind: network == nil ? .seek : .memberRequest, port: port, nonce: discovery.nonce,
            key: network?.id.rawBytes ?? id.rawBytes, with: cryptography)
        outbox.append(.datagram(datagram.bytes, to: .broadcast))
    }

    mutating func receive(datagram bytes: [UInt8], from source: Endpoint) {
        guard hasStarted, configuration.discovers, let datagram = LocalDatagram(bytes) else {
            return count("malformed.datagram")
        }
        guard datagram.nonce != discovery.nonce || datagram.kind == .memberReply || datagram.kind == .seekReply else {
            return
        }
        switch datagram.kind {
        case .memberRequest:
            guard let network, isMember, datagram.matches(key: network.id.rawBytes, with: cryptography) else { return }
            reply(.memberReply, to: datagram, key: network.id.rawBytes, at: source)
        case .seek:
            guard network != nil, isMember, let seeker = openInvitation(for: datagram) else { return }
            reply(.seekReply, to: datagram, key: seeker.rawBytes, at: source)
        case .memberReply:
            guard let network, datagram.nonce == discovery.nonce,
                datagram.matches(key: network.id.rawBytes, with: cryptography)
            else { return }
            dialLocal(Endpoint(host: source.host, port: datagram.port))
        case .seekReply:
            guard network == nil, datagram.nonce == discovery.nonce,
                datagram.matches(key: id.rawBytes, with: cryptography)
            else { return }
            dialLocal(Endpoint(host: source.host, port: datagram.port))
        }
    }

    /// A member that has never been linked to us and whose key made this tag.
    private func openInvitation(for datagram: LocalDatagram) -> NodeID? {
        membership.sortedMembers.lazy.filter { !seen.contains($0) && $0 != id }.prefix(Self.seekersTried)
            .first { datagram.matches(key: $0.rawBytes, with: cryptography) }
    }

    private mutating func reply(
        _ kind: LocalDatagram.Kind, to request: LocalDatagram, key: [UInt8], at source: Endpoint
    ) {
        guard let port = listening?.port, port != 0, discovery.answers.allows(at: now) else { return }
        let datagram = LocalDatagram(kind: kind, port: port, nonce: request.nonce, key: key, with: cryptography)
        outbox.append(.datagram(datagram.bytes, to: .endpoint(source)))
    }

    private mutating func dialLocal(_ endpoint: Endpoint) {
        let isKnown =
            dials.values.contains { $0.endpoint == endpoint }
            || links.open.contains { links[$0]?.dialable == endpoint }
        let triedLately = discovery.tried[endpoint].map { now - $0 < .seconds(5) } ?? false
        guard !isKnown, !triedLately else { return }
        discovery.tried[endpoint] = now
        dial(.local, endpoint, expected: nil)
    }
}
