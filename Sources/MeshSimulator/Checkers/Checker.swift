import MeshCore

/// A rule that must hold in every world, and how it is looked after: at every step if that is cheap, else once a
/// simulated second, else at the end.
package protocol Checker: AnyObject {
    /// The rule, as a sentence.
    static var rule: String { get }
    /// Once a simulated second.
    func inspect(_ world: World)
    /// At the end, when all faults are over and the mesh has had its time.
    func conclude(_ world: World)
}

extension Checker {
    package func inspect(_ world: World) {}
    package func conclude(_ world: World) {}

    func violate(_ detail: String, at node: SimulatedNode? = nil, in world: World) {
        world.violate(Self.rule, detail, at: node)
    }
}

/// All the rules, watching one world.
package final class Inspection {
    private let checkers: [any Checker]

    /// - Parameter attacked: Somebody breaks the rules on purpose, or the network does what TCP rules out; then links
    ///   may end for misconduct, but never without a count.
    package init(of world: World, attacked: Bool) {
        checkers = [
            OnePlaceChecker(), MisconductChecker(isTolerant: attacked), RestChecker(), ProgressChecker(),
            DegreeChecker(), ClaimChecker(), LimitChecker(), MembershipChecker(), AgreementChecker(), QuietChecker(),
        ]
        world.stepObservers += checkers.compactMap { $0 as? any StepObserver }
        world.eventObservers += checkers.compactMap { $0 as? any EventObserver }
    }

    package func inspect(_ world: World) { for checker in checkers { checker.inspect(world) } }
    package func conclude(_ world: World) { for checker in checkers { checker.conclude(world) } }
}
