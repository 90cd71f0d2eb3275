import MeshCore

/// A mesh that has repaired itself rests: nobody goes on making and ending links, or telling of it. What never comes
/// to rest looks healthy in any picture of a moment, and costs every member bytes for ever.
package final class QuietChecker: Checker {
    package static let rule = "a healed mesh is quiet"

    /// As many seconds before the end must be quiet.
    private static let window = 20
    /// A link that flapped is shown after up to a minute, and until then others try the place that seems to be free:
    /// each of nine others once within the 12 s of their longest pause (seed 17). What never ends makes 17 and more.
    private static let lateDials: UInt64 = 10
    /// Each of those may come to a link, of which both ends tell; and prekeys turn (seed 640: six).
    private static let lateRecords = 10
    private static let delta = Int(Message.delta(Delta(records: [], isComplete: true)).kind)
    /// At the end of each second: deltas sent, those of acknowledgements apart, and dials by members.
    private var deltas: [Int] = []
    private var dials: [UInt64] = []

    package func inspect(_ world: World) {
        deltas.append(world.traffic.framesByKind[Self.delta] - world.traffic.acknowledgements)
        dials.append(world.peersInAgreement.reduce(0) { $0 + $1.counter("dials") })
    }

    package func conclude(_ world: World) {
        let before = deltas.count - 1 - Self.window
        guard before >= 0, let sent = deltas.last, let made = dials.last else { return }
        let (told, tried) = (sent - deltas[before], made - min(made, dials[before]))
        // Each over every link in either direction at most.
        let bound = Self.lateRecords * 2 * world.edges.count
        if told > bound { violate("\(told) deltas in \(Self.window) s", in: world) }
        if tried > Self.lateDials { violate("\(tried) dials in \(Self.window) s", in: world) }
    }
}
