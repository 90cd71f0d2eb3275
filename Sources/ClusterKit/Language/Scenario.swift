package import ChatKit

/// A story for a cluster, from a file `NAME.mesh`: loops and variables are unfolded when it is read, so that every
/// mistake is found before anything is started.
package struct Scenario: Equatable, Sendable {
    package struct Line: Equatable, Sendable {
        package let number: Int
        /// As it stands there, with variables filled in.
        package let text: String
        package let step: Step
    }

    package let name: String
    package let lines: [Line]

    /// - Throws: ``UserError`` 65 with file, line and what was probably meant.
    package init(_ text: String, name: String) throws(UserError) {
        do throws(ScenarioMistake) {
            var source = SourceLine.all(text)[...]
            let blocks = try Block.read(&source, opened: nil)
            var reader = ScenarioUnfolding()
            try reader.unfold(blocks)
            (self.name, lines) = (name, reader.lines)
        } catch {
            throw UserError(.badData, "\(name):\(error.line): \(error.sentence)")
        }
        guard !lines.isEmpty else { throw UserError(.badData, "\(name): there is no step in it") }
    }
}

struct ScenarioMistake: Error {
    let line: Int
    let sentence: String

    init(_ line: Int, _ mistake: StepMistake) { (self.line, sentence) = (line, mistake.sentence) }

    /// What `body` has to say about a line, with the line.
    static func at<Value>(
        _ line: Int, _ body: () throws(StepMistake) -> Value
    ) throws(ScenarioMistake) -> Value {
        do throws(StepMistake) { return try body() } catch { throw ScenarioMistake(line, error) }
    }
}

struct SourceLine {
    let number: Int
    let text: String

    static func all(_ text: String) -> [SourceLine] {
        // The two characters that end a line on Windows are one `Character`.
        text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.enumerated().map {
            SourceLine(number: $0.offset + 1, text: String($0.element))
        }
    }
}

/// A line, or a loop with what stands in it.
enum Block {
    case line(Int, [String])
    case loop(Int, variable: String, values: String, [Block])

    /// Reads up to the `end` of the loop that was opened in that line, or to the end of the file.
    static func read(
        _ source: inout ArraySlice<SourceLine>, opened: Int?
    ) throws(ScenarioMistake) -> [Block] {
        var blocks: [Block] = []
        while let line = source.popFirst() {
            let words = try ScenarioMistake.at(line.number) { () throws(StepMistake) in try Tokens.split(line.text) }
            switch words.first {
            case nil: continue
            case "end" where opened != nil: return blocks
            case "end": throw ScenarioMistake(line.number, StepMistake("there is no loop that this end could close"))
            case "for":
                guard words.count == 4, words[2] == "in" else {
                    throw ScenarioMistake(
                        line.number, StepMistake("a loop begins like: for node in node1..5, or: for i in 1..10"))
                }
                let body = try read(&source, opened: line.number)
                blocks.append(.loop(line.number, variable: words[1], values: words[3], body))
            default: blocks.append(.line(line.number, words))
            }
        }
        if let opened { throw ScenarioMistake(opened, StepMistake("this loop has no end")) }
        return blocks
    }
}

/// Fills in variables and goes round loops.
struct ScenarioUnfolding {
    /// A loop in a loop in a loop; more steps than this are a mistake.
    private static let limit = 10_000

    private(set) var lines: [Scenario.Line] = []
    private var variables: [String: String] = [:]

    mutating func unfold(_ blocks: [Block]) throws(ScenarioMistake) {
        for block in blocks {
            switch block {
            case .line(let number, let words): try unfold(number, words)
            case .loop(let number, let variable, let values, let body):
                let list = try ScenarioMistake.at(number) { () throws(StepMistake) in
                    try Self.values(try Tokens.fill(values, variables))
                }
                for value in list {
                    variables[variable] = value
                    try unfold(body)
                }
            }
        }
    }

    private mutating func unfold(_ number: Int, _ raw: [String]) throws(ScenarioMistake) {
        let known = variables
        let words = try ScenarioMistake.at(number) { () throws(StepMistake) in
            try raw.map { word throws(StepMistake) in try Tokens.fill(word, known) }
        }
        if words.first == "set" {
            guard words.count == 3 else {
                throw ScenarioMistake(number, StepMistake("a variable is set like: set name value"))
            }
            return variables[words[1]] = words[2]
        }
        guard lines.count < Self.limit else {
            throw ScenarioMistake(number, StepMistake("a scenario has at most \(Self.limit) steps"))
        }
        let step = try ScenarioMistake.at(number) { () throws(StepMistake) in try Step(words) }
        lines.append(Scenario.Line(number: number, text: Tokens.join(words), step: step))
    }

    /// `1..5`, or names of nodes.
    private static func values(_ text: String) throws(StepMistake) -> [String] {
        if let dots = text.firstRange(of: ".."), let first = Int(text[..<dots.lowerBound]),
            let last = Int(text[dots.upperBound...]), first <= last
        {
            let span = last.subtractingReportingOverflow(first)
            if !span.overflow, span.partialValue < limit { return (first...last).map(String.init) }
        }
        guard case .these(let numbers)? = NodeSelection(text) else {
            throw StepMistake("a loop goes over nodes, like node2..5, or numbers, like 1..10; not \"\(text.shown)\"")
        }
        return numbers.map(NodeSelection.name)
    }
}
