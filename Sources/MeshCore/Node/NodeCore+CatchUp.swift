/// What was told of the messages that are being fetched.
struct CatchUp: Sendable {
    /// Fewer come too fast to be worth a word.
    static let worthTelling: UInt64 = 100
    static let pause: Duration = .seconds(1)
    /// Peers can claim any number.
    static let limit: UInt64 = 1_000_000

    var toldAt: Instant?
}

// Newcomers and the long absent fetch thousands of messages: how many are still to come.
extension NodeCore {
    /// Called when an answer has brought some.
    mutating func tellCatchUp() {
        let counts = openLinks.map { link in
            chat.history.lackingCount(comparedTo: honouredClaims(of: link), limit: CatchUp.limit)
        }
        let missing = counts.max() ?? 0
        let isEnd = missing == 0 && catchUp.toldAt != nil
        let isDue = catchUp.toldAt.map { now - $0 >= CatchUp.pause } ?? true
        guard isEnd || (isDue && missing >= CatchUp.worthTelling) else { return }
        catchUp.toldAt = isEnd ? nil : now
        emit(.catchingUp(missing: Int(missing)))
    }
}
