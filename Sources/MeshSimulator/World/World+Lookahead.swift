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
    /// And a quarter of what can be known at all is enough for a look at what has come into reach.
    private static let leastReach: Int64 = 4

    /// Gives the helper, once it has nothing to do, what is due from `start`, the next event, on: within the least latency
    /// and not after `end`.
    func lookAhead(from start: Int64, to end: Int64, with helper: Helper) {
        if queue.isWindowOver {
            isOutlookBlocked = false
        } else if isOutlookBlocked || !helper.isIdle {
            return
        }
        let reach = min(end, max(start, time) + leastLatency - 1)
        guard queue.isWindowOver || reach - outlook >= leastLatency / Self.leastReach else { return }
        guard defect == nil, leastLatency > 0 else { return }
        outlook = reach
        offerSteps(from: max(start, time), through: reach, to: helper)
    }

    private func offerSteps(from start: Int64, through end: Int64, to helper: Helper) {
        let (batch, now) = (batch, time)
        // The queue leaves its place while it is read: all else may be used meanwhile.
        var queue = EventQueue<WorldEvent>()
        swap(&queue, &self.queue)
        queue.look(through: end) { at, event in
            let at = max(at, now)
            switch concern(event, at: at, from: start) {
            case .nobody: break
            case .node(let index): nodes[index].isConcerned(at: at)
            case .step(let index, let input):
                let node = nodes[index]
                // Whatever concerned it has happened, or this is not the first.
                let isFirst = node.concernedUntil < start
                node.isConcerned(at: at)
                guard isFirst, let step = helper.place(nextStep) else { break }
                step.offer(input, of: node, now: Self.instant(at: at, skew: node.skew), in: batch)
                node.stepAhead = step
                nextStep += 1
            case .everybody:
                isOutlookBlocked = true
                return false
            }
            return true
        }
        swap(&queue, &self.queue)
        // Too few wait for those of the next look.
        guard nextStep - batchStart >= Self.leastSteps else { return }
        helper.begin(batch, steps: batchStart..<nextStep)
        self.batch += 1
        batchStart = nextStep
    }

    /// What the helper has taken is the world's again.
    func finish(_ step: StepAhead, now: Instant, into effects: inout [Effect]) {
        helper?.wait(for: step)
        precondition(step.now == now, "a step that was computed ahead has its turn at another time")
        swap(&effects, &step.effects)
        step.isFree = true
    }

    private func concern(_ event: WorldEvent, at time: Int64, from start: Int64) -> Concern {
        switch event {
        case .wake(let index): wake(index, at: time, from: start)
        case .input(let index, let life, let input): step(of: index, life: life, input)
        case .stored(let index, let life, _, let id): step(of: index, life: life, .persisted(id))
        case .kept(let index, let life, _, let id):
            nodes[index].durableStore == nil ? step(of: index, life: life, .persisted(id)) : .node(index)
        case .arrival(let connection, let side, let item): arrival(item, at: side, of: connection)
        case .knock(let dialling): .node(dialling.node)
        case .established(let number, let side): connections[number].map { .node($0.ends[side].node) } ?? .nobody
        case .datagram(let index, _, _), .send(let index, _): .node(index)
        case .expired(let number): isWaited(for: number) ? .everybody : .nobody
        case .fault, .planned, .mischief, .resume, .mendClog: .everybody
        }
    }

    private func wake(_ index: Int, at time: Int64, from start: Int64) -> Concern {
        let node = nodes[index]
        // One that was superseded, unless something before it changes that.
        guard node.wakeAt <= time else { return node.concernedUntil < start ? .nobody : .node(index) }
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
