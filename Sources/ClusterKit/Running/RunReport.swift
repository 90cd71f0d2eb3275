package import ChatKit
internal import MeshCore

/// The events of scenarios as lines for people.
package enum RunReport {
    package static func lines(_ event: ScenarioRun.Event) -> [String] {
        switch event {
        case .began(let name): ["== \(name)"]
        case .step(_, let line, let since, let took, _):
            [column(since) + "  " + line.text + spaces(56 - line.text.count) + column(took)]
        case .failed(let name, let line, let since, let failure, let tails):
            [column(since) + "  " + line.text + "   FAILED", "   \(name):\(line.number): \(line.text)"]
                + ["   expected  \(failure.expected)"] + failure.found.map { "   found     \($0)" }
                + tails.flatMap { tail in ["   -- log of \(tail.node)"] + tail.lines.map { "      " + $0 } }
        case .ended(let name, let took, let isPassed):
            ["\(isPassed ? "passed" : "FAILED")  \(name)  \(took.secondsText)", ""]
        }
    }

    package static func total(passed: Int, failed: Int, isJSON: Bool) -> String {
        guard isJSON else { return "\(passed) passed, \(failed) failed" }
        let fields: [JSON.Member] = [.init("passed", JSON(passed)), .init("failed", JSON(failed))]
        return JSON.object([.init("v", .integer(1)), .init("type", .string("total"))] + fields).line
    }

    private static func column(_ time: Duration) -> String {
        let text = time.secondsText
        return spaces(10 - text.count) + text
    }

    private static func spaces(_ count: Int) -> String { String(repeating: " ", count: max(1, count)) }
}

extension ScenarioRun.Event {
    /// One JSON object a line, for programs.
    package var json: JSON {
        switch self {
        case .began(let name): Self.object("scenario", name, [])
        case .step(let name, let line, let since, let took, let output):
            Self.object(
                "step", name,
                Self.fields(line, since) + [
                    .init("ms", .integer(took.milliseconds)), .init("ok", .bool(true)),
                    .init("output", .array(output.map(JSON.string))),
                ])
        case .failed(let name, let line, let since, let failure, let tails):
            Self.object(
                "step", name,
                Self.fields(line, since) + [
                    .init("ok", .bool(false)), .init("expected", .string(failure.expected)),
                    .init("found", .array(failure.found.map(JSON.string))),
                    .init("logs", .object(tails.map { .init($0.node, .array($0.lines.map(JSON.string))) })),
                ])
        case .ended(let name, let took, let isPassed):
            Self.object("result", name, [.init("ms", .integer(took.milliseconds)), .init("passed", .bool(isPassed))])
        }
    }

    private static func object(_ type: String, _ name: String, _ fields: [JSON.Member]) -> JSON {
        .object([.init("v", .integer(1)), .init("type", .string(type)), .init("scenario", .string(name))] + fields)
    }

    private static func fields(_ line: Scenario.Line, _ since: Duration) -> [JSON.Member] {
        [
            .init("line", JSON(line.number)), .init("text", .string(line.text)),
            .init("startMs", .integer(since.milliseconds)),
        ]
    }
}
