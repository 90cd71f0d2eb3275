extension LinkGraph {
    /// Does a path remain between me and `peer` when our own link is taken away? If not, the link is a bridge, and a
    /// bridge is never shed. Up to date without a `refresh`.
    package func hasPathAround(linkTo peer: NodeID) -> Bool {
        guard let target = rank(of: peer) else { return false }
        var seen = Array(repeating: false, count: members.count)
        seen[ownRank] = true
        var queue = [ownRank]
        var (next, isFound) = (0, false)
        while next < queue.count, !isFound {
            let rank = queue[next]
            next += 1
            eachPeer(of: rank) { neighbour in
                guard !seen[neighbour], isLive(rank, neighbour) else { return }
                if neighbour == target {
                    if rank != ownRank { isFound = true }
                    return
                }
                seen[neighbour] = true
                queue.append(neighbour)
            }
        }
        return isFound
    }

    /// All edges in my view, also those between members out of my reach; sorted.
    package var edges: [MeshGraph.Edge] {
        var result: [MeshGraph.Edge] = []
        for rank in members.indices {
            for peer in liveNeighbours(of: rank) where rank < peer {
                result.append(MeshGraph.Edge(members[rank], members[peer]))
            }
        }
        return result.sorted()
    }

    /// Members of my component, me included, whose death would leave the others in more than one part; sorted.
    ///
    /// Tarjan's low-link search (SIAM J. Comput. 1972), with its own stack: a chain of 10,000 members must not
    /// exhaust the program's.
    package var cutVertices: [NodeID] {
        var order = Array(repeating: 0, count: members.count)
        var low = order
        var isCut = Array(repeating: false, count: members.count)
        var visits = 1
        var stack = [Visit(rank: ownRank, parent: -1, neighbours: liveNeighbours(of: ownRank))]
        (order[ownRank], low[ownRank]) = (1, 1)
        while var top = stack.popLast() {
            if let neighbour = top.neighbours.popLast() {
                stack.append(top)
                if neighbour == top.parent { continue }
                if order[neighbour] > 0 {
                    low[top.rank] = min(low[top.rank], order[neighbour])
                    continue
                }
                visits += 1
                (order[neighbour], low[neighbour]) = (visits, visits)
                stack[stack.count - 1].children += 1
                stack.append(Visit(rank: neighbour, parent: top.rank, neighbours: liveNeighbours(of: neighbour)))
            } else if top.parent < 0 {
                isCut[top.rank] = top.children > 1
            } else {
                low[top.parent] = min(low[top.parent], low[top.rank])
                if top.parent != ownRank, low[top.rank] >= order[top.parent] { isCut[top.parent] = true }
            }
        }
        return members.indices.filter { isCut[$0] }.map { members[$0] }
    }

    private struct Visit {
        var rank: Int
        var parent: Int
        var neighbours: [Int]
        var children = 0
    }

    /// Ranks at the other ends of live edges. An edge of mine counts from the other end too, whatever that says.
    private func liveNeighbours(of rank: Int) -> [Int] {
        var neighbours: [Int] = []
        eachPeer(of: rank) { if $0 != ownRank, isLive(rank, $0) { neighbours.append($0) } }
        if rank != ownRank, lists(ownRank, rank) { neighbours.append(ownRank) }
        return neighbours
    }
}
