import MeshCore
import Synchronization

/// One step of one node, computed before its turn: by whoever takes it first, and by nobody else.
///
/// Unchecked, because who may touch the values follows from two numbers: before ``offer(_:of:now:in:)`` they are the
/// world's, then of the one thread whose exchange of `offered` succeeds, and from ``isComputed`` on the world's again.
final class StepAhead: @unchecked Sendable {
    /// The batch in which it waits to be taken; 0 when it does not.
    private let offered = Atomic(0)
    /// The last batch for which a helper has computed it.
    private let computed = Atomic(0)
    private var node: SimulatedNode?
    private var input = Input.deadline
    private var batch = 0
    private(set) var now = Instant(uptime: 0, wall: 0)
    var effects: [Effect] = []
    /// Known to the world alone: it has its effects, or never needed them.
    var isFree = true

    func offer(_ input: Input, of node: SimulatedNode, now: Instant, in batch: Int) {
        (self.node, self.input, self.now, self.batch, isFree) = (node, input, now, batch, false)
        offered.store(batch, ordering: .releasing)
    }

    /// True for one caller only. A helper that is late asks for a batch that is over, and gets nothing.
    func take(in batch: Int) -> Bool {
        offered.compareExchange(expected: batch, desired: 0, ordering: .acquiringAndReleasing).exchanged
    }

    /// The world computes it itself, unless a helper was faster.
    func takeBack() -> Bool {
        isFree = take(in: batch)
        return isFree
    }

    /// What a helper does with what it has taken.
    func compute(in batch: Int) {
        node?.core.handle(input, now: now, into: &effects)
        computed.store(batch, ordering: .releasing)
    }

    var isComputed: Bool { computed.load(ordering: .acquiring) == batch }
}
