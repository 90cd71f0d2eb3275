internal import Glibc
package import MeshCore
internal import NIOCore

/// Both clocks of the machine, read together.
package enum SystemClock {
    /// `uptime` is the monotonic clock that NIO's deadlines use, so that a core's deadline is one of NIO's.
    package static func now() -> Instant {
        var time = timespec()
        // Reason for unsafe: fills the local variable. CLOCK_REALTIME and a valid pointer cannot fail.
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        let wall = max(0, Int64(time.tv_sec)) * 1_000 + Int64(time.tv_nsec) / 1_000_000
        return Instant(uptime: Int64(NIODeadline.now().uptimeNanoseconds), wall: UInt64(wall))
    }
}
