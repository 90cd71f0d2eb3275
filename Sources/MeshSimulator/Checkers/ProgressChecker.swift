import MeshCore

/// What a node counts in one run only grows.
package final class ProgressChecker: Checker {
    package static let rule = "counters and the uptime of a run never go backwards"

    private struct Standing {
        let life: Int
        let sent: UInt64
        let received: UInt64
        let verified: UInt64
        let dials: UInt64
        let at: Int64
    }
    private var standings: [Int: Standing] = [:]

    package func inspect(_ world: World) {
        for node in world.nodes where node.isUp {
            let new = Standing(
                life: node.life, sent: node.counter("sent.heartbeat"), received: node.counter("received.heartbeat"),
                verified: node.counter("verified.message"), dials: node.counter("dials"),
                at: world.elapsed.nanoseconds)
            if let old = standings[node.index], old.life == new.life {
                let isForward =
                    old.sent <= new.sent && old.received <= new.received && old.verified <= new.verified
                    && old.dials <= new.dials && old.at <= new.at
                if !isForward { violate("\(old), then \(new)", at: node, in: world) }
            }
            standings[node.index] = new
        }
    }
}
