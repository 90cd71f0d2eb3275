package import MeshCore

/// Something that is wrong with the program itself, alike at every node: what checkers are there to find.
///
/// Only tests of the checkers set one. It works from outside, on what nodes are told and on what they want done, so
/// that the protocol needs no switch by which it could be broken.
package protocol Defect {
    /// What the node gets to see in place of this input; nil for nothing.
    mutating func altered(_ input: Input, for node: SimulatedNode, in world: World) -> Input?
    /// Changes what the node does.
    mutating func alter(_ effects: inout [Effect], of node: SimulatedNode, after input: Input, in world: World)
}

extension Defect {
    package mutating func altered(_ input: Input, for node: SimulatedNode, in world: World) -> Input? { input }
    package mutating func alter(
        _ effects: inout [Effect], of node: SimulatedNode, after input: Input, in world: World
    ) {}
}
