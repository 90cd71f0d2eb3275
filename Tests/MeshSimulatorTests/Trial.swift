import MeshCore
import MeshSimulator

/// A small story with a bit of everything: a split with news on both sides, a heal, a death and a revocation.
struct Trial {
    let world: World
    private let inspection: Inspection
    private(set) var findings: [String] = []

    static let members = 6
    /// Invited by the second half while the network is split; never runs.
    static let stranger = 6

    /// What is found at the end of a story depends on its last moment; of these some end at a telling one.
    static let seeds: [UInt64] = [5, 6, 7, 8]

    init(with defect: (any Defect)? = nil, seed: UInt64) {
        var options = World.Options()
        options.seed = seed
        options.cryptography = .fast
        var founding = Founding()
        (founding.acquainted, founding.invited) = (Self.members, Self.members)
        world = World(options, count: Self.members + 1, founding: founding)
        inspection = Inspection(of: world, attacked: false)
        world.defect = defect
        world.startAll(0..<Self.members, over: .seconds(1))
    }

    private static let faults: [TimedFault] = [
        TimedFault(at: .seconds(12), .split([0, 0, 0, 1, 1, 1, 0], isOneWay: false)),
        TimedFault(at: .seconds(16), .invite(by: 4, stranger)),
        TimedFault(at: .seconds(40), .heal),
        TimedFault(at: .seconds(50), .crash(2, silently: true)),
        TimedFault(at: .seconds(58), .restart(2)),
        TimedFault(at: .seconds(62), .revoke(by: 0, 4)),
    ]

    /// Plays the story and keeps the rules that did not hold.
    mutating func play() {
        world.plan(Self.faults)
        for second in [5, 7, 20, 30, 45, 52, 60] {
            for node in 0..<Self.members {
                world.planMessage(from: node, after: .milliseconds(second * 1_000 + node * 90))
            }
        }
        run(seconds: 65)
        world.endFaults()
        let demand = DeliveryDemand(of: world)
        run(seconds: 60)
        inspection.conclude(world)
        findings = world.violations.map(\.rule)
        if !demand.missing(in: world).isEmpty { findings.append("missing messages") }
    }

    private func run(seconds: Int) {
        for _ in 0..<seconds {
            world.run(for: .seconds(1))
            inspection.inspect(world)
        }
    }
}
