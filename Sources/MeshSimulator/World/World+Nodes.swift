package import MeshCore

// Starting, stopping and asking nodes; and what they tell.
extension World {
    package func start(_ node: SimulatedNode) {
        precondition(!node.isUp, "the node runs already")
        node.life += 1
        (node.isUp, node.isPaused, node.isHostUp) = (true, false, true)
        (node.held, node.wakeAt) = ([], .max)
        // What an earlier run asked for is no business of this one, whose link numbers begin anew.
        (node.dialling, node.halfOpen, node.pendingMessages) = ([], [], [:])
        if !node.configuration.isDurable { ledger.forget(node.index) }
        let randomSeed = options.seed &* 7_919 &+ UInt64(node.index) &* 104_729 &+ UInt64(node.life)
        let now = Self.instant(at: time, skew: node.skew)
        if node.life == 1, node.isAcquainted, let likeness {
            node.core = NodeCore(
                like: likeness, configuration: node.configuration, cryptography: node.cryptography,
                randomSeed: randomSeed, now: now)
        } else {
            node.core = NodeCore(
                configuration: node.configuration, cryptography: node.cryptography, restored: node.store,
                randomSeed: randomSeed, now: now)
            if node.configuration.isDurable {
                node.core.restore(restored(node, at: now.wall))
                reopen(node)
            }
        }
        deliver(.started(listening: node.endpoint, reachable: node.isDiallable ? [node.endpoint] : []), to: node)
        if node.misbehaviour != nil { schedule(.mischief(node.index, life: node.life), after: 1_000_000_000) }
    }

    /// As by kill -9: the host's kernel closes the sockets. With `silently` the host vanishes, and nobody is told.
    package func kill(_ node: SimulatedNode, silently: Bool = false) {
        guard node.isUp else { return }
        if trace.isOn { describe("killed", silently ? "its host vanished" : "", of: node) }
        (node.isUp, node.isPaused, node.isHostUp) = (false, false, !silently)
        (node.held, node.dialling, node.halfOpen, node.wakeAt) = ([], [], [], .max)
        for link in node.links.keys.sorted() { leave(link, at: node, saying: silently ? nil : .end(.closed)) }
        chronicle.overlayChanged(at: time)
    }

    /// The node said goodbye itself.
    func stopped(_ node: SimulatedNode) {
        node.isUp = false
        // Dials under way end with the process, or their connections would come up for its next life.
        (node.held, node.dialling, node.halfOpen, node.wakeAt) = ([], [], [], .max)
        for link in node.links.keys.sorted() { leave(link, at: node, saying: .end(.closed)) }
        chronicle.overlayChanged(at: time)
    }

    /// As by SIGSTOP: what comes waits.
    package func pause(_ node: SimulatedNode) {
        guard node.isRunning else { return }
        node.isPaused = true
        if trace.isOn { describe("stopped", "", of: node) }
    }

    /// As by SIGCONT: time has passed, and all that waited is there at once.
    package func resume(_ node: SimulatedNode) {
        guard node.isUp, node.isPaused else { return }
        node.isPaused = false
        if trace.isOn { describe("continued", "\(node.held.count) inputs waited", of: node) }
        let held = node.held
        node.held = []
        if held.isEmpty { deliver(.deadline, to: node) }
        for input in held { deliver(input, to: node) }
    }

    /// Hands a command to a node; what comes of it shows in its events.
    @discardableResult
    package func command(_ command: Command, at node: SimulatedNode) -> CommandID {
        node.commands += 1
        let id = CommandID(node.commands)
        deliver(.command(id, command), to: node)
        return id
    }

    /// A chat message that the ledger follows, to everybody or to one.
    package func say(from node: SimulatedNode, to target: SimulatedNode? = nil, text: [UInt8]? = nil) {
        guard node.isRunning else { return }
        node.commands += 1
        let id = CommandID(node.commands)
        node.pendingMessages.updateValue(target?.index, forKey: id)
        let text = text ?? Array("message \(ledger.messages.count) of node\(node.index)".utf8)
        let command: Command = target.map { .sendDirect(to: $0.id, text: text) } ?? .send(text: text)
        deliver(.command(id, command), to: node)
    }

    func answered(_ command: CommandID, _ answer: Answer, at node: SimulatedNode) {
        guard let target = node.pendingMessages.removeValue(forKey: command) else { return }
        guard case .sent(let id) = answer else { return ledger.refused() }
        noteSent(id, by: node, to: target)
    }

    private func noteSent(_ id: Hash, by node: SimulatedNode, to target: Int?) {
        let revoked = node.core.revokedMembers
        ledger.sent(
            id, by: node.index, to: target, at: time,
            revoked: Set(nodes.filter { revoked.contains($0.id) }.map(\.index)))
    }

    func tell(_ event: MeshEvent, of node: SimulatedNode) {
        for observer in eventObservers { observer.emitted(event, by: node, in: self) }
        switch event {
        case .chatMessageReceived(let message): received(message, at: node)
        case .nodeLeft(let member, _, .unreachable):
            chronicle.verdicts.append(Chronicle.Verdict(at: time, observer: node.index, subject: member))
        case .memberRevoked(let member, _, _), .memberInvited(let member, _, _):
            chronicle.learned(member, by: node.index, at: time)
        case .warning(let code, _): chronicle.warnings[code, default: 0] += 1
        default: break
        }
    }

    /// What it has told of is on its disk.
    private func reopen(_ node: SimulatedNode) {
        let messages = node.core.history(since: 0, limit: .max)
        // Stored in the moment of the crash, and never answered for: it was said all the same (seed 434).
        for message in messages where message.isOwn && ledger.number(of: message.id) == nil {
            noteSent(message.id, by: node, to: message.to.flatMap { to in nodes.first { $0.id == to }?.index })
        }
        let history = Set(messages.map(\.id))
        for message in ledger.restored(history, by: node.index, at: time) {
            violate("stored messages survive a crash", "message \(message) is gone", at: node)
        }
    }

    private func received(_ message: ChatMessage, at node: SimulatedNode) {
        guard let number = ledger.number(of: message.id) else {
            // Own messages are told after the answer that names them: whatever is not in the ledger was forged.
            return violate("forged message", "\(message.id) from \(message.from.short)", at: node)
        }
        let count = ledger.received(number, by: node.index, at: time, hops: message.isOwn ? 0 : hopsInHand)
        if count > 1 { violate("delivered twice", "message \(number), \(count) times", at: node) }
        if ledger.messages[number].revoked.contains(node.index) {
            violate("revoked member opened a message", "message \(number), whose author knew", at: node)
        }
        if nodes[ledger.messages[number].author].id != message.from {
            violate("wrong author", "message \(number) shown as from \(message.from.short)", at: node)
        }
    }

    package func violate(_ rule: String, _ detail: String, at node: SimulatedNode?) {
        // A broken rule breaks every step; the first few say enough.
        guard violations.count < 100 else { return }
        violations.append(Violation(at: time, node: node?.index, rule: rule, detail: detail))
        if trace.isOn, let node { describe("VIOLATION", "\(rule): \(detail)", of: node) }
    }

    func mischief(of node: SimulatedNode, life: Int) {
        guard node.isUp, node.life == life else { return }
        schedule(.mischief(node.index, life: life), after: 1_000_000_000)
        guard !node.isPaused else { return }
        let open = node.links.filter { connections[$0.value.connection]?.ends[$0.value.side].isOpen ?? false }
        node.misbehaviour?.act(as: node, over: open.keys.sorted(), in: self)
    }

    // MARK: The overlay as it really is

    /// Pairs of running nodes with a link that is open at both ends.
    package var edges: [(Int, Int)] {
        var result: [(Int, Int)] = []
        for node in nodes where node.isUp {
            for place in node.links.values where place.side == 0 {
                guard let connection = connections[place.connection], connection.isOpen else { continue }
                let peer = connection.ends[1].node
                if nodes[peer].isUp { result.append((min(node.index, peer), max(node.index, peer))) }
            }
        }
        return result.sorted { $0 < $1 }
    }

    package var runningNodes: [SimulatedNode] { nodes.filter(\.isUp) }
}
