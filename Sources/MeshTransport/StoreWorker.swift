internal import DequeModule
internal import MeshCore
internal import NIOCore
internal import NIOPosix

/// Runs a durable store on one background thread, so that the event loop never waits for a disk. What comes while a
/// transaction is under way goes into the next one together: a commit costs the disk the same for one message as for
/// a hundred.
///
/// What a failed transaction was to store is owed: it leads the next one, and a timer makes one when nothing else does.
/// Without it, a chain that is stored later would claim messages that never were, and a prekey would stay on the disk
/// beyond its time.
final class StoreWorker {
    /// Changes that are owed at most; beyond, the oldest are given up. A message makes three of them at most, so this
    /// holds what a node has in memory: 10,000 messages.
    static let owedLimit = 30_000

    private let store: any DurableStore
    private let loop: any EventLoop
    private let retryPause: TimeAmount
    private let deliver: ([Input]) -> Void
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private var queue: [(id: PersistID, entries: [StoreEntry])] = []
    private var owed = Deque<StoreEntry>()
    /// One of those who were told that it failed.
    private var owing: PersistID?
    private var hasGivenUp = false
    /// Why the last transaction failed; until the next try.
    private var failure: String?
    private var retry: Scheduled<Void>?
    private var isWriting = false

    /// `deliver` is called on the loop with what the store has answered. When all that was owed is on the disk, it gets
    /// `persisted` for an id that it got `persistFailed` for.
    init(
        _ store: any DurableStore, loop: any EventLoop, retryPause: TimeAmount = .seconds(5),
        deliver: @escaping ([Input]) -> Void
    ) {
        (self.store, self.loop, self.retryPause, self.deliver) = (store, loop, retryPause, deliver)
        thread.start()
    }

    func append(_ entries: [StoreEntry], as id: PersistID) {
        queue.append((id, entries))
        write()
    }

    private func write() {
        guard !isWriting, !queue.isEmpty else { return }
        let batch = queue
        queue = []
        let (ids, new) = (batch.map(\.id), batch.flatMap(\.entries))
        // With a full disk each message would mean to try once more with all that is owed.
        if let failure { return failed(ids, new, failure) }
        commit(new, as: ids)
    }

    private func commit(_ new: [StoreEntry], as ids: [PersistID]) {
        isWriting = true
        let (store, entries) = (store, Array(owed) + new)
        thread.runIfActive(eventLoop: loop) { try store.append(entries) }.assumeIsolated().whenComplete {
            [self] result in
            isWriting = false
            switch result {
            case .success: stored(ids)
            case .failure(let error): failed(ids, new, "\(error)".printable)
            }
            write()
        }
    }

    private func stored(_ ids: [PersistID]) {
        let madeUp = hasGivenUp ? [] : owing.map { [$0] } ?? []
        owed = []
        owing = nil
        hasGivenUp = false
        deliver((madeUp + ids).map { .persisted($0) })
    }

    private func failed(_ ids: [PersistID], _ entries: [StoreEntry], _ reason: String) {
        owed += entries
        owing = owing ?? ids.first
        if owed.count > Self.owedLimit {
            owed.removeFirst(owed.count - Self.owedLimit)
            hasGivenUp = true
        }
        if failure == nil {
            failure = reason
            retry = loop.assumeIsolated().scheduleTask(in: retryPause) { [self] in
                failure = nil
                commit([], as: [])
            }
        }
        deliver(ids.map { .persistFailed($0, reason) })
    }

    /// In its turn: what was to be stored before is there.
    func find(_ query: StoreQuery, as id: PersistID) {
        read { store in try store.find(query) }
            .assumeIsolated().whenComplete { [self] result in deliver([.found(id, (try? result.get()) ?? [])]) }
    }

    /// In its turn, as ``find(_:as:)``.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any DurableStore) throws -> Value
    ) -> EventLoopFuture<Value> {
        let store = store
        return thread.runIfActive(eventLoop: loop) { try body(store) }
    }

    /// Ends the thread after everything was stored.
    func finish() -> EventLoopFuture<Void> {
        let (thread, store, rest) = (thread, store, Array(owed) + queue.flatMap(\.entries))
        (owed, queue) = ([], [])
        retry?.cancel()
        retry = nil
        return thread.runIfActive(eventLoop: loop) { if !rest.isEmpty { try store.append(rest) } }
            .always { _ in thread.shutdownGracefully { _ in } }
    }
}
