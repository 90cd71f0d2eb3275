internal import MeshCore
internal import Synchronization

/// Hands every event to all subscribers. Never waits: who is slow loses its oldest events and is told how many.
final class EventHub: Sendable {
    private struct State {
        var subscribers: [Subscriber] = []
        var isFinished = false
    }

    /// A stream that is no longer read must not keep its queue alive.
    private struct Subscriber {
        weak var queue: EventQueue?
    }

    private let state = Mutex(State())

    func subscribe(buffer: Int) -> AsyncStream<MeshEvent> {
        let queue = EventQueue(capacity: max(1, buffer))
        state.withLock { state in
            state.subscribers.removeAll { $0.queue == nil }
            if state.isFinished { queue.finish() } else { state.subscribers.append(Subscriber(queue: queue)) }
        }
        return AsyncStream {
            await queue.next()
        } onCancel: {
            queue.finish()
        }
    }

    func publish(_ event: MeshEvent) {
        let subscribers = state.withLock { $0.subscribers }
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
