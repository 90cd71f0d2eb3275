import Dispatch
internal import Glibc
import Synchronization

/// A second thread for a ``World``, which computes steps that the world has planned, the last ones first: the world begins
/// at the other end, so that they meet where both are busy to the end.
final class Helper: Sendable {
    /// A power of two above what 10,000 steps a simulated second have within 20 ms, some of which wait for their turn.
    private static let capacity = 1_024
    /// Empty looks before it sleeps: some 500 us. To wake it up costs the world 5 us, and the helper the next 50.
    private static let patience = 400_000
    private static let end = -1

    private let steps = (0..<capacity).map { _ in StepAhead() }
    private let batch = Atomic(0)
    private let first = Atomic(0)
    private let count = Atomic(0)
    private let done = Atomic(0)
    private let isAsleep = Atomic(false)
    private let bell = DispatchSemaphore(value: 0)

    init() { DispatchQueue(label: "helper of a world").async { self.work() } }

    /// Where a step can be put; nil while there is one that has not had its turn.
    func place(_ number: Int) -> StepAhead? {
        let step = steps[number & (Self.capacity - 1)]
        return step.isFree ? step : nil
    }

    /// What these places hold was offered in this batch.
    func begin(_ number: Int, steps: Range<Int>) {
        first.store(steps.lowerBound, ordering: .relaxed)
        count.store(steps.count, ordering: .relaxed)
        batch.store(number, ordering: .sequentiallyConsistent)
        if isAsleep.exchange(false, ordering: .sequentiallyConsistent) { bell.signal() }
    }

    /// It has gone through all that it was given.
    var isIdle: Bool { done.load(ordering: .acquiring) == batch.load(ordering: .relaxed) }

    /// The thread ends when it has computed what it has in hand.
    func stop() { begin(Self.end, steps: 0..<0) }

    /// Until the helper has computed the step that it has taken.
    func wait(for step: StepAhead) {
        var looks = 0
        while !step.isComputed {
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
            let start = first.load(ordering: .relaxed)
            for number in (start..<start + count.load(ordering: .relaxed)).reversed() {
                let step = steps[number & (Self.capacity - 1)]
                if step.take(in: last) { step.compute(in: last) }
            }
            done.store(last, ordering: .releasing)
        }
    }

    private func next(after last: Int) -> Int {
        while true {
            for _ in 0..<Self.patience {
                let current = batch.load(ordering: .acquiring)
                if current != last { return current }
            }
            isAsleep.store(true, ordering: .sequentiallyConsistent)
            // Begun in between: then nobody rings, or the ring is heard the next time, which costs one more look.
            if batch.load(ordering: .sequentiallyConsistent) == last { bell.wait() }
            isAsleep.store(false, ordering: .sequentiallyConsistent)
        }
    }
}
