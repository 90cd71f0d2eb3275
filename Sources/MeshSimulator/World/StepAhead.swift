import MeshCore
import Synchronization

/// One step of one node, computed before its turn: by whoever takes it first, and by nobody else.
///
/// Unchecked, because who may touch the values follows from two numbers: before ``offer(_:of:now:in:)`` they are the
/// world's, then of the one thread whose exchange of `offered` succeeds, and from ``isComputed(in:)`` on the world's again.
final class StepAhead: @unchecked Sendable {
    /// The window in which it waits to be taken; 0 when it does not.
    private let offered = Atomic(0)
    /// The last window for which a helper has computed it.
    private let computed = Atomic(0)
    private var node: SimulatedNode?
    private var input = Input.deadline
    private(set) var now = Instant(uptime: 0, wall: 0)
    var effects: [Effect] = []

    func offer(_ input: Input, of node: SimulatedNode, now: Instant, in window: Int) {
        (self.node, self.input, self.now) = (node, input, now)
        offered.store(window, ordering: .releasing)
    }

    /// True for one caller only. A helper that is late asks for a window that is over, and gets nothing.
    func take(in window: Int) -> Bool {
        offered.compareExchange(expected: window, desired: 0, ordering: .acquiringAndReleasing).exchanged
    }

    /// What a helper does with what it has taken.
    func compute(in window: Int) {
        node?.core.handle(input, now: now, into: &effects)
        computed.store(window, ordering: .releasing)
    }

    func isComputed(in window: Int) -> Bool { computed.load(ordering: .acquiring) == window }
}
