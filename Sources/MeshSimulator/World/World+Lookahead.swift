import MeshCore

// What can be computed before its turn. Nothing that happens now reaches another node within the least latency of the
// network: so the first step of each node in such a window depends on nothing that is still to happen (conservative
// simulation with lookahead; Chandy and Misra 1979, Fujimoto 1990). Only the cores' own work is done ahead. What comes of
// it, random draws and the trace included, happens in the queue's order, so that a helper changes no history.
extension World {
    /// What an event means for the cores.
    private enum Concern {
        case nobody
        /// It may change this one, or what is queued for it.
        case node(Int)
        /// This one gets this input next, unless something before it concerns the same node.
        case step(Int, Input)
        case everybody
    }

    /// Fewer steps than this are not worth a word to another thread.
    private static let leastSteps = 3

    /// Gives the helper what is due from `start` on, within the least latency and not after `end`.
    func lookAhead(from start: Int64, to end: Int64, with helper: Helper) {
        guard queue.isWindowOver, defect == nil, leastLatency > 0 else { return }
        window += 1
        let (window, now) = (window, time)
        var count = 0
        var queue = EventQueue<WorldEvent>()
        swap(&queue, &self.queue)
        defer { swap(&queue, &self.queue) }
        queue.look(through: min(end, max(start, now) + leastLatency - 1)) { at, event in
            let at = max(at, now)
            switch concern(event, at: at) {
            case .nobody: break
            case .node(let index): nodes[index].windowSeen = window
            case .step(let index, let input):
                let node = nodes[index]
                guard node.windowSeen < window else { break }
                node.windowSeen = window
                let step = helper.steps[count]
                step.offer(input, of: node, now: Self.instant(at: at, skew: node.skew), in: window)
                node.stepAhead = step
                count += 1
            case .everybody: return false
            }
            return count < Helper.capacity
        }
        if count >= Self.leastSteps { helper.begin(window, count: count) }
    }

    /// What the helper has taken is the world's again.
    func finish(_ step: StepAhead, now: Instant, into effects: inout [Effect]) {
        helper?.wait(for: step, in: window)
        precondition(step.now == now, "a step that was computed ahead has its turn at another time")
        swap(&effects, &step.effects)
    }

    private func concern(_ event: WorldEvent, at time: Int64) -> Concern {
        switch event {
        case .wake(let index): wake(index, at: time)
        case .input(let index, let life, let input): step(of: index, life: life, input)
        case .stored(let index, let life, _, let id): step(of: index, life: life, .persisted(id))
        case .kept(let index, let life, _, let id):
            nodes[index].durableStore == nil ? step(of: index, life: life, .persisted(id)) : .node(index)
        case .arrival(let connection, let side, let item): arrival(item, at: side, of: connection)
        case .knock(let dialling): .node(dialling.node)
        case .established(let number, let side): connections[number].map { .node($0.ends[side].node) } ?? .nobody
        case .datagram(let index, _, _), .send(let index, _): .node(index)
        case .expired, .fault, .planned, .mischief, .resume, .mendClog: .everybody
        }
    }

    private func wake(_ index: Int, at time: Int64) -> Concern {
        let node = nodes[index]
        guard node.wakeAt <= time else { return .nobody }
        guard node.isRunning, let deadline = node.ask({ $0.nextDeadline }), deadline <= Self.instant(at: time) else {
            return .node(index)
        }
        return .step(index, .deadline)
    }

    private func step(of index: Int, life: Int, _ input: Input) -> Concern {
        guard nodes[index].life == life else { return .nobody }
        return nodes[index].isRunning ? .step(index, input) : .node(index)
    }

    /// Of several frames that come at once, the first.
    private func arrival(_ item: Connection.Item, at side: Int, of number: Int) -> Concern {
        guard let end = connections[number]?.ends[side], end.exists else { return .nobody }
        let node = nodes[end.node]
        switch item {
        case .message(let message) where node.isRunning: return .step(end.node, .message(end.link, message))
        case .flight(let items):
            guard let first = items.first else { return .nobody }
            return arrival(first, at: side, of: number)
        case .message, .bytes, .end: return .node(end.node)
        }
    }
}
