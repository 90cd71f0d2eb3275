/// A token bucket: `burst` at once, then `rate` a second.
package struct RateLimit: Sendable {
    private let burst: Double
    private let rate: Double
    private var tokens: Double
    private var filledAt: Instant?

    package init(burst: Int, perSecond rate: Double) {
        (self.burst, self.rate, tokens) = (Double(burst), rate, Double(burst))
    }

    /// Takes one token; false when there is none.
    package mutating func allows(at now: Instant) -> Bool {
        if let filledAt, now > filledAt { tokens = min(burst, tokens + (now - filledAt).seconds * rate) }
        filledAt = max(now, filledAt ?? now)
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}
