/// One thing that is done to a cluster: a line of a scenario, or a command of `mesh-cluster`.
package enum Step: Equatable, Sendable {
    case up(UpOptions)
    case start(NodeSelection, StartOptions)
    case send(from: Int, SendOptions)
    case direct(from: Int, to: Int, text: String)
    case invite(by: Int, NodeSelection)
    case revoke(by: Int, NodeSelection)
    /// With a goodbye (SIGTERM), or without (`-9`).
    case kill(NodeSelection, isHard: Bool)
    case stop(NodeSelection)
    case resume(NodeSelection)
    /// Stopped for so long: a laptop that sleeps.
    case pause(NodeSelection, Duration)
    case restart(NodeSelection)
    case cut(NodeSelection, NodeSelection, Cut)
    /// Nobody can dial these; they can dial others.
    case nat(NodeSelection)
    /// Mends all cuts and lines; who is behind a NAT stays there.
    case heal
    case net(LineQuality, between: NodeSelection?)
    case wait(NodeSelection, [Condition], Duration)
    case expect(NodeSelection, [Condition])
    case show(Report, NodeSelection)
    case graph(file: String?)
    case execute(node: Int, [String])
    case certificates(folder: String)
    case down

    package enum Cut: Equatable, Sendable {
        case bothWays
        /// Only what the first send to the second is lost.
        case oneWay
        /// Links are reset, and dials refused, at once.
        case reset
    }

    package enum Report: String, Equatable, Sendable { case ps, members, links, status }
}

/// Who dials whom at the start; later the mesh decides that for itself.
package enum Topology: String, Equatable, Sendable, CaseIterable {
    /// All know node1.
    case star
    /// Each knows the one before.
    case chain
    /// Each knows one of those before, drawn.
    case random
    /// Nobody knows anybody; they find each other on the local net.
    case lan
}

package struct UpOptions: Equatable, Sendable {
    package var count = 3
    /// Nil: as the tool was told, else on.
    package var usesTLS: Bool?
    package var isOpen = false
    package var topology = Topology.star
    /// Where identities and drawn topologies come from; nil: they are new each time.
    package var randomSeed: UInt64?
    package var limit = Duration.seconds(60)
    package init() {}
}

package struct StartOptions: Equatable, Sendable {
    package enum Security: String, Equatable, Sendable, CaseIterable {
        case on, off
        /// The opposite of the cluster's.
        case other
    }
    /// Whom they dial; nil: the first node that runs.
    package var seeds: NodeSelection?
    package var security: Security?
    /// Nobody invites them first.
    package var isUninvited = false
    /// Nobody can dial them.
    package var isHidden = false
    package init() {}
}

package struct SendOptions: Equatable, Sendable {
    package var text: String
    package var times = 1
    /// Padded to so many bytes.
    package var size = 0
    package init(_ text: String) { self.text = text }
}

/// What a line does to everything that passes.
package struct LineQuality: Equatable, Sendable {
    package var delay = Duration.zero
    package var jitter = Duration.zero
    package var loss = 0.0
    package init() {}
    var isPerfect: Bool { self == LineQuality() }
}
