import MeshCore

/// What was sent, by kind and by second.
package struct TrafficMeter: Sendable {
    package private(set) var bytes = 0
    package private(set) var frames = 0
    /// Chat and application payloads: what redundancy is counted over.
    package private(set) var payloads = 0
    /// By the number of the message kind.
    package private(set) var framesByKind = Array(repeating: 0, count: 18)
    package private(set) var bytesByKind = Array(repeating: 0, count: 18)
    /// Deltas with nothing but acknowledgements: they follow messages for some rounds, and then end.
    package private(set) var acknowledgements = 0
    /// Payload frames in each second since the world began.
    package private(set) var payloadsBySecond: [Int] = []
    package private(set) var datagrams = 0

    mutating func sent(_ message: Message, size: Int, isOpen: Bool, at time: Int64) {
        bytes += size
        frames += 1
        let kind = Int(message.kind)
        if kind < framesByKind.count {
            framesByKind[kind] += 1
            bytesByKind[kind] += size
        }
        if case .delta(let delta) = message, Self.isOfAcknowledgements(delta) { acknowledgements += 1 }
        guard case .gossip = message else { return }
        payloads += 1
        let second = Int(time / 1_000_000_000)
        while payloadsBySecond.count <= second { payloadsBySecond.append(0) }
        payloadsBySecond[second] += 1
    }

    /// Format, signer, life, version and a length come before a record's key.
    private static let keyPlace = 1 + 32 + 8 + 8 + 8

    private static func isOfAcknowledgements(_ delta: Delta) -> Bool {
        !delta.records.isEmpty
            && delta.records.allSatisfy { $0.body.dropFirst(keyPlace).starts(with: "acks/".utf8) }
    }

    mutating func sentDatagram(size: Int) { datagrams += 1 }
}
