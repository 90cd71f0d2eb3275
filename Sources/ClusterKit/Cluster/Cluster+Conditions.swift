internal import ChatKit
internal import MeshCore

extension Cluster {
    /// How often nodes are asked while somebody waits: often beside what a mesh needs for anything, seldom beside what
    /// an answer costs (a third of a millisecond).
    private static var pause: Duration { .milliseconds(50) }

    func wait(_ numbers: [Int], _ conditions: [Condition], _ limit: Duration) async throws {
        let end = ContinuousClock.now + limit
        while true {
            let unmet = await unmet(numbers, conditions)
            guard !unmet.isEmpty else { return }
            guard ContinuousClock.now < end else { throw failure(conditions, numbers, unmet, within: limit) }
            try await Task.sleep(for: Self.pause)
        }
    }

    func expect(_ numbers: [Int], _ conditions: [Condition]) async throws {
        let unmet = await unmet(numbers, conditions)
        if !unmet.isEmpty { throw failure(conditions, numbers, unmet, within: nil) }
    }

    private func failure(
        _ conditions: [Condition], _ numbers: [Int], _ unmet: [String], within limit: Duration?
    ) -> StepFailure {
        let what = conditions.map(\.description).joined(separator: ", ")
        let time = limit.map { " within \($0.milliseconds.secondsText)" } ?? ""
        return StepFailure(expected: "\(NodeSelection.text(numbers)): \(what)\(time)", found: unmet)
    }

    /// What does not hold, a line for each node and condition.
    private func unmet(_ numbers: [Int], _ conditions: [Condition]) async -> [String] {
        var views: [Int: NodeView] = [:]
        let needs = NodeView.Needs(conditions)
        await withTaskGroup(of: (Int, NodeView).self) { group in
            for number in numbers {
                guard let node = nodes[number] else { continue }
                group.addTask { (number, await NodeView.look(at: node, needs)) }
            }
            for await (number, view) in group { views[number] = view }
        }
        let list = numbers.compactMap { views[$0] }
        let keys = nodes.mapValues(\.key)
        return conditions.flatMap { condition -> [String] in
            if condition.isCollective { return NodeView.unmet(condition, together: list) }
            return list.compactMap { view in view.unmet(condition, keys: keys).map { "\(view.name): \($0)" } }
        }
    }
}
