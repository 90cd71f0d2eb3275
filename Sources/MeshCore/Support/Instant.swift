/// A point in time as a node sees it: both clocks, read together by whoever drives the core.
///
/// `uptime` never jumps and decides every time-out; `wall` is the calendar and decides only what is written for
/// others to read (message times, prekey lifetimes). The core never asks a clock itself.
package struct Instant: Hashable, Sendable {
    /// Nanoseconds of a monotonic clock with any origin.
    package var uptime: Int64
    /// Milliseconds since 1970-01-01T00:00:00Z.
    package var wall: UInt64

    package init(uptime: Int64, wall: UInt64) {
        (self.uptime, self.wall) = (uptime, wall)
    }

    package static let distantFuture = Instant(uptime: .max, wall: .max)

    /// Both clocks moved by `duration`; stops at the ends of the number range instead of trapping.
    package func advanced(by duration: Duration) -> Instant {
        let nanoseconds = duration.nanoseconds
        let (sum, overflow) = uptime.addingReportingOverflow(nanoseconds)
        let milliseconds = nanoseconds / 1_000_000
        let moved =
            milliseconds >= 0
            ? wall.addingReportingOverflow(UInt64(milliseconds))
            : wall.subtractingReportingOverflow(milliseconds.magnitude)
        let edge: UInt64 = milliseconds >= 0 ? .max : 0
        return Instant(
            uptime: overflow ? (nanoseconds > 0 ? .max : .min) : sum, wall: moved.overflow ? edge : moved.partialValue)
    }

    package static func + (left: Instant, right: Duration) -> Instant { left.advanced(by: right) }

    /// The time between two instants by the monotonic clock.
    package static func - (left: Instant, right: Instant) -> Duration {
        let (difference, overflow) = left.uptime.subtractingReportingOverflow(right.uptime)
        return .nanoseconds(overflow ? (left.uptime > right.uptime ? .max : .min) : difference)
    }
}

extension Instant: Comparable {
    /// By the monotonic clock alone.
    package static func < (left: Instant, right: Instant) -> Bool { left.uptime < right.uptime }
}

extension Duration {
    /// Whole nanoseconds, held to what an `Int64` can count (292 years).
    package var nanoseconds: Int64 {
        Int64(clamping: attoseconds / 1_000_000_000)
    }

    package var milliseconds: Int64 { nanoseconds / 1_000_000 }

    /// As a number of seconds, for the arithmetic of the failure detector.
    package var seconds: Double { Double(nanoseconds) / 1e9 }
}
