private import func Glibc.floor
private import func Glibc.log10
private import func Glibc.pow

/// Where a value stands between two ends, and round values to mark.
struct Axis {
    let lower: Double
    let upper: Double
    let isLogarithmic: Bool
    let ticks: [Double]

    /// From zero to a round value that is not less than `most`.
    init(upTo most: Double, ticks count: Int = 5, wholeOnly: Bool = false) {
        var step = Self.roundStep(max(most, 1e-9) / Double(count))
        if wholeOnly { step = max(1, step) }
        let steps = max(1, (most / step).rounded(.up))
        (lower, upper, isLogarithmic) = (0, steps * step, false)
        ticks = (0...Int(steps)).map { Double($0) * step }
    }

    /// Exactly from one value to another, marked at multiples of a whole step.
    init(from lower: Double, to upper: Double, ticks count: Int = 10) {
        (self.lower, self.upper, isLogarithmic) = (lower, max(upper, lower + 1), false)
        let step = max(1, Self.roundStep((self.upper - lower) / Double(count)))
        let first = (lower / step).rounded(.up) * step
        ticks = Array(stride(from: first, through: self.upper, by: step))
    }

    /// Equal factors take equal space; both ends are above zero.
    init(logarithmicFrom lower: Double, to upper: Double) {
        (self.lower, self.upper, isLogarithmic) = (lower, max(upper, lower * 10), true)
        let (first, last) = (Int(floor(log10(self.lower))), Int(log10(self.upper).rounded(.up)))
        // Up to two decades have room for marks within.
        let factors = last - first <= 2 ? [1.0, 2, 5] : [1]
        let (least, most) = (self.lower, self.upper)
        ticks = (first...last).flatMap { exponent in factors.map { $0 * pow(10, Double(exponent)) } }
            .filter { $0 >= least * 0.999 && $0 <= most * 1.001 }
    }

    /// 0 at the lower end, 1 at the upper.
    func position(_ value: Double) -> Double {
        guard isLogarithmic else { return (value - lower) / (upper - lower) }
        return log10(max(value, lower) / lower) / log10(upper / lower)
    }

    /// The next of 1, 2, 5, 10, 20 ... that is not less.
    static func roundStep(_ least: Double) -> Double {
        let unit = pow(10, floor(log10(least)))
        for factor in [1.0, 2, 5] where factor * unit >= least * 0.999_999 { return factor * unit }
        return 10 * unit
    }

    /// 20000 is 20k: labels stay short.
    static func label(_ value: Double) -> String {
        switch value.magnitude {
        case 1e6...: JSONText.number(value / 1e6, decimals: 1) + "M"
        case 1e4...: JSONText.number(value / 1e3, decimals: 1) + "k"
        default: JSONText.number(value, decimals: 3)
        }
    }
}
