import MeshCore

/// Compares the verdicts of the phi accrual detectors on links with those of a fixed time-out that would notice a
/// silence as soon as phi does on average (Lifeguard, arXiv 1707.00788, compares in this way).
final class DetectionWatch: StepObserver {
    private struct Key: Hashable {
        let node: Int
        let link: LinkID
    }

    private let slow: Set<Int>
    private var lastHeard: [Key: Int64] = [:]
    /// Every silence over 0.9 s between two heartbeats of a healthy peer, as its observer lived it, in ns.
    private var silences: [Int64] = []
    private var detections: [Int64] = []
    private(set) var falseVerdicts = 0
    private(set) var trueVerdicts = 0
    private var suspected: [Int: Set<LinkID>] = [:]

    init(slow: Set<Int>) { self.slow = slow }

    func willDeliver(_ input: Input, to node: SimulatedNode, in world: World) {
        guard case .message(let link, .heartbeat) = input, let peer = world.peer(of: link, at: node) else { return }
        let key = Key(node: node.index, link: link)
        if let last = lastHeard[key], !slow.contains(peer), world.time - last > 900_000_000 {
            silences.append(world.time - last)
        }
        lastHeard[key] = world.time
    }

    func didDeliver(_ input: Input, to node: SimulatedNode, effects: [Effect], in world: World) {
        // A verdict is the work of a timer; looking after each step would cost more than the step.
        guard case .deadline = input else { return }
        let now = Set(node.ask { $0.suspectedLinks })
        for link in now.subtracting(suspected[node.index] ?? []).sorted() {
            guard let peer = world.peer(of: link, at: node) else { continue }
            if slow.contains(peer) { trueVerdicts += 1 } else { falseVerdicts += 1 }
            if let last = lastHeard[Key(node: node.index, link: link)] { detections.append(world.time - last) }
        }
        suspected[node.index] = now
    }

    /// In ns; the design's 1.1 s where nothing was detected.
    private var equalTimeout: Int64 {
        detections.isEmpty ? 1_100_000_000 : detections.reduce(0, +) / Int64(detections.count)
    }

    var meanDetection: Double { Double(equalTimeout) / 1e9 }
    /// How often a healthy peer would have been condemned.
    var verdictsOfFixedTimeout: Int { silences.count { $0 > equalTimeout } }
}

extension World {
    /// Who is at the other end.
    func peer(of link: LinkID, at node: SimulatedNode) -> Int? {
        guard let place = node.links[link], let connection = connections[place.connection] else { return nil }
        return connection.ends[1 - place.side].node
    }
}
