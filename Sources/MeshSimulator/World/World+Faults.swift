import MeshCore

// What goes wrong.
extension World {
    /// Faults of a plan, each at its time from now.
    package func plan(_ faults: [TimedFault]) {
        for fault in faults { schedule(.planned(fault.fault, plan: planNumber), after: fault.at.nanoseconds) }
    }

    /// A chat message from one node at a time from now.
    package func planMessage(from node: Int, to target: Int? = nil, after delay: Duration) {
        schedule(.send(node, to: target), after: delay.nanoseconds)
    }

    package func perform(_ fault: Fault) {
        chronicle.countFault()
        if trace.isOn { trace.add(Trace.Line(at: time, node: -1, what: "FAULT", detail: fault.sentence)) }
        switch fault {
        case .crash(let node, let silently): kill(nodes[node], silently: silently)
        case .massCrash(let victims, let silently): for node in victims { kill(nodes[node], silently: silently) }
        case .restart(let node): if !nodes[node].isUp { start(nodes[node]) }
        case .quit(let node): if nodes[node].isRunning { command(.quit, at: nodes[node]) }
        case .pause(let node, let duration):
            guard nodes[node].isRunning else { return }
            pause(nodes[node])
            schedule(.resume(node, life: nodes[node].life), after: duration.nanoseconds)
        case .jumpClock(let node, let milliseconds): nodes[node].skew += milliseconds
        case .split(let groups, let isOneWay):
            barriers.partition(groups, isOneWay: isOneWay)
            // A new split may join what an earlier one kept apart.
            release()
        case .heal:
            barriers.heal()
            release()
        case .clog(let from, let to, let duration):
            barriers.cut(from: from, to: to)
            schedule(.mendClog(from, to), after: duration.nanoseconds)
        case .breakLinks(let first, let second): breakLinks(between: first, and: second)
        case .changeNetwork(let model): network = model
        case .invite(let sponsor, let newcomer): order(.invite(nodes[newcomer].id), of: nodes[sponsor])
        case .revoke(let signer, let member): order(.revoke(nodes[member].id, frontier: nil), of: nodes[signer])
        }
    }

    private func order(_ command: Command, of node: SimulatedNode) {
        if node.isRunning { self.command(command, at: node) }
    }

    func mend(from: Int, to: Int) {
        barriers.mend(from: from, to: to)
        release()
    }

    private func breakLinks(between first: Int, and second: Int) {
        for connection in connections {
            guard let connection, connection.joins(first, second) else { continue }
            for side in 0...1 where connection.ends[side].exists {
                let node = nodes[connection.ends[side].node]
                let link = connection.ends[side].link
                leave(link, at: node, saying: nil)
                node.dialling.remove(link)
                schedule(.input(node.index, life: node.life, .linkDown(link, .broken("reset"))))
            }
        }
    }

    /// The end of all faults: everybody runs, time goes on everywhere, calendars are right and the network is good
    /// again, and what was planned and has not come never does.
    package func endFaults() {
        planNumber += 1
        barriers.mendAll()
        network = NetworkModel()
        // First of all: what a node sends as it wakes up must not overtake what it sent before.
        release()
        for node in nodes { node.skew = 0 }
        for node in nodes where node.isPaused { resume(node) }
        for node in nodes where !node.isUp && node.life > 0 { start(node) }
    }
}
