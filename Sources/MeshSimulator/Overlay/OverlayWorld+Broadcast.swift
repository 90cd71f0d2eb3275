import MeshCore

// Messages along the trees, and what repair brings.
extension OverlayWorld {
    /// A message by `author` after so many milliseconds.
    package func send(by author: Int, after delay: Int) { schedule(.send(by: author), after: delay) }

    /// A message by `author` now; nothing if it is dead.
    package func send(by author: Int) {
        let node = nodes[author]
        guard node.isAlive else { return }
        let number = messages.count
        note(12, author, number)
        var message = OverlayMessage(
            number: number, author: author, sentAt: time, audience: nodes.count { $0.isAlive },
            floor: floor(from: author),
            nodes: nodes.count, seed: seed)
        message.deliver(to: author, hops: 0, isWhole: true, at: time)
        messages.append(message)
        let actions = node.plumtree.publish(message.id, author: node.id, isRepaired: false, from: nil, now: now)
        perform(actions, by: author)
        plan(author)
    }

    func perform(_ actions: [PlumtreeMachine.Action], by number: Int) {
        for action in actions {
            switch action {
            case .push(let link, let id, let hops, let isReset):
                push(OverlayMessage.number(of: id), .pushed, hops: hops, isReset: isReset, by: number, over: link)
            case .send(let link, let message):
                if let socket = nodes[number].socket(of: link) { send(message, by: number, over: socket) }
            case .fetch(let link, let id, _):
                guard let socket = nodes[number].socket(of: link) else { continue }
                schedule(
                    .fetch(to: socket.peer, over: socket.connection, message: OverlayMessage.number(of: id)),
                    after: connections[socket.connection].latency)
            case .giveUp(let id, _):
                // Nobody who announced it delivers it: it is asked of all neighbours.
                note(13, number, OverlayMessage.number(of: id))
                for socket in nodes[number].sockets {
                    schedule(
                        .compare(over: socket.connection, isNew: false),
                        after: 2 * connections[socket.connection].latency)
                }
            }
        }
    }

    private func push(
        _ message: Int, _ kind: OverlayPayload.Kind, hops: UInt16, isReset: Bool, by number: Int, over link: LinkID
    ) {
        guard let socket = nodes[number].socket(of: link) else { return }
        let payload = OverlayPayload(
            to: Int32(truncatingIfNeeded: socket.peer), over: Int32(truncatingIfNeeded: socket.connection),
            message: Int32(truncatingIfNeeded: message), hops: hops, isReset: isReset, kind: kind)
        schedule(.payload(payload), after: connections[socket.connection].latency)
    }

    private func send(_ message: Message, by number: Int, over socket: OverlayNode.Socket) {
        let (to, connection) = (socket.peer, socket.connection)
        let event: OverlayEvent
        switch message {
        case .ihave(let message): event = .ihave(to: to, over: connection, message)
        case .graft(let message): event = .graft(to: to, over: connection, message)
        case .prune(let message): event = .prune(to: to, over: connection, message)
        default: preconditionFailure("Plumtree sent \(message)")
        }
        schedule(event, after: connections[connection].latency)
    }

    // MARK: What comes in

    /// The node, if it is alive and its end of the connection open.
    private func listener(_ number: Int, _ connection: Int) -> (node: OverlayNode, link: LinkID)? {
        connections[connection].isOpen(at: number) ? (nodes[number], LinkID(UInt64(connection))) : nil
    }

    func receive(_ payload: OverlayPayload) {
        let (to, number) = (Int(payload.to), Int(payload.message))
        guard let (node, link) = listener(to, Int(payload.over)) else { return }
        let isNew = !messages[number].isWith(to)
        note(14, to, number, Int(payload.over))
        count(payload, isNew: isNew)
        let (id, author) = (messages[number].id, nodes[messages[number].author].id)
        if isNew { messages[number].deliver(to: to, hops: payload.hops, isWhole: payload.kind != .repaired, at: time) }
        if payload.kind == .repaired {
            guard isNew else { return }
            perform(node.plumtree.publish(id, author: author, isRepaired: true, from: link, now: now), by: to)
        } else {
            let actions = node.plumtree.received(
                id, author: author, hops: payload.hops, isReset: payload.isReset, over: link, isNew: isNew, now: now)
            perform(actions, by: to)
        }
        plan(to)
    }

    private func count(_ payload: OverlayPayload, isNew: Bool) {
        let number = Int(payload.message)
        messages[number].payloads += 1
        if !isNew { messages[number].duplicates += 1 }
        switch payload.kind {
        case .pushed: break
        case .grafted: messages[number].grafted += 1
        case .repaired: messages[number].repaired += 1
        }
    }

    func receive(_ message: IHave, _ to: Int, over connection: Int) {
        guard let (node, link) = listener(to, connection) else { return }
        note(15, to, connection, message.entries.count)
        perform(node.plumtree.announced(message, over: link, now: now), by: to)
        plan(to)
    }

    func receive(_ graft: Graft, _ to: Int, over connection: Int) {
        guard let (node, link) = listener(to, connection) else { return }
        note(16, to, connection)
        node.plumtree.grafted(graft, over: link)
        guard let id = graft.id else { return }
        let number = OverlayMessage.number(of: id)
        if messages[number].isWhole[to] {
            push(number, .grafted, hops: 1, isReset: false, by: to, over: link)
        } else if let socket = node.socket(of: connection) {
            let answer = OverlayEvent.notFound(to: socket.peer, over: connection, NotFound(id: id))
            schedule(answer, after: connections[connection].latency)
        }
    }

    func serve(_ message: Int, _ to: Int, over connection: Int) {
        guard let (_, link) = listener(to, connection), messages[message].isWith(to) else { return }
        note(21, to, message, connection)
        push(message, .repaired, hops: 1, isReset: false, by: to, over: link)
    }

    func receive(_ prune: Prune, _ to: Int, over connection: Int) {
        guard let (node, link) = listener(to, connection) else { return }
        note(17, to, connection)
        node.plumtree.pruned(prune, over: link)
    }

    func receive(_ answer: NotFound, _ to: Int, over connection: Int) {
        guard let (node, link) = listener(to, connection) else { return }
        note(18, to, connection)
        node.plumtree.notFound(answer.id, over: link, now: now)
        plan(to)
    }

    // MARK: Repair

    /// Each end sends what the other lacks, as the version vectors of the core do.
    func compare(over connection: Int, isNew: Bool) {
        let (first, second) = (connections[connection].first, connections[connection].second)
        guard connections[connection].isOpen(at: first), connections[connection].isOpen(at: second) else { return }
        note(19, first, second, connection)
        if isNew { compareRecords(first, second, over: connection) }
        let link = LinkID(UInt64(connection))
        for number in messages.indices where messages[number].isWith(first) != messages[number].isWith(second) {
            let giver = messages[number].isWith(first) ? first : second
            push(number, .repaired, hops: 1, isReset: false, by: giver, over: link)
        }
        if isNew {
            plan(first)
            plan(second)
        }
    }

    func compareWithOne(_ number: Int) {
        let node = nodes[number]
        guard node.isAlive else { return }
        schedule(.antiEntropy(number), after: options.antiEntropy)
        guard let socket = node.sockets.randomElement(using: &node.generator) else { return }
        schedule(
            .compare(over: socket.connection, isNew: false), after: 2 * connections[socket.connection].latency)
    }
}
