import MeshCore

/// After the faults all members that run are one mesh, know it, and hold the same state.
package final class AgreementChecker: Checker {
    package static let rule = "in the end all members are linked, in each other's reach, and agree"

    package func conclude(_ world: World) {
        let running = world.peersInAgreement
        let graph = world.overlayOfMembers
        if !graph.isConnected { violate("the mesh is in \(graph.parts) parts", in: world) }
        if !world.agrees { violate(world.disagreement, in: world) }
        let present = Set(running.map(\.id))
        for node in running {
            let online = Set(node.core.members.filter { $0.state == .online }.map(\.id))
            for other in online.symmetricDifference(present).sorted() {
                let adjective = online.contains(other) ? "in reach" : "out of reach"
                violate("shows \(world.name(of: other)) as \(adjective)", at: node, in: world)
            }
            if !node.saysConverged { violate("says that it has not converged", at: node, in: world) }
        }
    }
}

extension SimulatedNode {
    /// What its status says.
    var saysConverged: Bool { core.status.isConverged }
}
