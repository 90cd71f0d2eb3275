internal import ChatKit
internal import MeshSimulator

/// The links of a cluster, drawn as the simulator draws them: on a circle in the order of the keys, which is the ring.
struct GraphPicture {
    let document: String

    /// - Parameter answer: to the command `graph`.
    init(_ answer: JSON, nodes: [ClusterNode], cluster: String) {
        let numbers = Dictionary(uniqueKeysWithValues: nodes.map { ($0.key, $0.number) })
        let edges = (answer["edges"]?.array ?? []).compactMap { edge -> (Int, Int)? in
            let ends = (edge.array ?? []).compactMap { $0.string.flatMap { numbers[$0] } }
            return ends.count == 2 ? (ends[0], ends[1]) : nil
        }
        let running = nodes.filter(\.isAlive).map(\.number)
        // Nodes are counted from 1; nobody is number 0.
        let graph = OverlayGraph(count: (numbers.values.max() ?? 0) + 1, nodes: running, edges: edges)
        let order = nodes.sorted { $0.key < $1.key }.map(\.number)
        document = OverlayPicture(title: "cluster \(cluster)", graph: graph, order: order).svg
    }
}
