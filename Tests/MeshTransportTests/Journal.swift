import Logging
import NIOCore
import NIOPosix
import Synchronization

/// Everything that was reported, in order; tests await the first entry that they are looking for.
final class Journal<Entry: Sendable>: Sendable {
    private struct Waiter {
        let id: UInt64
        let look: (Entry) -> Bool
        let continuation: CheckedContinuation<Void, any Error>
    }
    private struct State {
        var entries: [Entry] = []
        var waiters: [Waiter] = []
        var count: UInt64 = 0
    }
    private let state = Mutex(State())

    var entries: [Entry] { state.withLock { $0.entries } }

    func append(_ entry: Entry) {
        let met = state.withLock { state in
            state.entries.append(entry)
            let met = state.waiters.filter { $0.look(entry) }
            state.waiters.removeAll { waiter in met.contains { $0.id == waiter.id } }
            return met.map(\.continuation)
        }
        for continuation in met { continuation.resume() }
    }

    /// The first entry of all, past or to come, for which `pick` is not nil.
    func first<Value>(
        within limit: TimeAmount = .seconds(20), _ pick: @escaping @Sendable (Entry) -> Value?
    ) async throws -> Value {
        while true {
            if let value = entries.lazy.compactMap(pick).first { return value }
            try await nextEntry(within: limit, isThere: { $0.contains { pick($0) != nil } }) { pick($0) != nil }
        }
    }

    /// Returns when there are more than `count` entries.
    func more(than count: Int, within limit: TimeAmount = .seconds(20)) async throws {
        if entries.count > count { return }
        try await nextEntry(within: limit, isThere: { $0.count > count }) { _ in true }
    }

    /// Returns at once if `isThere`, else when an entry comes that `look` accepts.
    private func nextEntry(
        within limit: TimeAmount, isThere: @escaping @Sendable ([Entry]) -> Bool,
        _ look: @escaping @Sendable (Entry) -> Bool
    ) async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let id = state.withLock { state in
            state.count += 1
            return state.count
        }
        let alarm = loop.scheduleTask(in: limit) { [self] in giveUp(id) }
        defer { alarm.cancel() }
        try await withCheckedThrowingContinuation { continuation in
            let isThere = state.withLock { state in
                if isThere(state.entries) { return true }
                state.waiters.append(Waiter(id: id, look: look, continuation: continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    private func giveUp(_ id: UInt64) {
        let waiter = state.withLock { state in
            let index = state.waiters.firstIndex { $0.id == id }
            return index.map { state.waiters.remove(at: $0) }
        }
        waiter?.continuation.resume(throwing: WaitedInVain(seen: "\(entries)"))
    }
}

struct WaitedInVain: Error {
    let seen: String
}

/// Collects log lines as `message key=value …`, keys sorted.
struct JournalLogHandler: LogHandler {
    let journal: Journal<String>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    init(journal: Journal<String>) { self.journal = journal }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let values = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        journal.append(([event.message.description] + values).joined(separator: " "))
    }
}
