internal import ChatKit
internal import MeshCore

/// A step that says something that does not exist, or too little.
package struct StepMistake: Error, Equatable {
    package let sentence: String
    package init(_ sentence: String) { self.sentence = sentence }
}

/// The words of one step, taken from left to right; options may stand anywhere after the verb.
struct StepWords {
    private var words: [String]
    private let verb: String
    /// What this step may be told, for suggestions.
    private let options: [String]
    /// Behind `--`: for somebody else.
    private var rest: [String]

    init(_ verb: String, _ words: [String], options: [String] = []) {
        let end = words.firstIndex(of: "--") ?? words.endIndex
        (self.words, rest) = (Array(words[..<end]), Array(words[end...].dropFirst()))
        (self.verb, self.options) = (verb, options)
    }

    mutating func next(_ what: String) throws(StepMistake) -> String {
        guard !words.isEmpty else { throw StepMistake("\(verb): \(what) is missing") }
        return words.removeFirst()
    }

    var peek: String? { words.first }

    mutating func nodes(_ what: String = "the nodes") throws(StepMistake) -> NodeSelection {
        try Self.selection(try next("\(what), like node1, node2..5 or all,"))
    }

    static func selection(_ text: String) throws(StepMistake) -> NodeSelection {
        guard let selection = NodeSelection(text) else {
            throw StepMistake(
                "\"\(text.shown)\" names no nodes; write node1, node2..5, node1,node4 or all (up to "
                    + "\(NodeSelection.name(NodeSelection.limit)))")
        }
        return selection
    }

    mutating func node(_ what: String = "the node") throws(StepMistake) -> Int {
        let text = try next(what)
        guard let number = NodeSelection.number(text) else {
            throw StepMistake("\"\(text.shown)\" is no node; write one name like node1")
        }
        return number
    }

    mutating func flag(_ name: String) -> Bool {
        guard let index = words.firstIndex(of: name) else { return false }
        words.remove(at: index)
        return true
    }

    /// The word after `name`.
    mutating func option(_ name: String) throws(StepMistake) -> String? {
        guard let index = words.firstIndex(of: name) else { return nil }
        words.remove(at: index)
        guard index < words.endIndex else { throw StepMistake("\(verb): \(name) says nothing") }
        return words.remove(at: index)
    }

    mutating func option<Value>(
        _ name: String, _ form: String, _ read: (String) -> Value?
    ) throws(StepMistake) -> Value? {
        guard let text = try option(name) else { return nil }
        guard let value = read(text) else {
            throw StepMistake("\(verb): \(name) must be \(form), not \"\(text.shown)\"")
        }
        return value
    }

    /// All that is left, one after the other.
    mutating func takeAll() -> [String] {
        defer { words = [] }
        return words
    }

    /// All that stands behind `--`.
    mutating func takeRest() -> [String] {
        defer { rest = [] }
        return rest
    }

    /// Nothing may be left over.
    func finish() throws(StepMistake) {
        guard let word = words.first ?? rest.first else { return }
        throw StepMistake(
            "\(verb): \"\(word.shown)\" is too much here" + NearestName.hint(for: word, among: options))
    }
}

extension String {
    /// Fit for a terminal.
    var shown: String { SafeText.printable(self, limit: 80) }
}

/// How long, as people write it: `500ms`, `20s`, `1.5s`, `2m`.
enum SpanText {
    static func duration(_ text: String) -> Duration? {
        let units: [(String, Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3_600)]
        for (unit, seconds) in units where text.hasSuffix(unit) {
            guard let number = Double(text.dropLast(unit.count)), (0...86_400).contains(number * seconds) else {
                continue
            }
            return .seconds(number * seconds)
        }
        return nil
    }
}
