import MeshCore

extension Scenario {
    static func hostileForger(attack: Duration) -> Scenario {
        Scenario(
            "hostile-forger", "one in ten forges records, messages and operations, and alters what it relays", nodes: 10
        ) { stage in
            let ears = Eavesdropper()
            let story = HostileStory(attack: attack) { stage, node in
                stage.world.listen(ears)
                return Forger(seed: stage.options.seed, index: node.index, ears: ears)
            }
            story.play(on: stage)
        }
    }
}

extension World {
    /// Adds the ears of hostile nodes, once.
    func listen(_ ears: Eavesdropper) {
        if !stepObservers.contains(where: { $0 === ears }) { stepObservers.append(ears) }
    }
}
