import MeshCore

/// A story with an end that can be judged: what is set up, what happens, what is measured, what must hold.
package struct Scenario: Sendable {
    package let name: String
    /// One line for `--list`.
    package let summary: String
    package let defaultNodes: Int
    package let smallest: Int
    let play: @Sendable (Stage) -> Void
    /// With more nodes than ``fullNodes``; nil where the story needs full nodes.
    let playOverlay: (@Sendable (Stage) -> Void)?

    init(
        _ name: String, _ summary: String, nodes: Int = 100, smallest: Int = 4,
        overlay: (@Sendable (Stage) -> Void)? = nil, play: @escaping @Sendable (Stage) -> Void
    ) {
        (self.name, self.summary, self.play, playOverlay) = (name, summary, play, overlay)
        (defaultNodes, self.smallest) = (nodes, smallest)
    }

    package struct Options: Sendable {
        package var nodes: Int
        package var seed: UInt64
        package var network = NetworkModel()
        package var cryptography = World.CryptographyKind.automatic
        package var encodesFrames = false
        package var usesHelper = false
        package var traceCapacity = 0

        package init(nodes: Int, seed: UInt64) { (self.nodes, self.seed) = (nodes, seed) }
    }

    /// Plays the whole story. `watch` is called often with a word about where it stands, and may stop it.
    package func run(_ options: Options, watch: @escaping (Stage) -> Bool = { _ in true }) -> Stage {
        let stage = Stage(name, options, watch: watch)
        if let playOverlay, options.nodes > Self.fullNodes { playOverlay(stage) } else { play(stage) }
        stage.conclude()
        return stage
    }

    /// The most nodes that this story can be told with.
    package var largest: Int { playOverlay == nil ? Self.fullNodes : 20_000 }
}

/// A run of a scenario: the world, the report so far, and the words in which stories are told.
package final class Stage {
    package let options: Scenario.Options
    package private(set) var world: World
    package var report: Report
    /// Where the story stands.
    package private(set) var chapter = "start"
    /// Somebody wants the run to end with what is known.
    package private(set) var isStopped = false
    private let watch: (Stage) -> Bool
    var generator: SeededGenerator
    /// Inspections at which honest nodes were not linked to each other without hostile ones.
    var partedSeconds = 0
    var inspections = 0
    /// Of an overlay world; the other keeps its own time.
    var simulatedMilliseconds = 0
    /// The rules that are looked after all the time, in the scenarios that want it.
    var inspection: Inspection?
    /// Overlays at moments worth a picture.
    package var pictures: [(title: String, overlay: OverlayGraph)] = [] {
        // A story that was stopped tells its rest without time; what it would show did not happen.
        didSet { if isStopped { pictures = oldValue } }
    }

    init(_ name: String, _ options: Scenario.Options, watch: @escaping (Stage) -> Bool) {
        (self.options, self.watch) = (options, watch)
        report = Report(scenario: name, nodes: options.nodes, seed: options.seed)
        generator = SeededGenerator(seed: options.seed ^ 0x5CE4_A210)
        world = World(Self.worldOptions(options))
    }

    /// Of more than a hundred nodes stories are told shorter, so that each ends within a minute of real time; what is measured
    /// is by node and second. Only a split lasts ten minutes at every size.
    var isLarge: Bool { options.nodes > 100 }

    private static func worldOptions(_ options: Scenario.Options) -> World.Options {
        var result = World.Options()
        (result.seed, result.network, result.cryptography) = (options.seed, options.network, options.cryptography)
        (result.encodesFrames, result.traceCapacity) = (options.encodesFrames, options.traceCapacity)
        result.usesHelper = options.usesHelper
        return result
    }

    func begin(_ chapter: String) { if !isStopped { self.chapter = chapter } }

    /// The world of this story. Its nodes do not run yet.
    func found(_ count: Int, _ founding: Founding = Founding(), cryptography: World.CryptographyKind? = nil) {
        var options = Self.worldOptions(self.options)
        if let cryptography { options.cryptography = cryptography }
        world = World(options, count: count, founding: founding)
    }

    // MARK: Time

    /// In steps of a second, so that somebody can watch.
    func run(for duration: Duration) {
        var left = duration
        while left > .zero, !isStopped {
            let step = min(left, .seconds(1))
            world.run(for: step)
            left -= step
            if !watch(self) { isStopped = true }
        }
    }

    /// Seconds until the condition holds, looking every `interval`; nil if it does not within the limit.
    @discardableResult
    func run(
        until condition: (World) -> Bool, within limit: Duration, lookingEvery interval: Duration = .milliseconds(100)
    ) -> Double? {
        let start = world.time
        while !condition(world) {
            guard world.time - start < limit.nanoseconds, !isStopped else { return nil }
            world.run(for: interval)
            if !watch(self) { isStopped = true }
        }
        return Double(world.time - start) / 1e9
    }

    func look() { if !watch(self) { isStopped = true } }

    /// How far the story has come, in s of its own time.
    package var simulatedSeconds: Double { max(Double(world.time) / 1e9, Double(simulatedMilliseconds) / 1e3) }

    func require(_ holds: Bool, _ sentence: @autoclosure () -> String) {
        if !holds, !isStopped { report.failures.append(sentence()) }
    }

    func conclude() {
        if world.time > 0 {
            report.traceHash = world.traceHash
            report.details.append(("steps", Double(world.steps)))
        }
        report.simulatedSeconds = simulatedSeconds
        report.failures += world.violations.map(\.sentence)
        if isStopped { report.failures.append("stopped in the chapter \"\(chapter)\"") }
    }
}
