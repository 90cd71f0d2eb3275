import MeshCore

extension Scenario {
    static func hostileReplayer(attack: Duration) -> Scenario {
        Scenario(
            "hostile-replayer", "one in ten repeats all it heard, and smuggles what a revoked member backdates",
            nodes: 10
        ) { stage in
            let ears = Eavesdropper()
            var contraband: Contraband?
            var story = HostileStory(attack: attack) { stage, node in
                stage.world.listen(ears)
                return Replayer(
                    seed: stage.options.seed, index: node.index, ears: ears, contraband: contraband)
            }
            story.prepare = { stage, hostile in contraband = stage.putOut(hostile) }
            story.play(on: stage)
            for node in stage.world.honestNodes {
                let known = Set(node.core.members.filter { $0.state != .void }.map(\.id))
                stage.require(
                    known.isDisjoint(with: contraband?.invited ?? []), "an invitation by a revoked member counts")
            }
        }
    }
}

extension Stage {
    /// A member talks, is revoked, and writes to a past in which it was none.
    fileprivate func putOut(_ hostile: [Int]) -> Contraband? {
        begin("revoking")
        guard let index = draw(1).first, let sponsor = draw(2).first(where: { $0 != index }) else { return nil }
        let thief = world.nodes[index]
        world.enlist(Repentant(), at: index)
        world.say(from: thief)
        run(for: .seconds(1))
        let stale = thief.core
        for _ in 0..<3 {
            world.say(from: thief)
            run(for: .seconds(1))
        }
        let operations = thief.store.compactMap { entry -> Hash? in
            guard case .operation(let operation) = entry else { return nil }
            return operation.id(in: thief.core.networkID, with: thief.cryptography)
        }
        world.command(.revoke(thief.id, frontier: nil), at: world.nodes[sponsor])
        run(for: .seconds(10))
        return Contraband(author: thief, stale: stale, operations: operations, seed: options.seed)
    }
}
