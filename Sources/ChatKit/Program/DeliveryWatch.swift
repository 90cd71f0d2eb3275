internal import Mesh

/// Knows which messages of this run no peer has yet, so that a program does not end before somebody has them.
///
/// A message counts as passed on once it was handed to a peer, pushed or in answer to a request.
actor DeliveryWatch {
    /// Texts kept to be named when nobody took them; more are counted only.
    private static let namedLimit = 1_000

    private let node: MeshNode
    private var pending: [(number: Int, text: String)] = []
    private var last = 0
    private var passed = 0
    private var isWatching = false

    init(_ node: MeshNode) { self.node = node }

    /// A message was stored by this node.
    func sent(_ text: String) {
        last += 1
        if pending.count < Self.namedLimit { pending.append((last, text)) }
        watch()
    }

    var isDone: Bool { passed == last }

    /// Waits until everything was passed on, for `limit` at most; returns what was not.
    func finish(within limit: Duration) async -> [String] {
        if passed < last, await isPassedOn(within: limit) { markPassed(last) }
        return passed < last ? pending.map(\.text) : []
    }

    private func watch() {
        guard !isWatching else { return }
        isWatching = true
        Task {
            while passed < last {
                let number = last
                guard await isPassedOn(within: nil) else { break }
                markPassed(number)
            }
            isWatching = false
        }
    }

    private func markPassed(_ number: Int) {
        passed = max(passed, number)
        pending.removeAll { $0.number <= number }
    }

    /// False after `limit`, or when the node has stopped.
    private func isPassedOn(within limit: Duration?) async -> Bool {
        var condition = MeshCondition()
        condition.unpassed = 0
        return (try? await node.wait(for: condition, timeout: limit)) != nil
    }
}
