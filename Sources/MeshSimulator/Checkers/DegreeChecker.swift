import MeshCore

/// The bound on links (topology, 4.3, 4.4 and 4.7): three, one more while repairing; members that cannot be dialled
/// are guests, of whom a relay takes its share and who together stand in the place of one link. Only who is out of
/// everybody's reach and has no link at all is taken in beyond that; spare links are shed when it is over, while guests
/// stay: at most twice the share.
package final class DegreeChecker: Checker {
    package static let rule = "degree at most maxDegree + 1, guests by share"

    package private(set) var greatest = 0

    package func inspect(_ world: World) {
        for node in world.nodes where node.isRunning && node.isHonest {
            greatest = max(greatest, node.ask { $0.linkCount })
        }
    }

    package func conclude(_ world: World) {
        let taking = world.peersInAgreement
        let guests = taking.count { !$0.isDiallable }
        let relays = max(1, taking.count - guests)
        let share = (min(2, relays) * (guests + 1) + relays - 1) / relays + 1
        for node in taking {
            let peers = Set(node.core.linkStatuses.map(\.id))
            let invited = taking.count { !$0.isDiallable && peers.contains($0.id) }
            let own = peers.count - invited
            if own + min(invited, 1) > node.configuration.maxDegree + 1 || invited > 2 * share && relays > 1 {
                violate("\(own) links and \(invited) guests of at most \(share)", at: node, in: world)
            }
        }
    }
}
