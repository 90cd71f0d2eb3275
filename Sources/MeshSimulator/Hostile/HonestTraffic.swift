import MeshCore

/// Bytes that honest nodes send.
final class HonestTraffic: StepObserver {
    private(set) var bytes = 0
    private(set) var bytesByKind = Array(repeating: 0, count: 18)

    func didDeliver(_ input: Input, to node: SimulatedNode, effects: [Effect], in world: World) {
        guard node.isHonest else { return }
        for case .send(_, let message) in effects {
            let size = message.frameSize
            bytes += size
            if Int(message.kind) < bytesByKind.count { bytesByKind[Int(message.kind)] += size }
        }
    }

    func reset() { (bytes, bytesByKind) = (0, Array(repeating: 0, count: 18)) }
}
