import Foundation
import Testing

@testable import MeshSimulator

@Suite struct ReportTests {
    /// What other programs read; the names are a contract.
    private static let promised = [
        "scenario", "nodes", "seed", "delivered", "duplicates", "rmr", "lastHop", "lastHopFloor",
        "verifiesPerDelivered", "repairCycles", "changeRounds", "falseDown", "idleBytesPerNodeSecond", "connected",
        "converged", "traceHash", "simulatedSeconds", "wallSeconds",
    ]

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func anEmptyReportHasEveryFieldAndNullForWhatWasNotMeasured() throws {
        let json = Report(scenario: "steady", nodes: 10, seed: .max).json
        let object = try object(json)
        for name in Self.promised { #expect(object[name] != nil, "\(name)") }
        for name in ["delivered", "rmr", "repairCycles", "falseDown", "connected"] {
            #expect(object[name] is NSNull, "\(name)")
        }
        #expect(json.contains("\"seed\":18446744073709551615"))
        #expect(!json.contains("\n"))
    }

    @Test func figuresComeThroughAndALaterDetailReplacesAnEarlierOne() throws {
        var report = Report(scenario: "kill30", nodes: 10, seed: 3)
        (report.delivered, report.rmr, report.repairCycles, report.connected) = (0.999_999_6, -0.25, 2, true)
        report.traceHash = 0xAB
        report.details = [("a", 1), ("b", .infinity), ("a", 2.5), ("rmr", 7)]
        let object = try object(report.json)
        #expect(object["delivered"] as? Double == 1)
        #expect(object["rmr"] as? Double == -0.25)
        #expect(object["repairCycles"] as? Int == 2)
        #expect(object["connected"] as? Bool == true)
        #expect(object["traceHash"] as? String == "00000000000000ab")
        #expect(object["a"] as? Double == 2.5)
        #expect(object["b"] is NSNull)
        #expect(report.json.components(separatedBy: "\"a\":").count == 2)
        #expect(report.json.components(separatedBy: "\"rmr\":").count == 2)
    }

    @Test func failuresAreEscaped() throws {
        var report = Report(scenario: "steady", nodes: 10, seed: 3)
        report.failures = ["a \"quoted\" \\ line\nbreak \u{1} \u{1B} é"]
        let object = try object(report.json)
        #expect(object["failures"] as? [String] == report.failures)
        #expect(object["passed"] as? Bool == false)
    }

    @Test(arguments: [
        (0.0, "0"), (1.5, "1.5"), (-0.000_001, "-0.000001"), (0.000_000_4, "0"), (100, "100"), (-2.25, "-2.25"),
        (1e20, "1e+20"), (.nan, "null"),
    ])
    func numbersHaveAtMostSixDecimals(value: Double, text: String) {
        #expect(JSONText.number(value) == text)
    }

    @Test func theTableShowsOnlyWhatWasMeasured() {
        var report = Report(scenario: "kill30", nodes: 10, seed: 3)
        report.repairCycles = 1
        let lines = report.lines()
        #expect(lines[0] == "kill30, 10 nodes, seed 3: passed")
        #expect(lines.contains { $0.contains("repair, cycles") && $0.hasSuffix("at most 2, aim 1") })
        #expect(!lines.contains { $0.contains("redundancy") })
        #expect(report.lines(stoppedIn: "forming")[0].contains("stopped in the chapter \"forming\""))
        report.failures = ["x"]
        #expect(report.lines()[0].hasSuffix("FAILED"))
    }

    @Test func columnsAreAligned() {
        let lines = Columns.lines([["a", "1", "x"], ["bcd", "100", ""]], alignments: [.left, .right], indent: 1)
        #expect(lines == [" a      1  x", " bcd  100"])
    }

    @Test func aStoppedRunTellsWhereItStoodAndShowsNothingThatDidNotHappen() throws {
        let scenario = try #require(Scenario.named("split"))
        var options = Scenario.Options(nodes: 4, seed: 1)
        options.cryptography = .fast
        let stage = scenario.run(options) { $0.chapter != "apart" }
        #expect(stage.isStopped && !stage.report.passed)
        #expect(stage.report.failures == ["stopped in the chapter \"apart\""])
        #expect(stage.pictures.map(\.title) == ["before"])
        #expect(stage.report.simulatedSeconds > 3 && stage.report.simulatedSeconds < 60)
        #expect(stage.picture.contains("stopped in the chapter &quot;apart&quot;"))
    }

    // MARK: Many seeds

    private func report(seed: UInt64, failures: [String] = []) -> Report {
        var report = Report(scenario: "churn", nodes: 10, seed: seed)
        report.simulatedSeconds = 600
        report.failures = failures
        return report
    }

    @Test func aSummaryCountsRunsInWhateverOrderTheyEnd() throws {
        var summary = BatchSummary(scenario: "churn", nodes: 10, firstSeed: 5)
        for seed in [7, 5, 9, 6] as [UInt64] { summary.add(report(seed: seed, failures: seed % 2 == 1 ? ["x"] : [])) }
        let object = try object(summary.json)
        #expect(object["runs"] as? Int == 4)
        #expect(object["passed"] as? Int == 1)
        #expect(object["failed"] as? Int == 3)
        #expect(object["failedSeeds"] as? [Int] == [5, 7, 9])
        #expect(object["simulatedSeconds"] as? Double == 2_400)
        #expect(object["wallSeconds"] as? Double == 0)
    }

    @Test func aTallyAddsUpAndReadsWhatItWrote() throws {
        var summary = BatchSummary(scenario: "churn", nodes: 10, firstSeed: 1)
        summary.add(report(seed: 1))
        summary.add(report(seed: 2, failures: ["x"]))
        var tally = Tally()
        tally.add(summary)
        let again = try Tally(reading: tally.text)
        #expect(again == tally)
        tally = again
        tally.add(summary)
        let entry = try #require(tally.entries[Tally.Key(scenario: "churn", nodes: 10)])
        #expect(entry.runs == 4 && entry.simulatedSeconds == 2_400 && entry.failures == 2)
    }

    @Test(arguments: ["churn 10 1 600", "churn ten 1 600 0", "churn 10 -1 600 0", "churn 10 1 nan 0", "hello"])
    func anotherFileIsNotTakenForATally(line: String) {
        #expect(throws: Tally.Malformed(line: 2)) { try Tally(reading: "# comment\n" + line) }
    }

    // MARK: Traces of failures

    @Test func nodesAndMessagesOfAFailureAreFound() {
        let sentence = "1 of 9 deliveries are not exactly once, first: message 30 at node4, message 7 at node12; nodes"
        #expect(FailureTrace.numbers(after: "node", in: sentence) == [4, 12])
        #expect(FailureTrace.numbers(after: "message ", in: sentence) == [30, 7])
        #expect(FailureTrace.numbers(after: "node", in: "node") == [])
    }

    @Test func aFailingRunIsPlayedAgainUpToItsFailure() throws {
        let failing = Scenario("failing", "a rule is broken after five seconds") { stage in
            stage.found(4)
            stage.world.startAll(0..<4, over: .seconds(1))
            stage.run(for: .seconds(5))
            stage.world.violate("some rule", "by node2", at: stage.world.nodes[2])
            stage.run(for: .seconds(20))
        }
        var options = Scenario.Options(nodes: 4, seed: 1)
        options.cryptography = .fast
        let lines = FailureTrace(of: failing, options).lines
        #expect(lines[0] == "First failure: 5.000 s at node2: some rule: by node2")
        let trace = lines.drop { !$0.contains("TIME") }.dropFirst()
        #expect(trace.count > 5 && trace.count <= 60)
        #expect(trace.allSatisfy { $0.contains("node2") || $0.contains("network") })
        #expect(!trace.contains { $0.contains("heartbeat") })
        #expect(try #require(trace.last).contains("VIOLATION"))
    }
}
