package import MeshCore

/// A core always wants to be woken again, and never without end.
package final class RestChecker: Checker, StepObserver, EventObserver {
    package static let rule = "a node that runs has a deadline ahead, and at most 1,000 of them come in a second"

    /// Twelve timers at links, trees and beats that fire every 20 ms would be 600.
    private static let wakesPerSecond = 1_000
    private var wakes: [Int] = []
    /// By node: the last life whose first store has answered; before that it waits for nothing else.
    private var started: [Int: Int] = [:]

    package func emitted(_ event: MeshEvent, by node: SimulatedNode, in world: World) {
        started[node.index] = node.life
    }

    package func didDeliver(_ input: Input, to node: SimulatedNode, effects: [Effect], in world: World) {
        guard case .deadline = input else { return }
        while wakes.count <= node.index { wakes.append(0) }
        wakes[node.index] += 1
    }

    package func inspect(_ world: World) {
        for (index, count) in wakes.enumerated() where count > Self.wakesPerSecond {
            violate("\(count) deadlines in a second", at: world.nodes[index], in: world)
        }
        for index in wakes.indices { wakes[index] = 0 }
        for node in world.nodes where node.isRunning && started[node.index] == node.life {
            guard let deadline = node.core.nextDeadline else {
                violate("no deadline", at: node, in: world)
                continue
            }
            if world.now - deadline > .seconds(1) {
                violate("its deadline passed \(world.now - deadline) ago", at: node, in: world)
            }
        }
    }
}
