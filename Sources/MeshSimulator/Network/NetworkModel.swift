import MeshCore

/// What the simulated network does to those who use it, in one value.
///
/// Links are TCP: what is lost is sent again and what overtakes waits, so to a node loss is delay. With
/// ``keepsFrames`` false frames themselves vanish, double and overtake each other: worse than any network under TLS
/// can do, and still nothing may be lost for good.
package struct NetworkModel: Sendable, Equatable {
    /// One-way delay; each connection draws its own, for both directions (iroh-gossip's simulator: 10 to 50 ms).
    package var latency: ClosedRange<Duration> = .milliseconds(10) ... .milliseconds(50)
    /// Drawn anew for each frame and datagram, on top.
    package var jitter: Duration = .zero
    /// Share of frames and datagrams that the network loses, 0 to 1.
    package var loss = 0.0
    /// Share of datagrams, and of frames if they are not kept, that arrive twice.
    package var duplication = 0.0
    /// Share of datagrams, and of frames if they are not kept, that later ones overtake.
    package var reordering = 0.0
    /// Bytes per second of each direction of a connection; nil for no limit.
    package var bandwidth: Int?
    /// TCP's promise: each frame arrives once and in order while the connection lasts.
    package var keepsFrames = true
    /// How long a store takes to be on disk.
    package var storeDelay: Duration = .milliseconds(2)
    /// Connections that a node takes before their handshake is complete; more are closed at once (design, 10).
    package var halfOpenLinks = 64

    package init() {}

    /// First retransmission (RFC 6298's minimum is 1 s; Linux uses 200 ms) and the delay of what is overtaken.
    static let retransmission: Duration = .milliseconds(200)
    /// Bytes that wait for a peer that is cut off or does not read before the link is dropped (design, 10).
    package static let queueLimit = 4 * 1_024 * 1_024

    /// A sentence about the first value that makes no sense; nil when all do.
    package var problem: String? {
        let shares = [("loss", loss), ("duplication", duplication), ("reordering", reordering)]
        for (name, share) in shares where !(0...1).contains(share) {
            return "\(name) is a share between 0 and 1, not \(share)"
        }
        if loss == 1 { return "with a loss of 1 nothing ever arrives; give less" }
        if latency.lowerBound < .zero || jitter < .zero { return "latency and jitter are not negative" }
        if let bandwidth, bandwidth < 1_000 { return "bandwidth is at least 1000 bytes a second, not \(bandwidth)" }
        return nil
    }

    func drawLatency(using generator: inout SeededGenerator) -> Int64 {
        draw(latency.lowerBound.nanoseconds...latency.upperBound.nanoseconds, using: &generator)
    }

    func drawJitter(using generator: inout SeededGenerator) -> Int64 {
        jitter == .zero ? 0 : draw(0...jitter.nanoseconds, using: &generator)
    }

    func happens(_ share: Double, using generator: inout SeededGenerator) -> Bool {
        share > 0 && Double.random(in: 0..<1, using: &generator) < share
    }

    /// How much later a frame comes because its segments had to be sent again, each time after twice the wait.
    func drawRetransmissions(using generator: inout SeededGenerator) -> Int64 {
        var delay: Int64 = 0
        var wait = Self.retransmission.nanoseconds
        while happens(loss, using: &generator), wait < 60_000_000_000 {
            delay += wait
            wait *= 2
        }
        return delay
    }

    private func draw(_ range: ClosedRange<Int64>, using generator: inout SeededGenerator) -> Int64 {
        range.lowerBound == range.upperBound ? range.lowerBound : Int64.random(in: range, using: &generator)
    }
}
