/// Something bad, or good again, that happens to the world at a time.
package enum Fault: Sendable, Equatable {
    case crash(Int, silently: Bool)
    case restart(Int)
    /// As by SIGSTOP, for so long.
    case pause(Int, Duration)
    /// The node's calendar moves by so many ms, forwards or back.
    case jumpClock(Int, milliseconds: Int64)
    /// One group number for each node; those of ``Barriers/bridge`` reach everybody.
    case split([Int], isOneWay: Bool)
    case heal
    /// Nothing goes from the first to the second for so long, though the link stays.
    case clog(Int, Int, Duration)
    /// The links between two nodes break.
    case breakLinks(Int, Int)
    case changeNetwork(NetworkModel)
    /// All nodes of the list at once.
    case massCrash([Int], silently: Bool)
    /// A node is told to stop and says goodbye.
    case quit(Int)
    // Not faults, but they come at bad times too.
    case invite(by: Int, Int)
    case revoke(by: Int, Int)

    package var sentence: String {
        switch self {
        case .crash(let node, let silently): "node\(node) \(silently ? "vanishes" : "is killed")"
        case .restart(let node): "node\(node) starts again"
        case .pause(let node, let duration): "node\(node) stands still for \(duration)"
        case .jumpClock(let node, let milliseconds): "the calendar of node\(node) jumps by \(milliseconds) ms"
        case .split(_, let isOneWay): isOneWay ? "the network splits in one direction" : "the network splits"
        case .heal: "the network heals"
        case .clog(let from, let to, let duration): "nothing goes from node\(from) to node\(to) for \(duration)"
        case .breakLinks(let first, let second): "links between node\(first) and node\(second) break"
        case .changeNetwork: "the network changes"
        case .massCrash(let nodes, let silently): "\(nodes.count) nodes \(silently ? "vanish" : "are killed")"
        case .quit(let node): "node\(node) quits"
        case .invite(let sponsor, let newcomer): "node\(sponsor) invites node\(newcomer)"
        case .revoke(let signer, let member): "node\(signer) revokes node\(member)"
        }
    }
}

/// A fault and when it comes.
package struct TimedFault: Sendable, Equatable {
    package let at: Duration
    package let fault: Fault

    package init(at: Duration, _ fault: Fault) { (self.at, self.fault) = (at, fault) }
}
