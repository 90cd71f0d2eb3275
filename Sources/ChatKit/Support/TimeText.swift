internal import Glibc

/// Points in time as text.
package enum TimeText {
    /// RFC 3339 in UTC with milliseconds: `2026-11-22T21:04:05.678Z`. Stops at the end of the year 9999, the last
    /// that the format can write.
    package static func rfc3339(_ milliseconds: UInt64) -> String {
        let clamped = min(milliseconds, 253_402_300_799_999)
        let (seconds, fraction) = (Int64(clamped / 1_000), Int(clamped % 1_000))
        let (year, month, day) = civilDate(daysSinceEpoch: seconds / 86_400)
        let time = Int(seconds % 86_400)
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2) + "T" + padded(time / 3_600, 2) + ":"
            + padded(time / 60 % 60, 2) + ":" + padded(time % 60, 2) + "." + padded(fraction, 3) + "Z"
    }

    /// `14:02` where the user is, with the date in front when it is not the day of `now`.
    package static func clock(_ milliseconds: UInt64, now: UInt64) -> String {
        let (then, today) = (localTime(milliseconds), localTime(now))
        return then.day == today.day ? then.clock : then.day + " " + then.clock
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    package static var now: UInt64 {
        var time = timespec()
        // `clock_gettime` fills in the value whose address it gets, and cannot fail for this clock.
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(max(0, time.tv_sec)) * 1_000 + UInt64(time.tv_nsec) / 1_000_000
    }

    /// Days to year, month, day in the Gregorian calendar (Howard Hinnant, "chrono-compatible low-level date
    /// algorithms", civil_from_days); for days from 1970 on.
    private static func civilDate(daysSinceEpoch: Int64) -> (year: Int, month: Int, day: Int) {
        let days = daysSinceEpoch + 719_468
        let (era, dayOfEra) = (days / 146_097, days % 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shifted + 2) / 5 + 1
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (Int(yearOfEra + era * 400 + (month <= 2 ? 1 : 0)), Int(month), Int(day))
    }

    /// `2026-11-22` and `14:02` where the user is.
    package static func localTime(_ milliseconds: UInt64) -> (day: String, clock: String) {
        var seconds = time_t(clamping: milliseconds / 1_000)
        // Reason for unsafe: both are local values that outlive the call, and the one pointer in `tm` (the zone's
        // name) is not read.
        var time = unsafe tm()
        unsafe localtime_r(&seconds, &time)
        let (year, month, day) = unsafe (Int(time.tm_year) + 1_900, Int(time.tm_mon) + 1, Int(time.tm_mday))
        let (hour, minute) = unsafe (Int(time.tm_hour), Int(time.tm_min))
        return (
            padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2), padded(hour, 2) + ":" + padded(minute, 2)
        )
    }

    /// Is it written as ``localTime(_:)`` writes days?
    package static func isDay(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [4, 2, 2], text.utf8.allSatisfy({ $0 == 0x2D || (0x30...0x39).contains($0) })
        else { return false }
        return (1...12).contains(Int(parts[1]) ?? 0) && (1...31).contains(Int(parts[2]) ?? 0)
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
