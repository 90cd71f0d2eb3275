// A newcomer's first message may be faster than its invitation is on the disks along the way.
extension NodeCore {
    /// Nobody whose messages count here, as yet. Where disks are slow an invitation counts a few links away only after
    /// the first message has come, and the next comparison of vectors is half a minute off: it is asked for.
    mutating func refuseAuthor(of header: ChatHeader, _ message: Hash) {
        count("refused.author")
        guard header.to ?? id == id, isBeingAdmitted(header.sender), fictionLimit.allows(at: now) else { return }
        // No signature was checked as yet: its place does not count as taken.
        miss(message, author: header.sender, direct: nil)
    }

    /// Is an invitation of this member on its way to the disk?
    private func isBeingAdmitted(_ member: NodeID) -> Bool {
        waiting.values.contains { continuation in
            switch continuation {
            case .operations(let verified, _, _), .admit(let verified, _):
                verified.contains { $0.kind == .invite && $0.subject == member }
            default: false
            }
        }
    }
}
