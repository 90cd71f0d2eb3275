import MeshCore

/// What hostile nodes have been sent: the last messages of each, and what their peers' digests said.
final class Eavesdropper: StepObserver {
    private let capacity: Int
    private(set) var heard: [Int: [Message]] = [:]
    private var turns: [Int: Int] = [:]
    /// By node and link: the newest root.
    private(set) var roots: [Int: [LinkID: Hash]] = [:]

    init(capacity: Int = 512) { self.capacity = capacity }

    func willDeliver(_ input: Input, to node: SimulatedNode, in world: World) {
        guard !node.isHonest, case .message(let link, let message) = input else { return }
        if case .digest(let digest) = message { roots[node.index, default: [:]][link] = digest.root }
        if case .heartbeat = message { return }
        if heard[node.index, default: []].count < capacity {
            heard[node.index, default: []].append(message)
        } else {
            let turn = turns[node.index, default: 0]
            heard[node.index]?[turn % capacity] = message
            turns[node.index] = turn + 1
        }
    }
}
