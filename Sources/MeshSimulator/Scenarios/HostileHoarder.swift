import MeshCore

extension Scenario {
    static func hostileHoarder(attack: Duration) -> Scenario {
        Scenario(
            "hostile-hoarder", "one in ten has too much of everything: records, operations, nicks, links, messages",
            nodes: 10
        ) { stage in
            var appetite = Hoarder.Appetite()
            // In small worlds as much in all as one hostile node could do; in large ones, five great bursts in ten seconds.
            let hostile = Double(max(1, stage.options.nodes / 10))
            appetite.bursts = stage.isLarge ? 0.05 : 1 / hostile
            appetite.invitations = stage.isLarge ? 100 : 16
            appetite.records = stage.isLarge ? 8 : 32
            appetite.messages = stage.isLarge ? 0.2 : min(1, 4 / hostile)
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
