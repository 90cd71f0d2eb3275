internal import MeshCore
internal import NIOCore
internal import NIOPosix

/// Runs a durable store on one background thread, so that the event loop never waits for a disk. What comes while a
/// transaction is under way goes into the next one together: a commit costs the disk the same for one message as for
/// a hundred.
final class StoreWorker {
    private let store: any DurableStore
    private let loop: any EventLoop
    private let deliver: ([Input]) -> Void
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private var queue: [(id: PersistID, entries: [StoreEntry])] = []
    private var isWriting = false

    /// `deliver` is called on the loop with what the store has answered.
    init(_ store: any DurableStore, loop: any EventLoop, deliver: @escaping ([Input]) -> Void) {
        (self.store, self.loop, self.deliver) = (store, loop, deliver)
        thread.start()
    }

    func append(_ entries: [StoreEntry], as id: PersistID) {
        queue.append((id, entries))
        write()
    }

    private func write() {
        guard !isWriting, !queue.isEmpty else { return }
        isWriting = true
        let batch = queue
        queue = []
        let store = store
        let entries = batch.flatMap(\.entries)
        thread.runIfActive(eventLoop: loop) { try store.append(entries) }.assumeIsolated().whenComplete {
            [self] result in
            isWriting = false
            switch result {
            case .success: deliver(batch.map { .persisted($0.id) })
            case .failure(let error): deliver(batch.map { .persistFailed($0.id, "\(error)".printable) })
            }
            write()
        }
    }

    /// In its turn: what was to be stored before is there.
    func find(_ query: StoreQuery, as id: PersistID) {
        let store = store
        thread.runIfActive(eventLoop: loop) {
            switch query {
            case .places(let places): try store.messages(at: places)
            case .ids(let ids): try store.messages(ids: ids)
            }
        }
        .assumeIsolated().whenComplete { [self] result in deliver([.found(id, (try? result.get()) ?? [])]) }
    }

    /// Ends the thread after everything was stored.
    func finish() -> EventLoopFuture<Void> {
        let (thread, store, rest) = (thread, store, queue.flatMap(\.entries))
        queue = []
        return thread.runIfActive(eventLoop: loop) { if !rest.isEmpty { try store.append(rest) } }
            .always { _ in thread.shutdownGracefully { _ in } }
    }
}
