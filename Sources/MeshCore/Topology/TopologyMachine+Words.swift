// For people who must understand why a mesh is as it is.
extension TopologyMachine {
    /// One line about own links and ring neighbours, and one about everybody as seen from here.
    ///
    /// `!` needed, `?` suspect, `~` draining; a member is `+` in reach or `-` not, with its degree, `R` a relay, `P` in
    /// a pause after a dial, `U` a dial under way.
    package func words(now: Instant, naming name: (NodeID) -> String) -> [String] {
        let own = links.all.map { link in
            name(link.peer) + (link.isNeeded ? "!" : "") + (link.isSuspect ? "?" : "") + (link.isDraining ? "~" : "")
        }
        let ring = circle(now: now).neighbours.map { name(graph.members[$0]) }
        let others = graph.members.indices.map { rank in
            let (member, view) = (graph.members[rank], graph.views[rank])
            return "\(name(member))\(graph.isInside(rank) ? "+" : "-")\(view.degree)\(isRelay(rank) ? "R" : "")"
                + (dials.isPaused(member, now: now) ? "P" : "") + (dials.isUnderWay(member) ? "U" : "")
        }
        return [
            "inbound \(inbound), links \(own.joined(separator: " ")), ring \(ring.joined(separator: " "))",
            others.joined(separator: " "),
        ]
    }
}

extension NodeCore {
    /// This node's links and map in words.
    package func topologyWords(naming name: (NodeID) -> String) -> [String] {
        topology.words(now: now, naming: name)
    }
}
