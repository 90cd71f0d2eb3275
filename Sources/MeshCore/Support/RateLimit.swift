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
        guard isOpen(at: now) else { return false }
        tokens -= 1
        return true
    }

    /// Is there a token? Takes none.
    package mutating func isOpen(at now: Instant) -> Bool {
        if let filledAt, now > filledAt { tokens = min(burst, tokens + (now - filledAt).seconds * rate) }
        filledAt = max(now, filledAt ?? now)
        return tokens >= 1
    }

    /// Takes so many, also more than there are: the debt is paid off before the bucket opens again.
    package mutating func charge(_ amount: Int) { tokens -= Double(amount) }
}
