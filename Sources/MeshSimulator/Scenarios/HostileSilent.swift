import MeshCore

extension Scenario {
    static func hostileSilent(attack: Duration) -> Scenario {
        Scenario(
            "hostile-silent", "one in ten looks like a good member and passes nothing on", nodes: 10
        ) { stage in
            let ears = Eavesdropper()
            var story = HostileStory(attack: attack) { stage, node in
                stage.world.listen(ears)
                return Silencer(seed: stage.options.seed, index: node.index, ears: ears)
            }
            // Whoever has silent neighbours only finds that out within 110 s, and makes other links.
            story.deliveryLimit = .seconds(180)
            story.play(on: stage)
        }
    }
}
