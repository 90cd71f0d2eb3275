internal import MeshCore
internal import Synchronization

/// Hands every event to all subscribers. Never waits: who is slow loses its oldest events and is told how many. What
/// happens before anybody listens waits, bounded, for the first subscriber.
final class EventHub: Sendable {
    private struct State {
        var subscribers: [Subscriber] = []
        var isFinished = false
        /// Nil once there was a subscriber.
        var early: [MeshEvent]? = []
    }

    private static let earlyLimit = 256

    /// A stream that is no longer read must not keep its queue alive.
    private struct Subscriber {
        weak var queue: EventQueue?
    }

    private let state = Mutex(State())

    func subscribe(buffer: Int) -> AsyncStream<MeshEvent> {
        let queue = EventQueue(capacity: max(1, buffer))
        state.withLock { state in
            state.subscribers.removeAll { $0.queue == nil }
            for event in state.early ?? [] { queue.append(event) }
            state.early = nil
            if state.isFinished { queue.finish() } else { state.subscribers.append(Subscriber(queue: queue)) }
        }
        return AsyncStream {
            await queue.next()
        } onCancel: {
            queue.finish()
        }
    }

    func publish(_ event: MeshEvent) {
        let subscribers = state.withLock { state in
            if let early = state.early, early.count < Self.earlyLimit { state.early?.append(event) }
            return state.subscribers
        }
        for subscriber in subscribers { subscriber.queue?.append(event) }
    }

    /// Ends all streams after what they still hold.
    func finish() {
        let subscribers = state.withLock { state in
            state.isFinished = true
            defer { state.subscribers = [] }
            return state.subscribers
        }
        for subscriber in subscribers { subscriber.queue?.finish() }
    }
}
