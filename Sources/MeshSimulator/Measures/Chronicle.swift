package import MeshCore

/// Events of a run that measures are taken from.
package struct Chronicle: Sendable {
    /// A node has told that another is out of reach.
    package struct Verdict: Sendable {
        package let at: Int64
        package let observer: Int
        package let subject: NodeID
    }

    package var verdicts: [Verdict] = []
    /// When each node learned of an invitation or revocation of a key.
    package private(set) var knowledge: [NodeID: [Int: Int64]] = [:]
    package var warnings: [String: Int] = [:]
    /// Links that honest nodes closed because of what the peer did.
    package private(set) var violationsSeen = 0
    private(set) var lastOverlayChange: Int64 = 0
    package private(set) var faults = 0

    mutating func learned(_ member: NodeID, by node: Int, at time: Int64) {
        if knowledge[member]?[node] == nil { knowledge[member, default: [:]][node] = time }
    }

    mutating func overlayChanged(at time: Int64) { lastOverlayChange = time }
    mutating func countFault() { faults += 1 }

    mutating func count(_ reason: CloseReason, isHonest: Bool) {
        if isHonest, reason == .protocolViolation || reason == .malformedFrame || reason == .badIdentity {
            violationsSeen += 1
        }
    }
}
