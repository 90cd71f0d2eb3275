/// The links of a mesh at one moment, by node number.
package struct OverlayGraph: Sendable {
    package let neighbours: [[Int]]
    /// The nodes that take part.
    package let nodes: [Int]

    package init(count: Int, nodes: [Int], edges: [(Int, Int)]) {
        var neighbours = Array(repeating: [Int](), count: count)
        for (first, second) in edges {
            if !neighbours[first].contains(second) { neighbours[first].append(second) }
            if !neighbours[second].contains(first) { neighbours[second].append(first) }
        }
        (self.neighbours, self.nodes) = (neighbours, nodes)
    }

    /// Links from `source` to each node on a shortest path; -1 where there is none.
    package func distances(from source: Int) -> [Int] {
        var distances = Array(repeating: -1, count: neighbours.count)
        distances[source] = 0
        var queue = [source]
        var next = 0
        while next < queue.count {
            let node = queue[next]
            next += 1
            for neighbour in neighbours[node] where distances[neighbour] < 0 {
                distances[neighbour] = distances[node] + 1
                queue.append(neighbour)
            }
        }
        return distances
    }

    /// The least possible last hop from this source.
    package func eccentricity(of source: Int) -> Int {
        let distances = distances(from: source)
        return nodes.map { distances[$0] }.max() ?? 0
    }

    package var isConnected: Bool {
        guard let first = nodes.first else { return true }
        let distances = distances(from: first)
        return nodes.allSatisfy { distances[$0] >= 0 }
    }

    package var degrees: [Int] { nodes.map { neighbours[$0].count } }
}

extension World {
    /// Links that are open at both ends, between nodes that run.
    package var overlay: OverlayGraph {
        OverlayGraph(count: nodes.count, nodes: runningNodes.map(\.index), edges: edges)
    }
}
