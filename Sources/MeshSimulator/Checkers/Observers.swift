package import MeshCore

// Who looks on at a ``World``: measures, and checkers that need more than the ledgers. Two kinds, because steps are many:
// asking ten checkers before and after each, of which two care, took a twentieth of a chaotic run.

/// Sees every step.
package protocol StepObserver: AnyObject {
    func willDeliver(_ input: Input, to node: SimulatedNode, in world: World)
    func didDeliver(_ input: Input, to node: SimulatedNode, effects: [Effect], in world: World)
}

extension StepObserver {
    package func willDeliver(_ input: Input, to node: SimulatedNode, in world: World) {}
    package func didDeliver(_ input: Input, to node: SimulatedNode, effects: [Effect], in world: World) {}
}

/// Hears what nodes tell their clients.
package protocol EventObserver: AnyObject {
    func emitted(_ event: MeshEvent, by node: SimulatedNode, in world: World)
}
