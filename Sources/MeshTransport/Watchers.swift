internal import MeshCore
internal import NIOCore

/// Those who wait for a node to reach some status.
struct Watchers {
    private struct Watcher {
        let id: UInt64
        let isMet: (NodeStatus) -> Bool
        let promise: EventLoopPromise<Void>
    }

    private var list: [Watcher] = []

    mutating func add(_ id: UInt64, _ isMet: @escaping (NodeStatus) -> Bool, _ promise: EventLoopPromise<Void>) {
        list.append(Watcher(id: id, isMet: isMet, promise: promise))
    }

    mutating func remove(_ id: UInt64, _ error: any Error) {
        guard let index = list.firstIndex(where: { $0.id == id }) else { return }
        list.remove(at: index).promise.fail(error)
    }

    mutating func removeAll(_ error: any Error) {
        let all = list
        list = []
        for watcher in all { watcher.promise.fail(error) }
    }

    /// Asks for the status only when somebody waits.
    mutating func check(_ status: () -> NodeStatus) {
        guard !list.isEmpty else { return }
        let status = status()
        let met = list.filter { $0.isMet(status) }
        guard !met.isEmpty else { return }
        list.removeAll { watcher in met.contains { $0.id == watcher.id } }
        for watcher in met { watcher.promise.succeed() }
    }
}
