import MeshCore
import Testing

@Suite struct LinkGraphTests {
    private func id(_ number: Int) -> NodeID {
        NodeID([UInt8(number >> 8), UInt8(number & 255)] + [UInt8](repeating: 0, count: 30))!
    }

    private func value(_ peers: [Int]) -> LinksValue {
        LinksValue(inbound: .yes, wanted: 3, links: peers.sorted().map { .init(peer: id($0), isNeeded: false) })
    }

    /// Node 0's view of a graph given by its edges.
    private func graph(_ count: Int, _ edges: [(Int, Int)]) -> LinkGraph {
        var graph = LinkGraph(own: id(0))
        graph.setMembers((0..<count).map(id))
        for member in 0..<count {
            let peers = edges.compactMap { $0 == member ? $1 : $1 == member ? $0 : nil }
            graph.record(value(peers), of: id(member))
        }
        graph.refresh()
        return graph
    }

    @Test func anEdgeNeedsBothEnds() {
        var graph = graph(4, [(0, 1), (1, 2), (2, 3)])
        #expect(graph.reachable == [0, 1, 2, 3].map(id))
        graph.record(value([1]), of: id(2))
        graph.refresh()
        #expect(graph.reachable == [0, 1, 2].map(id))
        #expect(graph.edges == [MeshGraph.Edge(id(0), id(1)), MeshGraph.Edge(id(1), id(2))])
    }

    @Test func ownLinksAreLiveWhateverTheOtherEndSays() {
        var graph = LinkGraph(own: id(0))
        graph.setMembers([id(1)])
        graph.setOwn(value([1]))
        graph.refresh()
        #expect(graph.isReachable(id(1)))
        graph.record(value([0]), of: id(1))
        graph.setOwn(value([]))
        graph.refresh()
        #expect(!graph.isReachable(id(1)))
    }

    @Test func whoAMemberListsIsItsOwnWord() {
        var graph = graph(4, [(0, 1), (1, 2)])
        graph.record(value([3, 1, 9]), of: id(2))
        #expect(graph.listed(by: id(2)) == [id(1), id(3)], "members, confirmed or not")
        #expect(graph.listed(by: id(3)).isEmpty)
        #expect(graph.listed(by: id(9)).isEmpty)
    }

    @Test func nextHopsLeadAlongShortestPaths() {
        let graph = graph(8, (0..<8).map { ($0, ($0 + 1) % 8) })
        #expect(graph.nextHop(to: id(3)) == id(1))
        #expect(graph.nextHop(to: id(5)) == id(7))
        #expect(graph.nextHop(to: id(0)) == nil)
        #expect(graph.nextHop(to: id(99)) == nil)
    }

    @Test func bridgesAreTold() {
        let graph = graph(6, [(0, 1), (1, 2), (2, 0), (0, 3), (3, 4), (4, 5), (5, 3)])
        #expect(graph.hasPathAround(linkTo: id(1)))
        #expect(!graph.hasPathAround(linkTo: id(3)))
    }

    @Test func cutVerticesAreThoseWhoseLossCutsTheComponent() {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<200 {
            let count = 9
            let edges = (0..<11).map { _ in
                (Int.random(in: 0..<count, using: &generator), Int.random(in: 0..<count, using: &generator))
            }.filter { $0 != $1 }
            let full = graph(count, edges)
            let inside = (0..<count).filter { full.isReachable(id($0)) }
            let expected = inside.filter { victim in
                guard let start = inside.first(where: { $0 != victim }) else { return false }
                var seen = [start]
                for member in 0... where member < seen.count {
                    for (first, second) in edges where first != victim && second != victim {
                        for (here, there) in [(first, second), (second, first)]
                        where here == seen[member] && !seen.contains(there) { seen.append(there) }
                    }
                    if member + 1 == seen.count { break }
                }
                return seen.count < inside.count - 1
            }
            #expect(full.cutVertices == expected.map(id))
        }
    }

    @Test func aLongChainIsNoProblem() {
        let count = 5_000
        var graph = LinkGraph(own: id(0))
        graph.setMembers((0..<count).map(id))
        for member in 0..<count {
            graph.record(value([member - 1, member + 1].filter { (0..<count).contains($0) }), of: id(member))
        }
        graph.refresh()
        #expect(graph.reachable.count == count)
        #expect(graph.cutVertices.count == count - 2)
    }

    @Test func membersMayComeAndGoWithoutLosingWhatWasKnown() {
        var graph = graph(4, [(0, 1), (1, 2), (2, 3)])
        graph.setMembers([1, 2, 3, 4].map(id))
        graph.refresh()
        #expect(graph.members == [0, 1, 2, 3, 4].map(id))
        #expect(graph.reachable == [0, 1, 2, 3].map(id))
        graph.setMembers([1, 3].map(id))
        graph.refresh()
        #expect(graph.reachable == [0, 1].map(id))
        let isTaken = graph.record(value([]), of: id(2))
        #expect(!isTaken)
    }

    @Test func aNextHopThatIsNoMemberAnyMoreIsNoNextHop() {
        var graph = graph(5, [(0, 1), (1, 2), (0, 3)])
        graph.setMembers([2, 3, 4].map(id))
        graph.setMembers([2, 3].map(id))
        #expect(graph.nextHop(to: id(2)) == nil)
        #expect(graph.nextHop(to: id(3)) == id(3))
        graph.refresh()
        #expect(graph.reachable == [0, 3].map(id))
    }

    /// More than four links, keys that are no members, and what becomes of both when the members change.
    @Test func longAndStrangeRecordsCountLikeOthers() {
        var graph = LinkGraph(own: id(0))
        graph.setMembers((0..<8).map(id))
        graph.setOwn(value([1]))
        graph.record(value([0, 2, 3, 4, 5, 6, 99]), of: id(1))
        for member in 2..<7 { graph.record(value([1]), of: id(member)) }
        graph.record(value([1]), of: id(7))
        graph.refresh()
        #expect(graph.reachable == (0..<7).map(id))
        graph.setMembers([1, 2, 6, 7, 99].map(id))
        graph.record(value([1]), of: id(99))
        graph.refresh()
        #expect(graph.reachable == [0, 1, 2, 6, 99].map(id))
        #expect(graph.cutVertices == [id(1)])
        let isNews = graph.record(value([0, 2, 3, 4, 5, 6, 99]), of: id(1))
        #expect(!isNews)
        graph.record(value([0, 2]), of: id(1))
        graph.refresh()
        #expect(graph.reachable == [0, 1, 2].map(id))
    }

    /// A record that cannot matter does not make the component be computed anew, and is remembered all the same.
    @Test func theComponentIsRightWhateverOrderRecordsComeIn() {
        var generator = SeededGenerator(seed: 12)
        for _ in 0..<50 {
            var (graph, records) = (LinkGraph(own: id(0)), [Int: [Int]]())
            graph.setMembers((0..<12).map(id))
            for _ in 0..<60 {
                let owner = Int.random(in: 0..<12, using: &generator)
                let peers = Set(
                    (0..<Int.random(in: 0...5, using: &generator)).map { _ in
                        Int.random(in: 0..<12, using: &generator)
                    }
                ).subtracting([owner])
                records[owner] = Array(peers)
                graph.record(value(Array(peers)), of: id(owner))
                graph.refresh()
                var inside = [0]
                for member in 0... {
                    guard member < inside.count else { break }
                    let here = inside[member]
                    for peer in records[here] ?? [] where !inside.contains(peer) {
                        if here == 0 || records[peer]?.contains(here) == true { inside.append(peer) }
                    }
                }
                #expect(graph.reachable == inside.sorted().map(id))
                let hops = inside.dropFirst().map { graph.nextHop(to: id($0)) }
                #expect(hops.allSatisfy { hop in records[0]?.contains { id($0) == hop } == true })
            }
        }
    }
}
