import Dispatch
internal import Glibc
import Synchronization

/// A second thread for a ``World``, which computes steps that the world has planned, the last ones first: the world begins
/// at the other end, so that they meet where both are busy to the end.
final class Helper: Sendable {
    /// More than a window of 10,000 steps a simulated second has.
    static let capacity = 512
    /// Empty looks before it sleeps: some 50 us, about as long as the world needs between two windows.
    private static let patience = 20_000
    private static let end = -1

    let steps = (0..<capacity).map { _ in StepAhead() }
    private let window = Atomic(0)
    private let count = Atomic(0)
    private let isAsleep = Atomic(false)
    private let bell = DispatchSemaphore(value: 0)

    init() { DispatchQueue(label: "helper of a world").async { self.work() } }

    /// The first `count` steps were offered in this window.
    func begin(_ window: Int, count: Int) {
        self.count.store(count, ordering: .relaxed)
        self.window.store(window, ordering: .sequentiallyConsistent)
        if isAsleep.exchange(false, ordering: .sequentiallyConsistent) { bell.signal() }
    }

    /// The thread ends when it has computed what it has in hand.
    func stop() { begin(Self.end, count: 0) }

    /// Until a helper has computed the step that it has taken.
    func wait(for step: StepAhead, in window: Int) {
        var looks = 0
        while !step.isComputed(in: window) {
            looks += 1
            // Its thread may wait for this core.
            if looks % 1_000 == 0 { sched_yield() }
        }
    }

    private func work() {
        var last = 0
        while true {
            last = next(after: last)
            guard last != Self.end else { return }
            for step in steps[..<count.load(ordering: .relaxed)].reversed()
            where step.take(in: last) {
                step.compute(in: last)
            }
        }
    }

    private func next(after last: Int) -> Int {
        while true {
            for _ in 0..<Self.patience {
                let current = window.load(ordering: .acquiring)
                if current != last { return current }
            }
            isAsleep.store(true, ordering: .sequentiallyConsistent)
            // Begun in between: then nobody rings, or the ring is heard the next time, which costs one more look.
            if window.load(ordering: .sequentiallyConsistent) == last { bell.wait() }
            isAsleep.store(false, ordering: .sequentiallyConsistent)
        }
    }
}
