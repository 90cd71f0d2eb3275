import MeshCore

extension Scenario {
    static func hostileStorm(attack: Duration) -> Scenario {
        Scenario(
            "hostile-storm", "one in ten announces fictions, grafts, prunes, resets and lies in every digest", nodes: 10
        ) { stage in
            let story = HostileStory(attack: attack) { stage, node in
                Stormer(seed: stage.options.seed, index: node.index, authors: stage.world.nodes.map(\.id).sorted())
            }
            story.play(on: stage)
        }
    }
}
