import MeshCore

/// What goes wrong in a run, drawn from a seed before it begins: a value, so that it can be printed and played again.
///
/// Swarm testing (Groce et al., ISSTA 2012): each seed draws its own kinds of faults and how often they come. A run
/// with everything at once finds less than many runs with a few things each, because faults hide one another.
package struct FaultPlan: Sendable, Equatable {
    /// A chat message that somebody will want to send.
    package struct Message: Sendable, Equatable {
        package let at: Duration
        package let from: Int
        /// Nil for the group.
        package let to: Int?
    }

    package let seed: UInt64
    /// Members from the start; newcomers have the numbers after them.
    package let members: Int
    package let newcomers: Int
    package let duration: Duration
    /// Kinds of this seed, each with the mean time between two of them.
    package internal(set) var kinds: [Frequency] = []
    package internal(set) var network = NetworkModel()
    /// Members behind NAT.
    package internal(set) var undiallable: Set<Int> = []
    package internal(set) var usesTLS = true
    /// Messages and prekeys are on disk and survive crashes.
    package internal(set) var isDurable = false
    /// Faults come while the members meet for the first time.
    package internal(set) var beginsAtOnce = false
    package internal(set) var faults: [TimedFault] = []
    package internal(set) var messages: [Message] = []

    /// Two members that can be dialled and are never revoked: whom newcomers know.
    package static let anchors = 2

    package var count: Int { members + newcomers }

    package enum Kind: String, Sendable, CaseIterable {
        case crash, massCrash, pause, slow, clock, flap, clog, split, oneWaySplit, network, quit
    }

    /// How often a kind of fault comes.
    package struct Frequency: Sendable, Equatable {
        package let kind: Kind
        package let interval: Duration
    }
}

extension FaultPlan: CustomStringConvertible {
    /// For people: what kind of run this is, then every fault at its time.
    package var description: String {
        let names = kinds.map { "\($0.kind.rawValue) every \(Int($0.interval.seconds)) s" }.joined(separator: ", ")
        var lines = [
            "plan of seed \(seed): \(members) members, \(newcomers) newcomers, \(messages.count) messages, "
                + "TLS \(usesTLS ? "on" : "off"), \(isDurable ? "on disk" : "in memory"), behind NAT \(undiallable.sorted())\(beginsAtOnce ? ", from the start" : "")",
            "kinds: \(names)", "network: \(network)",
        ]
        lines += faults.map { "\(Text.right("\(Int($0.at.seconds))", 5)) s  \($0.fault.sentence)" }
        return lines.joined(separator: "\n")
    }
}
