import MeshCore

// Two ways to begin: with nodes that find each other, and in the middle of a settled mesh.
extension OverlayWorld {
    /// Nodes without links. `starts` are milliseconds; `knows` is whose addresses a node has from the beginning.
    package convenience init(
        _ count: Int, seed: UInt64, options: OverlayOptions = OverlayOptions(), starts: (Int) -> Int = { _ in 0 },
        knows: (Int) -> Set<Int>
    ) {
        self.init(empty: count, seed: seed, options: options)
        published = Array(repeating: [], count: count)
        versions = Array(repeating: Array(repeating: 0, count: count), count: count)
        for number in 0..<count {
            let id = makeID(number)
            let machine = TopologyMachine(
                id: id, configuration: .init(minDegree: 2, maxDegree: options.maxDegree), weight: Self.weight,
                hasEndpoint: isDiallable[number] || !options.knowsInbound, now: now)
            let known = knows(number)
            let reachable = (0..<count).map { $0 == number }
            nodes.append(
                OverlayNode(
                    machine: machine, plumtree: makeTrees(), seed: generator.next(), starts: starts(number),
                    knows: (0..<count).map { known.contains($0) },
                    reachable: reachable, isRosterDirty: true))
            schedule(.start(number), after: starts(number))
        }
    }

    /// A mesh in which everybody knows everybody's address, not yet linked.
    package static func acquainted(
        _ count: Int, seed: UInt64, options: OverlayOptions = OverlayOptions()
    ) -> OverlayWorld {
        let all = Set(0..<count)
        return OverlayWorld(
            count, seed: seed, options: options, starts: { $0 * 977 % 1_000 }, knows: { _ in all })
    }

    /// A ring with chords that has been there for long: everybody knows everything, and the machines say so at once.
    /// Chords are drawn, not agreed by weight; that makes the same kind of graph (topology, 5.1).
    package static func settled(
        _ count: Int, seed: UInt64, options: OverlayOptions = OverlayOptions()
    ) -> OverlayWorld {
        precondition(options.undiallable == 0 && count > 2, "a settled mesh has a ring of all")
        let world = OverlayWorld(empty: count, seed: seed, options: options)
        let ids = (0..<count).map { world.makeID($0) }
        let values = world.settledRecords(ids)
        world.published = values.map { [$0] }
        let graph = LinkGraph(settled: zip(ids, values).map { (owner: $0, value: $1) })
        let roster = ids.map { TopologyMachine.Member(id: $0, hasEndpoint: true) }
        world.versions = Array(repeating: Array(repeating: 1, count: count), count: count)
        let all = Array(repeating: true, count: count)
        for number in 0..<count {
            // Audits are spread over their interval.
            let audited = Instant(uptime: -Int64.random(in: 0..<5_000, using: &world.generator) * 1_000_000, wall: 0)
            let machine = TopologyMachine(
                id: ids[number], configuration: .init(minDegree: 2, maxDegree: options.maxDegree),
                weight: weight, roster: roster, graph: graph, value: values[number], now: audited)
            world.nodes.append(
                OverlayNode(
                    machine: machine, plumtree: world.makeTrees(), seed: world.generator.next(), starts: 0,
                    knows: all, reachable: all, isRosterDirty: false))
            world.schedule(.start(number), after: 1)
        }
        for (number, value) in values.enumerated() {
            for peer in value.links.map({ world.number(of: $0.peer) }) where number < peer { world.open(number, peer) }
        }
        return world
    }

    private static let weight = ChordWeight(network: .zero) { bytes in
        var mixer = ByteMixer(domain: 0)
        mixer.absorb(bytes)
        return Hash(mixer.value)
    }

    private func makeTrees() -> PlumtreeMachine {
        PlumtreeMachine(ihaveTimeout: .milliseconds(options.ihaveTimeout), limits: Limits())
    }

    /// What everybody publishes in a mesh of these, by number.
    private func settledRecords(_ ids: [NodeID]) -> [LinksValue] {
        let ring = ids.indices.sorted { ids[$0] < ids[$1] }
        var needed = Array(repeating: [Int](), count: ids.count)
        for (place, number) in ring.enumerated() {
            needed[number] = [ring[(place + ring.count - 1) % ring.count], ring[(place + 1) % ring.count]]
        }
        var peers = needed
        for _ in 2..<max(options.maxDegree, 2) { addChords(to: &peers) }
        return ids.indices.map { number in
            let links = peers[number].map { LinksValue.Link(peer: ids[$0], isNeeded: needed[number].contains($0)) }
            return LinksValue(
                inbound: .yes, wanted: UInt8(clamping: options.maxDegree), links: links.sorted { $0.peer < $1.peer })
        }
    }

    /// One more link for each, where there is somebody left whom it is not linked to.
    private func addChords(to peers: inout [[Int]]) {
        var free = peers.indices.shuffled(using: &generator)
        while let first = free.popLast() {
            guard let place = free.lastIndex(where: { !peers[first].contains($0) }) else { continue }
            let second = free.remove(at: place)
            peers[first].append(second)
            peers[second].append(first)
        }
    }
}
