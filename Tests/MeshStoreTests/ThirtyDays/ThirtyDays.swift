import Foundation
import MeshCore
import MeshCrypto
import MeshSimulator
import MeshStore

/// Three people who talk for thirty days. Bob's disk is real and copied at each midnight; his wire is tapped.
///
/// An hour lasts ``awake`` and the machines sleep for the rest: prekeys turn and messages are forgotten hour by hour,
/// and nobody has to play two million seconds of heartbeats.
final class ThirtyDays {
    static let days = 30
    static let awake: Duration = .seconds(10)
    /// What bob and carol keep; alice keeps all, so that whoever was away for longer can be caught up.
    static let keep: Duration = .seconds(3 * 86_400)
    /// From his second return on bob keeps less than fast prekeys live, so that their window shows.
    static let shortKeep: Duration = .seconds(12 * 3_600)
    static let (alice, bob, carol) = (0, 1, 2)

    /// Hours since the beginning. The first absence needs slow prekeys, the second outlasts those too.
    static let absences = [4 * 24 + 11..<6 * 24 + 2, 12 * 24 + 15..<21 * 24 + 16]
    /// Killed and started again within seconds.
    static let crashes = [2 * 24 + 7, 9 * 24 + 9, 25 * 24 + 20]
    /// Each day: hour, from, to; nil for the group.
    static let talk: [(hour: Int, from: Int, to: Int?)] = [
        (1, alice, nil), (1, bob, nil), (5, carol, bob), (5, bob, alice), (9, carol, nil), (10, alice, bob),
        (13, alice, bob), (13, bob, carol), (17, alice, carol), (17, bob, nil), (22, alice, nil), (22, carol, bob),
        (22, bob, nil), (23, carol, nil),
    ]

    let world: World
    let tap = WireTap()
    private let folder: URL
    private let storeKey = RandomBytes.make(32)
    private let disk: NotedStore
    private var notes: [String] = []

    private var bob: SimulatedNode { world.nodes[Self.bob] }

    init(in folder: URL) throws {
        self.folder = folder
        var options = World.Options()
        options.seed = 30
        options.cryptography = .openssl
        var founding = Founding()
        founding.change = { index, configuration in
            configuration.isDurable = true
            configuration.keepMessages = index == Self.alice ? nil : Self.keep
        }
        world = World(options, count: 3, founding: founding)
        disk = NotedStore(in: folder.appending(path: "bob"), key: storeKey, identity: world.nodes[Self.bob].id)
        world.nodes[Self.bob].durableStore = disk
        world.stepObservers.append(tap)
    }

    func play() throws {
        try switchOn(others: true)
        for hour in 0...24 * Self.days {
            try comeAndGo(in: hour)
            world.run(for: Self.awake / 2)
            for line in Self.talk where line.hour == hour % 24 {
                world.say(from: world.nodes[line.from], to: line.to.map { world.nodes[$0] })
            }
            try crash(in: hour)
            world.run(for: Self.awake / 2)
            if hour > 0, hour % 24 == 0 { try takeImage(of: hour / 24) }
            world.sleep(for: .seconds(3_600) - Self.awake)
        }
        try write()
    }

    // MARK: Bob comes and goes

    private func comeAndGo(in hour: Int) throws {
        if Self.absences.contains(where: { $0.lowerBound == hour }) { try switchOff() }
        if Self.absences[1].upperBound == hour { bob.configuration.keepMessages = Self.shortKeep }
        if Self.absences.contains(where: { $0.upperBound == hour }) { try switchOn() }
    }

    private func crash(in hour: Int) throws {
        guard Self.crashes.contains(hour) else { return }
        world.run(for: .milliseconds(50))
        try switchOff()
        try switchOn()
    }

    private func switchOff() throws {
        world.kill(bob)
        try disk.kill()
        note("off")
    }

    private func switchOn(others: Bool = false) throws {
        try disk.open()
        if others { world.startAcquainted() } else { world.start(bob) }
        note("on", #", "keep": \#(bob.configuration.keepMessages?.milliseconds ?? 0)"#)
    }

    // MARK: What is written down

    private func note(_ what: String, _ more: String = "") {
        notes.append(#"{"what": "\#(what)", "at": \#(world.now.wall)\#(more)}"#)
    }

    private func takeImage(of day: Int) throws {
        let name = "day-" + (day < 10 ? "0" : "") + "\(day)"
        try disk.copy(to: folder.appending(path: name))
        note("image", #", "folder": "\#(name)""#)
    }

    private func write() throws {
        note(
            "keys",
            """
            , "store": "\(Hex.encode(storeKey))", "seed": "\(Hex.encode(world.secrets(of: Self.bob).identity))", \
            "network": "\(Hex.encode(bob.core.networkID.rawBytes))"
            """)
        let story = (notes + disk.notes).joined(separator: "\n") + "\n"
        try Data(story.utf8).write(to: folder.appending(path: "story.jsonl"))
        try Data(tap.recorded).write(to: folder.appending(path: "wire.bin"))
    }
}
