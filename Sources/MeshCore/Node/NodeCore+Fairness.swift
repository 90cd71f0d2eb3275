// What one peer can make this node do for it, and what becomes of a peer that breaks the rules.
extension NodeCore {
    // MARK: Answers

    /// Bytes that this node sends one peer because the peer asks or claims to lack them: a whole store at once, then
    /// as much as a slow line carries. An honest peer asks for everything once; one that lies in each digest would
    /// otherwise be sent everything each second.
    private static let answerBurst = 1_024 * 1_024
    private static let answerRate = 16.0 * 1_024

    /// Each has a share of its own: members who hoard make 2.6 MB of records, and whoever had sent those to a neighbour
    /// did not tell it for a minute which messages there are.
    enum Share: Hashable {
        case records
        /// Operations, vectors, messages.
        case others
    }

    struct ShareKey: Hashable {
        let peer: NodeID
        let share: Share
    }

    /// May the peer of this link be answered now?
    mutating func mayAnswer(_ link: LinkID, from share: Share) -> Bool {
        guard let peer = links.line(of: link)?.peer else { return false }
        let key = ShareKey(peer: peer, share: share)
        var limit = answerLimits[key] ?? RateLimit(burst: Self.answerBurst, perSecond: Self.answerRate)
        defer { answerLimits[key] = limit }
        if limit.isOpen(at: now) { return true }
        count("refused.answerRate")
        return false
    }

    /// Counts an answer of so many bytes.
    mutating func charge(_ bytes: Int, to link: LinkID, from share: Share) {
        guard let peer = links.line(of: link)?.peer else { return }
        answerLimits[ShareKey(peer: peer, share: share)]?.charge(bytes)
    }

    // MARK: Offences

    struct Offence: Sendable {
        var count: Int
        var until: Instant
    }

    /// After a broken rule: no link for this long, doubled with each further one up to 8 min; forgotten after 10 min.
    private static let firstBar: Duration = .seconds(30)
    private static let barDoublings = 4
    private static let offenceLife: Duration = .seconds(600)

    /// The peer of an open link, which has proven who it is, has broken a rule that no honest node breaks. Links to it
    /// would otherwise come and go each second, and with each of them all trees start anew.
    mutating func noteOffence(of peer: NodeID) {
        let past = offences[peer].flatMap { now - $0.until < Self.offenceLife ? $0.count : nil } ?? 0
        let bar = Self.firstBar * (1 << min(past, Self.barDoublings))
        offences[peer] = Offence(count: past + 1, until: now + bar)
    }

    func isBarred(_ peer: NodeID) -> Bool { offences[peer].map { now < $0.until } ?? false }
}
