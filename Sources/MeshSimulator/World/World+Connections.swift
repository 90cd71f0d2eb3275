import MeshCore

// Dialling, and how connections come up and end.
extension World {
    func dial(_ link: LinkID, _ endpoint: Endpoint, expected: NodeID?, from node: SimulatedNode) {
        node.dialling.insert(link)
        let latency = network.drawLatency(using: &generator)
        let dialling = WorldEvent.Dialling(
            node: node.index, life: node.life, link: link, target: nodesByEndpoint[endpoint], expected: expected,
            latency: latency, started: time)
        schedule(.knock(dialling), after: latency)
    }

    /// The SYN arrives, or gets lost on the way.
    func knock(_ dialling: WorldEvent.Dialling) {
        let dialler = nodes[dialling.node]
        guard dialler.life == dialling.life, dialler.dialling.contains(dialling.link) else { return }
        guard let index = dialling.target, isReachable(nodes[index], from: dialler) else {
            return failDial(dialling, .timeout, at: timeout(of: dialling))
        }
        let target = nodes[index]
        // A stopped process leaves the connection to its kernel, and TLS unanswered.
        if target.isPaused { return failDial(dialling, .timeout, at: timeout(of: dialling)) }
        guard target.isUp else {
            return failDial(dialling, .unreachable("connection refused"), at: time + dialling.latency)
        }
        guard target.halfOpen.count < network.halfOpenLinks else {
            return failDial(dialling, .closed, at: time + dialling.latency)
        }
        if let expected = dialling.expected, expected != target.id {
            return failDial(dialling, .unexpectedKey(target.id), at: time + 3 * dialling.latency)
        }
        connect(dialler, dialling, to: target)
    }

    private func isReachable(_ target: SimulatedNode, from dialler: SimulatedNode) -> Bool {
        target.isHostUp && target.isDiallable && !barriers.blocks(from: dialler.index, to: target.index)
            && !barriers.blocks(from: target.index, to: dialler.index)
    }

    private func timeout(of dialling: WorldEvent.Dialling) -> Int64 {
        dialling.started + nodes[dialling.node].configuration.connectTimeout.nanoseconds
    }

    private func failDial(_ dialling: WorldEvent.Dialling, _ failure: LinkFailure, at end: Int64) {
        queue.push(
            .input(dialling.node, life: dialling.life, .linkDown(dialling.link, failure)), at: max(end, time))
    }

    /// TCP and TLS 1.3 take two round trips at the dialler, who is done half a round trip before the acceptor.
    private func connect(_ dialler: SimulatedNode, _ dialling: WorldEvent.Dialling, to target: SimulatedNode) {
        connectionCount += 1
        target.acceptedLinks += 1
        let link = LinkID.accepted(target.acceptedLinks)
        target.halfOpen.insert(link)
        var mixer = SeededGenerator(seed: options.seed &+ connectionCount)
        let channel = Hash((0..<32).map { _ in UInt8(truncatingIfNeeded: mixer.next()) }) ?? .zero
        let connection = Connection(
            dialler: Connection.End(node: dialler.index, link: dialling.link),
            acceptor: Connection.End(node: target.index, link: link), latency: dialling.latency,
            since: dialling.started, channel: channel)
        let number = place(connection)
        dialler.links[dialling.link] = SimulatedNode.Place(connection: number, side: 0)
        target.links[link] = SimulatedNode.Place(connection: number, side: 1)
        connection.ends[0].exists = true
        connection.ends[1].exists = true
        schedule(.established(connection: number, side: 0), after: 3 * dialling.latency)
        schedule(.established(connection: number, side: 1), after: 4 * dialling.latency)
        schedule(.expired(connection: number), after: dialler.configuration.connectTimeout.nanoseconds)
        for side in 0...1 { connection.directions[side].lastArrival = time + 4 * dialling.latency }
    }

    private func place(_ connection: Connection) -> Int {
        connections.append(connection)
        return connections.count - 1
    }

    func establish(_ side: Int, of number: Int) {
        guard let connection = connections[number], connection.ends[side].exists else { return }
        let (own, other) = (connection.ends[side], connection.ends[1 - side])
        let (node, peer) = (nodes[own.node], nodes[other.node])
        // The other end went away meanwhile; its end of the stream is on the way, or nothing ever comes.
        guard other.exists else { return }
        connection.ends[side].isSecured = true
        if side == 0 { node.dialling.remove(own.link) }
        let remote = side == 0 ? peer.endpoint : Endpoint(host: peer.endpoint.host, port: 50_000)
        deliver(
            .linkUp(
                own.link,
                LinkInfo(
                    role: side == 0 ? .dialler : .acceptor, remote: remote,
                    tls: node.configuration.usesTLS ? "TLSv1.3" : nil,
                    certificateKey: node.configuration.usesTLS ? peer.id : nil, channel: connection.channel,
                    since: Self.instant(at: connection.since, skew: node.skew))), to: node)
    }

    /// An end waits for the other, so that ``expire(_:)`` may do something; once false it stays so.
    func isWaited(for number: Int) -> Bool {
        guard let connection = connections[number] else { return false }
        return connection.ends[0].isWaiting || connection.ends[1].isWaiting
    }

    /// A host that vanishes between TCP's handshake and the end of TLS's leaves the other end waiting, which gives up
    /// after its time. Without this a core waited for its dial for ever, and never dialled there again.
    func expire(_ number: Int) {
        guard let connection = connections[number] else { return }
        for side in 0...1 {
            let end = connection.ends[side]
            guard end.isWaiting else { continue }
            let node = nodes[end.node]
            leave(end.link, at: node, saying: .end(.closed))
            guard side == 0 else { continue }
            node.dialling.remove(end.link)
            deliver(.linkDown(end.link, .timeout), to: node)
        }
    }

    func opened(_ link: LinkID, at node: SimulatedNode) {
        node.halfOpen.remove(link)
        guard let place = node.links[link], let connection = connections[place.connection] else { return }
        connection.ends[place.side].isOpen = true
        chronicle.overlayChanged(at: time)
    }

    /// The core lets go of a link; what it had sent still arrives.
    func close(_ link: LinkID, _ reason: CloseReason, at node: SimulatedNode) {
        chronicle.count(reason, isHonest: node.isHonest)
        if node.dialling.remove(link) != nil || node.links[link] != nil {
            schedule(.input(node.index, life: node.life, .linkDown(link, .closedByUs)))
        }
        leave(link, at: node, saying: .end(.closed))
    }

    /// This end is gone. With `farewell` the other is told by the network, else it finds out for itself.
    func leave(_ link: LinkID, at node: SimulatedNode, saying farewell: Connection.Item?) {
        node.halfOpen.remove(link)
        guard let place = node.links.removeValue(forKey: link), let connection = connections[place.connection]
        else { return }
        connection.ends[place.side].exists = false
        if connection.ends[place.side].isOpen { chronicle.overlayChanged(at: time) }
        takeOff()
        if let farewell, connection.ends[1 - place.side].exists {
            carry(farewell, size: 40, from: place.side, of: place.connection)
        }
        forget(place.connection)
    }

    private func forget(_ number: Int) {
        guard let connection = connections[number], !connection.ends[0].exists, !connection.ends[1].exists
        else { return }
        // What is still on its way finds nobody; numbers are not used again.
        connections[number] = nil
    }
}

extension Message {
    fileprivate var isAboutRecords: Bool {
        switch self {
        case .digest, .delta: true
        default: false
        }
    }
}

// What travels over connections, and datagrams.
extension World {
    func send(_ message: Message, over link: LinkID, from node: SimulatedNode) {
        guard let place = node.links[link], let connection = connections[place.connection] else { return }
        if isIntroducing, message.isAboutRecords { return }
        let size = message.frameSize
        traffic.sent(message, size: size, isOpen: connection.ends[place.side].isOpen, at: time)
        let item: Connection.Item = options.encodesFrames ? .bytes(message.encoded()) : .message(message)
        guard isInStep else { return carry(item, size: size, from: place.side, of: place.connection) }
        if let flight = flights.firstIndex(where: { $0.connection == place.connection && $0.side == place.side }) {
            flights[flight].rest.append(item)
            flights[flight].size += size
        } else {
            flights.append(Flight(connection: place.connection, side: place.side, first: item, size: size))
        }
    }

    /// What a node sends over one link in one step.
    struct Flight {
        let connection: Int
        let side: Int
        /// Most steps send no more than this.
        let first: Connection.Item
        var rest: [Connection.Item] = []
        var size: Int

        var item: Connection.Item { rest.isEmpty ? first : .flight([first] + rest) }
    }

    /// What one step has sent goes on its way, all of it over a link at once, as one write to a socket does.
    func takeOff() {
        guard !flights.isEmpty else { return }
        for flight in flights { carry(flight.item, size: flight.size, from: flight.side, of: flight.connection) }
        flights.removeAll(keepingCapacity: true)
    }

    /// Puts something on the line from one end of a connection to the other.
    func carry(_ item: Connection.Item, size: Int, from side: Int, of number: Int) {
        guard let connection = connections[number] else { return }
        let (own, other) = (connection.ends[side].node, connection.ends[1 - side].node)
        if barriers.blocks(from: own, to: other) { return hold(item, size: size, from: side, of: number) }
        let (network, time) = (network, time)
        var delay = connection.latency + network.drawJitter(using: &generator)
        if let bandwidth = network.bandwidth {
            let start = max(time, connection.directions[side].busyUntil)
            let duration = Int64(size) * 1_000_000_000 / Int64(bandwidth)
            connection.directions[side].busyUntil = start + duration
            delay += start + duration - time
        }
        var arrival = time + delay
        if network.keepsFrames {
            arrival += network.drawRetransmissions(using: &generator)
            arrival = max(arrival, connection.directions[side].lastArrival)
            connection.directions[side].lastArrival = arrival
        } else if isFrame(item) {
            if network.happens(network.loss, using: &generator) { return }
            if network.happens(network.reordering, using: &generator) {
                arrival += NetworkModel.retransmission.nanoseconds
            }
            if network.happens(network.duplication, using: &generator) {
                queue.push(.arrival(connection: number, side: 1 - side, item), at: arrival + connection.latency)
            }
        }
        queue.push(.arrival(connection: number, side: 1 - side, item), at: arrival)
    }

    private func isFrame(_ item: Connection.Item) -> Bool { if case .end = item { false } else { true } }

    /// TCP keeps trying; the sender's queue is bounded.
    private func hold(_ item: Connection.Item, size: Int, from side: Int, of number: Int) {
        guard let connection = connections[number] else { return }
        connection.directions[side].held.append(item)
        connection.directions[side].heldBytes += size
        let end = connection.ends[side]
        guard connection.directions[side].heldBytes > NetworkModel.queueLimit, end.exists else { return }
        let node = nodes[end.node]
        schedule(.input(node.index, life: node.life, .linkDown(end.link, .queueFull)))
        leave(end.link, at: node, saying: nil)
    }

    /// After a heal: what waited goes on its way, in order.
    func release() {
        for number in connections.indices {
            guard let connection = connections[number] else { continue }
            for side in 0...1 where !connection.directions[side].held.isEmpty {
                let (own, other) = (connection.ends[side].node, connection.ends[1 - side].node)
                guard !barriers.blocks(from: own, to: other) else { continue }
                let items = connection.directions[side].held
                (connection.directions[side].held, connection.directions[side].heldBytes) = ([], 0)
                for item in items { carry(item, size: 0, from: side, of: number) }
            }
        }
    }

    func arrive(_ item: Connection.Item, at side: Int, of number: Int) {
        guard let connection = connections[number] else { return }
        let end = connection.ends[side]
        let node = nodes[end.node]
        guard end.exists else { return reset(side, of: number) }
        switch item {
        case .message(let message): deliver(.message(end.link, message), to: node)
        case .flight(let items): for item in items { arrive(item, at: side, of: number) }
        case .bytes(let bytes):
            let input: Input
            do { input = .message(end.link, try Message(decoding: bytes)) } catch {
                input = .malformed(end.link, error)
            }
            deliver(input, to: node)
        case .end(let failure):
            leave(end.link, at: node, saying: nil)
            node.dialling.remove(end.link)
            deliver(.linkDown(end.link, failure), to: node)
        }
    }

    /// A host that is there answers what it does not know with RST; one that vanished says nothing.
    private func reset(_ side: Int, of number: Int) {
        guard let connection = connections[number], nodes[connection.ends[side].node].isHostUp else { return }
        let sender = connection.ends[1 - side]
        guard sender.exists, !barriers.blocks(from: connection.ends[side].node, to: sender.node) else { return }
        queue.push(
            .arrival(connection: number, side: 1 - side, .end(.broken("connection reset by peer"))),
            at: time + connection.latency)
    }

    func send(_ bytes: [UInt8], to destination: DatagramDestination, from node: SimulatedNode) {
        traffic.sentDatagram(size: bytes.count)
        let source = Endpoint(host: node.endpoint.host, port: 4_000)
        for other in nodes where other !== node && other.isUp {
            if case .endpoint(let endpoint) = destination, other.endpoint.host != endpoint.host { continue }
            if barriers.blocks(from: node.index, to: other.index) { continue }
            if network.happens(network.loss, using: &generator) { continue }
            let copies = network.happens(network.duplication, using: &generator) ? 2 : 1
            for _ in 0..<copies {
                var delay = network.drawLatency(using: &generator) + network.drawJitter(using: &generator)
                if network.happens(network.reordering, using: &generator) {
                    delay += NetworkModel.retransmission.nanoseconds
                }
                schedule(.datagram(other.index, bytes, from: source), after: delay)
            }
        }
    }
}
