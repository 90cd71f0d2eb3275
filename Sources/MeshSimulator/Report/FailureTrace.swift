import MeshCore

/// The last things that happened before a run broke its first rule, at the nodes that it was about.
///
/// The seed is played once more, since a trace of everything would cost every run that passes.
package struct FailureTrace {
    package let lines: [String]

    /// Lines shown, and lines kept while looking: a thousand nodes fill 100,000 in some seconds.
    private static let shown = 60
    private static let kept = 200_000

    package init(of scenario: Scenario, _ options: Scenario.Options, watch: @escaping (Stage) -> Void = { _ in }) {
        var options = options
        options.traceCapacity = Self.kept
        let stage = scenario.run(options) { stage in
            watch(stage)
            return stage.report.failures.isEmpty && stage.world.violations.isEmpty
        }
        lines = Self.lines(of: stage)
    }

    private static func lines(of stage: Stage) -> [String] {
        let violation = stage.world.violations.first
        guard let sentence = violation?.sentence ?? stage.report.failures.first else {
            return ["Played again, nothing failed: a run must follow from its seed alone, and this one did not."]
        }
        let end = violation?.at ?? stage.world.time
        let named = numbers(after: "node", in: sentence)
        // Liveness and anti-entropy beat every second and would fill the page.
        let trace = stage.world.trace.columns(
            ofNodes: named.isEmpty ? nil : named.union([Trace.network]), until: end, without: ["heartbeat"],
            last: shown)
        let nodes = named.isEmpty ? "all nodes" : named.sorted().map { "node\($0)" }.joined(separator: ", ")
        return ["First failure: \(sentence)"] + messages(numbers(after: "message ", in: sentence), in: stage.world)
            + ["The last of \(nodes) before it, without heartbeats:", "     TIME  NODE     WHAT               DETAIL"]
            + trace
    }

    /// Who sent a message that the failure names, and how far it got.
    private static func messages(_ numbers: Set<Int>, in world: World) -> [String] {
        numbers.sorted().filter(world.ledger.messages.indices.contains).prefix(5).map { number in
            let message = world.ledger.messages[number]
            let holders = message.copies.count { $0 > 0 }
            let target = message.target.map { "node\($0)" } ?? "all"
            return
                "message \(number) of node\(message.author) to \(target) was sent at \(Text.seconds(message.sentAt)) s;"
                + " \(holders) of \(world.nodes.count) nodes have it"
        }
    }

    /// "message 12 at node3" holds 12 after "message " and 3 after "node".
    static func numbers(after word: String, in sentence: String) -> Set<Int> {
        var found: Set<Int> = []
        var rest = Substring(sentence)
        while !rest.isEmpty {
            guard rest.hasPrefix(word) else {
                rest = rest.dropFirst()
                continue
            }
            rest = rest.dropFirst(word.count)
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            if let number = Int(digits) { found.insert(number) }
            rest = rest.dropFirst(digits.count)
        }
        return found
    }
}
