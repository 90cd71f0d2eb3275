internal import MeshCore

/// Lets through `perSecond` things on average and at most `capacity` in one go.
struct TokenBucket {
    private let perSecond: Double
    private let capacity: Double
    private var tokens: Double
    private var last: Instant?

    init(perSecond: Double, capacity: Double) {
        (self.perSecond, self.capacity) = (perSecond, capacity)
        tokens = capacity
    }

    mutating func take(now: Instant) -> Bool {
        if let last { tokens = min(capacity, tokens + (now - last).seconds * perSecond) }
        last = now
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}
