public import MeshCore

/// What `wait` waits for; all that is set must hold at once.
public struct MeshCondition: Sendable, Equatable {
    /// At least so many members, members in reach, links, messages in the history.
    public var members: Int?
    public var online: Int?
    public var links: Int?
    public var messages: Int?
    /// Every direct peer's last digest equals ours.
    public var isConverged: Bool?
    public var stateHash: Hash?
    /// At most so many own messages that no peer has been handed yet.
    public var unpassed: Int?

    public init() {}

    func holds(for status: NodeStatus) -> Bool {
        status.members >= members ?? 0 && status.online >= online ?? 0 && status.links >= links ?? 0
            && status.messages >= messages ?? 0 && isConverged ?? status.isConverged == status.isConverged
            && status.unpassed <= unpassed ?? .max && stateHash ?? status.stateHash == status.stateHash
    }

    /// What is still missing, for the error of a wait that took too long.
    func unmet(by status: NodeStatus) -> String {
        let counts = [
            ("members", members, status.members), ("online", online, status.online), ("links", links, status.links),
            ("messages", messages, status.messages),
        ]
        var missing = counts.compactMap { name, wanted, here in
            wanted.flatMap { $0 > here ? "\(name) \(here) of \($0)" : nil }
        }
        if let isConverged, isConverged != status.isConverged {
            missing.append(isConverged ? "not converged" : "converged")
        }
        if let stateHash, stateHash != status.stateHash { missing.append("another stateHash") }
        if let unpassed, unpassed < status.unpassed { missing.append("\(status.unpassed) messages are with no peer") }
        return missing.joined(separator: ", ")
    }
}
