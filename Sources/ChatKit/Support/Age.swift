/// How long something is kept, as people write it: `30d`, `12h`, `90m`, `2w`, or `forever`.
package struct Age: Equatable, Sendable {
    /// Nil for ever.
    package let duration: Duration?

    /// Nil unless it is a whole number from 1 on with a unit, not beyond a hundred years, or `forever`.
    package init?(_ text: String) {
        if text == "forever" {
            duration = nil
            return
        }
        let units: [Character: Int] = ["m": 60, "h": 3_600, "d": 86_400, "w": 7 * 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int(text.dropLast()), count > 0,
            count <= Self.longest / unit
        else { return nil }
        duration = .seconds(count * unit)
    }

    package var milliseconds: UInt64? { duration.map { UInt64($0.components.seconds) * 1_000 } }

    /// A hundred years, in seconds.
    private static let longest = 100 * 365 * 86_400
}
