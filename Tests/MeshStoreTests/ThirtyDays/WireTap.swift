import MeshCore
import MeshSimulator

/// Whoever breaks TLS and records: every frame that may carry a sealed message or a key of one, in the order of time.
///
/// A record is the time in ms since 1970 (u64), the length (u32) and the frame's content, little-endian.
final class WireTap: StepObserver {
    private(set) var recorded: [UInt8] = []
    private(set) var frames = 0

    func didDeliver(_ input: Input, to node: SimulatedNode, effects: [Effect], in world: World) {
        for case .send(_, let message) in effects where message.carriesKeys {
            let frame = message.encoded()
            recorded.append(littleEndian: world.now.wall)
            recorded.append(littleEndian: UInt32(frame.count))
            recorded += frame
            frames += 1
        }
    }
}

extension Message {
    fileprivate var carriesKeys: Bool {
        switch self {
        case .gossip, .routed: true
        default: false
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian value: some FixedWidthInteger) {
        for shift in stride(from: 0, to: value.bitWidth, by: 8) { append(UInt8(truncatingIfNeeded: value >> shift)) }
    }
}
