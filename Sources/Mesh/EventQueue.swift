internal import DequeModule
internal import MeshCore
internal import Synchronization

/// What one subscriber has not read yet, at most `capacity` events: beyond that the oldest goes, and one `lagged` event
/// stands in the place of all that went.
final class EventQueue: Sendable {
    private struct State {
        var events = Deque<MeshEvent>()
        var lost = 0
        var isFinished = false
        /// Readers that found nothing; while there are any, there are no events.
        var readers = Deque<CheckedContinuation<MeshEvent?, Never>>()
    }

    private let capacity: Int
    private let state = Mutex(State())

    init(capacity: Int) { self.capacity = capacity }

    func append(_ event: MeshEvent) {
        let reader: CheckedContinuation<MeshEvent?, Never>? = state.withLock { state in
            guard !state.isFinished else { return nil }
            if let reader = state.readers.popFirst() { return reader }
            if state.events.count == capacity {
                state.events.removeFirst()
                state.lost += 1
            }
            state.events.append(event)
            return nil
        }
        reader?.resume(returning: event)
    }

    func finish() {
        let readers = state.withLock { state in
            state.isFinished = true
            defer { state.readers = [] }
            return state.readers
        }
        for reader in readers { reader.resume(returning: nil) }
    }

    /// The next event; nil once the queue is finished and empty.
    func next() async -> MeshEvent? {
        await withCheckedContinuation { reader in
            let answer: MeshEvent?? = state.withLock { state in
                if state.lost > 0 {
                    defer { state.lost = 0 }
                    return .lagged(state.lost)
                }
                if let event = state.events.popFirst() { return event }
                if state.isFinished { return .some(nil) }
                state.readers.append(reader)
                return nil
            }
            if let answer { reader.resume(returning: answer) }
        }
    }
}
