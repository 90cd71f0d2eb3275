import MeshCore

/// Every collection that peers can make grow stays within its bound.
package final class LimitChecker: Checker {
    package static let rule = "no collection exceeds its limit"

    /// As dear as a digest at each node: every tenth second.
    private var seconds = 0

    package func inspect(_ world: World) {
        seconds += 1
        if seconds % 10 == 0 { look(at: world) }
    }

    package func conclude(_ world: World) { look(at: world) }

    private func look(at world: World) {
        for node in world.nodes where node.isUp && node.isHonest {
            for place in node.ask({ $0.occupancy }) where place.isExceeded {
                violate("\(place.count) \(place.name) of at most \(place.limit)", at: node, in: world)
            }
        }
    }
}
