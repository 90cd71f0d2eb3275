import MeshCore

extension Scenario {
    static func hostileHoarder(attack: Duration) -> Scenario {
        Scenario(
            "hostile-hoarder", "one in ten has too much of everything: records, operations, nicks, links, messages",
            nodes: 10
        ) { stage in
            let members = stage.options.nodes
            var appetite = Hoarder.Appetite()
            // As much in all as a group of so many can be made to store in the time of the attack.
            let hostile = Double(max(1, members / 10))
            appetite.bursts = members > 100 ? 5 / (15 * hostile) : 1 / hostile
            appetite.invitations = members > 100 ? 200 : 16
            appetite.records = members > 100 ? 4 : 32
            appetite.messages = min(1, 4 / hostile)
            var story = HostileStory(attack: attack) { stage, node in
                Hoarder(
                    seed: stage.options.seed, index: node.index, members: stage.world.nodes.map(\.id),
                    appetite: appetite)
            }
            // 256 records of an owner, at two a second.
            story.agreementLimit = .seconds(180)
            story.agreesUnderAttack = false
            story.trafficLimit = 100
            story.play(on: stage)
        }
    }
}
