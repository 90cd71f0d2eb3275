/// How much was ever simulated: a line for each scenario and number of nodes, in columns that people and shells read.
package struct Tally: Sendable, Equatable {
    package struct Entry: Sendable, Equatable {
        package var runs = 0
        package var simulatedSeconds = 0.0
        package var failures = 0
    }

    package struct Key: Hashable, Sendable, Comparable {
        package let scenario: String
        package let nodes: Int

        package init(scenario: String, nodes: Int) { (self.scenario, self.nodes) = (scenario, nodes) }

        package static func < (left: Key, right: Key) -> Bool {
            (left.scenario, left.nodes) < (right.scenario, right.nodes)
        }
    }

    package private(set) var entries: [Key: Entry] = [:]

    package init() {}

    /// A file that was not written by a tally.
    package struct Malformed: Error, Equatable {
        /// From 1 on.
        package let line: Int
    }

    package init(reading text: String) throws(Malformed) {
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let fields = line.split { $0 == " " || $0 == "\t" }
            guard let first = fields.first, !first.hasPrefix("#") else { continue }
            guard fields.count == 5, let nodes = Int(fields[1]), let runs = Int(fields[2]),
                let seconds = Double(fields[3]), seconds.isFinite, let failures = Int(fields[4]),
                nodes > 0, runs >= 0, failures >= 0
            else { throw Malformed(line: index + 1) }
            entries[Key(scenario: String(first), nodes: nodes)] = Entry(
                runs: runs, simulatedSeconds: seconds, failures: failures)
        }
    }

    package mutating func add(_ summary: BatchSummary) {
        let key = Key(scenario: summary.scenario, nodes: summary.nodes)
        entries[key, default: Entry()].runs += summary.runs
        entries[key, default: Entry()].simulatedSeconds += summary.simulatedSeconds
        entries[key, default: Entry()].failures += summary.failed
    }

    package var text: String {
        let rows = entries.sorted { $0.key < $1.key }.map { key, entry in
            [
                key.scenario, "\(key.nodes)", "\(entry.runs)", JSONText.number(entry.simulatedSeconds, decimals: 0),
                "\(entry.failures)",
            ]
        }
        let header = ["# scenario", "nodes", "runs", "simulatedSeconds", "failures"]
        return Columns.lines([header] + rows, alignments: [.left, .right, .right, .right, .right])
            .map { $0 + "\n" }.joined()
    }
}
