internal import ChatKit

/// Points in time as the user's clock shows them; tests use a clock that is the same everywhere.
package struct LocalTime: Sendable {
    /// `2026-11-22` and `14:02` for milliseconds since 1970.
    private let parts: @Sendable (UInt64) -> (day: String, clock: String)

    package init(_ parts: @escaping @Sendable (UInt64) -> (day: String, clock: String) = { TimeText.localTime($0) }) {
        self.parts = parts
    }

    func day(_ time: UInt64) -> String { parts(time).day }
    func clock(_ time: UInt64) -> String { parts(time).clock }

    /// `Sunday 22 November 2026`.
    func longDay(_ time: UInt64) -> String {
        let numbers = day(time).split(separator: "-").compactMap { Int($0) }
        guard numbers.count == 3, (1...12).contains(numbers[1]) else { return day(time) }
        let (year, month, day) = (numbers[0], numbers[1], numbers[2])
        return "\(Self.weekdays[Self.weekday(year, month, day)]) \(day) \(Self.months[month - 1]) \(year)"
    }

    /// 0 for Sunday (Tomohiko Sakamoto's rule for the Gregorian calendar).
    private static func weekday(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifts = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4]
        let year = month < 3 ? year - 1 : year
        return (year + year / 4 - year / 100 + year / 400 + shifts[month - 1] + day) % 7
    }

    private static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
}
