import MeshCore

/// Whoever takes part sees the same members: those that follow from all operations together.
package final class MembershipChecker: Checker {
    package static let rule = "membership is the function of all operations that anybody holds"

    package func conclude(_ world: World) {
        guard let expected = world.expectedMembership else { return }
        for node in world.nodes where node.isUp && node.isHonest {
            let isMember = expected.members.contains(node.id)
            guard isMember == node.core.isMember else {
                violate(isMember ? "a member that is out" : "no member, and thinks it is", at: node, in: world)
                continue
            }
            guard isMember else { continue }
            let seen = Set(node.core.members.filter(\.isMember).map(\.id))
            for other in seen.symmetricDifference(expected.members).sorted() {
                let verb = seen.contains(other) ? "counts" : "does not count"
                violate("\(verb) \(world.name(of: other))", at: node, in: world)
            }
            if node.core.revokedMembers != expected.revoked { violate("other revocations", at: node, in: world) }
        }
    }
}
