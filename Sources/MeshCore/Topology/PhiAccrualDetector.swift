import func Glibc.erfc
import func Glibc.log10

/// How strongly the silence of a direct peer speaks for its death: the phi accrual failure detector (Hayashibara,
/// Défago, Yared and Katayama, SRDS 2004).
///
/// phi(t) = -log10 P(the next heartbeat comes later than t after the last one), the intervals being taken as normal
/// with the mean and deviation of the last ``window`` of them: phi 8 means wrong once in 10^8 such silences. With
/// y = (silence - mean) / deviation:
///
/// | y | 0 | 1 | 2 | 3 | 4 | 5 | 5.612 | 6 |
/// |---|---|---|---|---|---|---|---|---|
/// | phi | 0.301 | 0.800 | 1.643 | 2.870 | 4.499 | 6.543 | 8.000 | 9.006 |
///
/// Five imagined beats stand in for experience at first (akka and chitchat do the same), so a new link is neither
/// condemned nor trusted for ever: with 500 ms heartbeats phi 8 is reached after 1.62 s of silence at first, and
/// after 1.07 s when a minute of regular beats has been seen.
package struct PhiAccrualDetector: Sendable {
    /// Intervals remembered: one minute of 500 ms heartbeats.
    package static let window = 120
    /// Imagined first intervals, and how far they scatter around the heartbeat interval, in seconds.
    private static let priorBeats = 5.0
    private static let priorDeviation = 0.2
    /// In seconds; below this a perfectly regular link would be condemned for one late packet.
    private static let minimumDeviation = 0.1
    /// In seconds; a longer interval is an outage and says nothing about the rhythm.
    private static let longestSample = 10.0

    /// Where the tail leaves the range of a `Double`.
    private static let highestPhi = 300.0

    private let heartbeatInterval: Double
    /// In whole microseconds, so that the sums below are exact however often a sample goes and another comes.
    private var samples: [UInt32] = []
    /// Of the samples, and of their squares: at most 1.2 * 10^16.
    private var sum: Int64 = 0
    private var sumOfSquares: Int64 = 0
    /// Where the next sample goes once the window is full.
    private var oldest = 0
    private var lastBeat: Instant
    /// Set while the interval under way is not to be counted.
    private var skipsNextSample = false

    /// Starts the clock of a link that came up at `now`.
    package init(heartbeatInterval: Duration, now: Instant) {
        self.heartbeatInterval = heartbeatInterval.seconds
        lastBeat = now
    }

    /// A heartbeat has arrived.
    package mutating func heartbeat(at now: Instant) {
        let interval = min(max((now - lastBeat).nanoseconds / 1_000, 0), Int64(Self.longestSample * 1e6))
        lastBeat = max(now, lastBeat)
        if skipsNextSample {
            skipsNextSample = false
            return
        }
        sum += interval
        sumOfSquares += interval * interval
        if samples.count < Self.window {
            samples.append(UInt32(interval))
        } else {
            let past = Int64(samples[oldest])
            sum -= past
            sumOfSquares -= past * past
            samples[oldest] = UInt32(interval)
            oldest = (oldest + 1) % Self.window
        }
    }

    /// This node itself has slept: silence so far is its own fault, so the clock starts anew at `now`, and the
    /// interval under way is no sample.
    package mutating func restart(at now: Instant) {
        lastBeat = max(now, lastBeat)
        skipsNextSample = true
    }

    /// Since the last heartbeat.
    func silence(at now: Instant) -> Duration { now - lastBeat }

    /// 0 at the last heartbeat, growing without bound.
    package func phi(at now: Instant) -> Double {
        let (mean, deviation) = distribution
        return Self.phi(deviations: ((now - lastBeat).seconds - mean) / deviation)
    }

    /// When phi reaches `threshold` if nothing arrives before.
    package func suspicionTime(threshold: Double) -> Instant {
        suspicionTime(deviations: Self.deviations(phi: threshold))
    }

    /// The same for a threshold whose ``deviations(phi:)`` is known: finding it takes 3 microseconds.
    func suspicionTime(deviations: Double) -> Instant {
        let (mean, deviation) = distribution
        let silence = max(mean + deviations * deviation, 0)
        // Rounded up, so that phi is not below the threshold when the time has come.
        return lastBeat + .nanoseconds(Int64(min(silence, 1e9) * 1e9) + 1_000)
    }

    /// Of the intervals, in seconds; the prior counts as ``priorBeats`` of them.
    private var distribution: (mean: Double, deviation: Double) {
        let prior =
            Self.priorBeats * (heartbeatInterval * heartbeatInterval + Self.priorDeviation * Self.priorDeviation)
        let squares = prior + Double(sumOfSquares) / 1e12
        let count = Double(samples.count) + Self.priorBeats
        let mean = (Self.priorBeats * heartbeatInterval + Double(sum) / 1e6) / count
        return (mean, max(max(squares / count - mean * mean, 0).squareRoot(), Self.minimumDeviation))
    }

    /// -log10 of the upper normal tail at `y` standard deviations.
    static func phi(deviations y: Double) -> Double {
        min(-log10(erfc(y / 2.0.squareRoot()) / 2), highestPhi)
    }

    /// The inverse of ``phi(deviations:)``, by bisection.
    static func deviations(phi: Double) -> Double {
        var (low, high) = (-10.0, 40.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if Self.phi(deviations: middle) < phi { low = middle } else { high = middle }
        }
        return high
    }
}
