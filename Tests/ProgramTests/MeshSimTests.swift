import Foundation
import Glibc
import Testing

@Suite struct MeshSimTests {
    /// To its end; a debug build on a busy machine is slow.
    private func simulate(
        _ arguments: [String], home: Home? = nil
    ) async throws -> (status: Int32, output: [String], notices: [String]) {
        let program = try Program("mesh-sim", arguments, home: try (home ?? Home()).path)
        let status = try await program.exitStatus(within: .seconds(120))
        return (status, program.lines(.output), program.lines(.notices))
    }

    private func object(_ line: String?) throws -> [String: Any] {
        let data = Data(try #require(line).utf8)
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test func theSameSeedGivesTheSameHistoryInTwoProcesses() async throws {
        let arguments = ["--scenario", "steady", "--nodes", "10", "--seed", "7", "--crypto", "fast", "--json"]
        let first = try await simulate(arguments)
        let second = try await simulate(arguments)
        #expect(first.status == 0, "\(first.notices)")
        let (one, two) = (try object(first.output.last), try object(second.output.last))
        #expect(one["traceHash"] as? String == two["traceHash"] as? String)
        #expect(one["traceHash"] is String)
        #expect(one["delivered"] as? Double == 1 && one["nodes"] as? Int == 10 && one["seed"] as? Int == 7)
        #expect(one["repairCycles"] is NSNull)
        #expect(try #require(one["wallSeconds"] as? Double) > 0)
        let other = try await simulate(["--nodes", "10", "--seed", "8", "--crypto", "fast", "--json"])
        #expect(try object(other.output.last)["traceHash"] as? String != one["traceHash"] as? String)
    }

    @Test(arguments: [
        (["--nodes", "0"], "at least one node"), (["--nodes", "-5"], "at least one node"),
        (["--nodes", "2"], "at least 4 nodes"), (["--nodes", "20001"], "at most 20000 nodes"),
        (["--nodes", "many"], "invalid"), (["--loss", "2.0"], "between 0 and 1"),
        (["--loss", "1"], "nothing ever arrives"), (["--loss", "nan"], "between 0 and 1"),
        (["--duplication", "-0.5"], "between 0 and 1"), (["--reordering", "1.5"], "between 0 and 1"),
        (["--latency", "50..10"], "from the least to the most"), (["--latency", "fast"], "10..50"),
        (["--jitter", "-1"], "not negative"), (["--jitter", "inf"], "jitter"),
        (["--bandwidth", "5"], "1000 bytes a second"), (["--runs", "0"], "--runs"), (["--runs", "-3"], "--runs"),
        (["--runs", "2", "--seed", "18446744073709551615"], "seeds"), (["--trace", "-1"], "--trace"),
        (["--seed", "-1"], "--seed"), (["--tally", "x"], "--runs"), (["--runs", "2", "--svg", "x.svg"], "one run"),
        (["--crypto", "rot13"], "openssl"), (["--frobnicate"], "frobnicate"),
    ])
    func nonsenseGetsASentence(arguments: [String], part: String) async throws {
        let result = try await simulate(arguments)
        #expect(result.status == 64)
        #expect(result.output.isEmpty)
        #expect(result.notices.contains { $0.contains(part) }, "\(result.notices)")
    }

    @Test func anUnknownScenarioGetsTheListAndTheNearestName() async throws {
        let result = try await simulate(["--scenario", "stedy"])
        #expect(result.status == 64)
        #expect(result.notices.contains { $0.contains("did you mean \"steady\"?") })
        #expect(result.notices.contains { $0.hasPrefix("kill50 ") })
        let hostile = try await simulate(["--scenario", "\u{1B}[31mred"])
        #expect(hostile.status == 64 && !hostile.notices.joined().contains("\u{1B}"))
    }

    @Test func theListAndTheHelpGoToStandardOutput() async throws {
        let list = try await simulate(["--list"])
        #expect(list.status == 0 && list.notices.isEmpty)
        for name in ["steady", "kill30", "split", "churn"] {
            #expect(list.output.contains { $0.hasPrefix(name + " ") })
        }
        let help = try await simulate(["--help"])
        #expect(help.status == 0 && help.output.contains { $0.contains("EXAMPLES") })
    }

    @Test func aFailingSeedSaysWhyHowToSeeItAgainAndWhatHappened() async throws {
        // Of 100 frames 93 get lost: nobody can agree on anything.
        let arguments = ["--nodes", "5", "--seed", "3", "--crypto", "fast", "--loss", "0.93"]
        let result = try await simulate(arguments + ["--json"])
        #expect(result.status == 1)
        #expect(try object(result.output.last)["passed"] as? Bool == false)
        #expect(result.notices.contains { $0.hasPrefix("FAILED: ") })
        let command = "Again: mesh-sim --scenario steady --nodes 5 --seed 3 --loss 0.93 --crypto fast"
        #expect(result.notices.contains(command))
        #expect(result.notices.contains { $0.contains("TIME") && $0.contains("NODE") })
        #expect(result.notices.count > 20)
    }

    @Test func manySeedsAreCountedInATally() async throws {
        let home = try Home()
        let tally = home.path + "/tally.txt"
        let arguments = ["--nodes", "4", "--runs", "3", "--seed", "49", "--tally", tally, "--json"]
        for total in [3, 6] {
            let result = try await simulate(arguments, home: home)
            #expect(result.status == 0, "\(result.notices)")
            let summary = try object(result.output.last)
            #expect(summary["runs"] as? Int == 3 && summary["passed"] as? Int == 3 && summary["failed"] as? Int == 0)
            #expect(summary["failedSeeds"] as? [Int] == [])
            let line = try String(contentsOfFile: tally, encoding: .utf8).split(separator: "\n").last
            let fields = try #require(line).split(separator: " ")
            #expect(fields[0] == "steady" && fields[1] == "4" && fields[2] == "\(total)" && fields[4] == "0")
        }
    }

    @Test func aFileThatIsNoTallyIsLeftAlone() async throws {
        let home = try Home()
        try home.write("dear diary\n", to: home.path + "/diary")
        let result = try await simulate(["--nodes", "4", "--runs", "1", "--tally", home.path + "/diary"], home: home)
        #expect(result.status == 65)
        #expect(result.notices.contains { $0.contains("line 1") })
        #expect(try String(contentsOfFile: home.path + "/diary", encoding: .utf8) == "dear diary\n")
    }

    @Test func aPictureIsWrittenAndAFileThatCannotBeIsNamedAtOnce() async throws {
        let home = try Home()
        let file = home.path + "/run.svg"
        let arguments = ["--nodes", "6", "--crypto", "fast", "--svg"]
        let result = try await simulate(arguments + [file], home: home)
        #expect(result.status == 0)
        #expect(try String(contentsOfFile: file, encoding: .utf8).hasPrefix("<svg "))
        let refused = try await simulate(arguments + [home.path + "/none/run.svg"], home: home)
        #expect(refused.status == 73)
        #expect(refused.notices.contains { $0.contains("none/run.svg") })
    }

    @Test func ctrlCTellsWhatWasLearnedSoFar() async throws {
        let program = try Program(
            "mesh-sim", ["--nodes", "4", "--runs", "1000000", "--crypto", "fast", "--json"], home: try Home().path)
        // Its handler stands before the first progress line, which comes after ten seconds.
        try await program.line(.notices, containing: "of 1000000 runs passed", within: .seconds(60))
        program.send(signal: SIGINT)
        #expect(try await program.exitStatus() == 130)
        let summary = try object(program.lines(.output).last)
        let runs = try #require(summary["runs"] as? Int)
        #expect(runs > 0 && summary["passed"] as? Int == runs)
    }
}
