package import MeshCore

/// Looks on at every step of a ``World``: measures and checkers that need more than the ledgers.
package protocol WorldObserver: AnyObject {
    func willDeliver(_ input: Input, to node: SimulatedNode, in world: World)
    func didDeliver(_ input: Input, to node: SimulatedNode, effects: [Effect], in world: World)
    func emitted(_ event: MeshEvent, by node: SimulatedNode, in world: World)
}

extension WorldObserver {
    package func willDeliver(_ input: Input, to node: SimulatedNode, in world: World) {}
    package func didDeliver(_ input: Input, to node: SimulatedNode, effects: [Effect], in world: World) {}
    package func emitted(_ event: MeshEvent, by node: SimulatedNode, in world: World) {}
}
