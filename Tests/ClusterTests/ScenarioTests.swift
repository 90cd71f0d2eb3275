import ChatKit
import Glibc
import Testing

@testable import ClusterKit

/// How a scenario is read: before anything is started, and with a sentence for every mistake.
@Suite struct ScenarioTests {
    private func steps(_ text: String) throws -> [Step] { try Scenario(text, name: "test.mesh").lines.map(\.step) }

    @Test func loopsAndVariablesAreUnfolded() throws {
        let text = """
            # three nodes
            set count 3
            up $count --tls off
            set word hello
            for node in node1..3
              for i in 1..2
                send $node "${word} $i of $node" # each twice
              end
            end
            """
        let scenario = try Scenario(text, name: "test.mesh")
        #expect(scenario.lines.count == 7)
        #expect(scenario.lines[1].step == .send(from: 1, SendOptions("hello 1 of node1")))
        #expect(scenario.lines[6].step == .send(from: 3, SendOptions("hello 2 of node3")))
        #expect(scenario.lines[6].number == 7)
        #expect(scenario.lines[6].text == #"send node3 "hello 2 of node3""#)
        var options = UpOptions()
        (options.count, options.usesTLS) = (3, false)
        #expect(scenario.lines[0].step == .up(options))
    }

    @Test func linesMayEndAsOnWindows() throws {
        #expect(try steps("heal\r\nkill node1\r\n") == [.heal, .kill(.these([1]), isHard: false)])
    }

    @Test func whatFailsBecauseTheRunIsEndedIsNoFailure() async throws {
        let scenario = try Scenario("expect all agree", name: "test.mesh")
        let cluster = Cluster(try ClusterFolder("interrupted-\(getpid())"), Cluster.Settings(program: "mesh-node"))
        let run = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await ScenarioRun(scenario) { _ in }.play(in: cluster)
        }
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
    }

    @Test(arguments: [
        ("send node1 hi --times 3", #"send 1 hi 3 0"#), ("cut node1,node2 / node3..5", "cut"),
    ])
    func everyLineIsOneStep(line: String, _: String) throws { #expect(try steps(line).count == 1) }

    @Test func stepsSayWhatTheyMean() throws {
        #expect(try steps("kill -9 node2..4") == [.kill(.these([2, 3, 4]), isHard: true)])
        #expect(try steps("kill node2") == [.kill(.these([2]), isHard: false)])
        #expect(try steps("cut node1 / all --one-way") == [.cut(.these([1]), .all, .oneWay)])
        #expect(try steps("cut node1 / node2 --reset") == [.cut(.these([1]), .these([2]), .reset)])
        var quality = LineQuality()
        (quality.delay, quality.jitter, quality.loss) = (.milliseconds(100), .milliseconds(20), 0.05)
        #expect(
            try steps("net --delay 100ms --jitter 20ms --loss 5% --between node1,node4")
                == [.net(quality, between: .these([1, 4]))])
        #expect(try steps("pause node1 --for 1m") == [.pause(.these([1]), .seconds(60))])
        #expect(try steps("for i in -2..2\npause node1 --for 1m\nend").count == 5)
        #expect(try steps("exec node3 -- history --json") == [.execute(node: 3, ["history", "--json"])])
        #expect(
            try steps(#"wait node1..3 online = 3 has "a b" sees node4 offline agree within 1.5s"#)
                == [
                    .wait(
                        .these([1, 2, 3]),
                        [.count(.online, .equal, 3), .has("a b"), .sees(.these([4]), "offline"), .agree],
                        .milliseconds(1_500))
                ])
    }

    @Test(arguments: [
        ("up 3\nsned node1 hi", "test.mesh:2: \"sned\" is no step; did you mean \"send\"?"),
        ("up 0", "test.mesh:1: up: \"0\" is no number of nodes from 1 to 256"),
        ("up 3 --tsl on", "test.mesh:1: up: \"--tsl\" is too much here; did you mean \"--tls\"?"),
        ("up 3 --tls maybe", "test.mesh:1: up: --tls must be on or off, not \"maybe\""),
        ("wait all agree", "test.mesh:1: wait: say how long at most, at the end: within 20s"),
        ("wait all agre within 3s", "test.mesh:1: wait: \"agre\" is no condition; did you mean \"agree\"?"),
        ("wait all online 3 within 3s", "test.mesh:1: behind online stands one of = != >= <= > <, not \"3\""),
        ("wait all sees node1 ofline within 3s", "; did you mean \"offline\"?"),
        ("expect all agree within 3s", "expect looks at once"),
        ("kill knode1", "\"knode1\" names no nodes"), ("kill node3..1", "\"node3..1\" names no nodes"),
        ("kill node0", "\"node0\" names no nodes"), ("kill node257", "\"node257\" names no nodes"),
        ("send node1 \"open", "a text begins with \" and does not end"),
        ("send node1 $word", "no variable is called \"word\""),
        ("set count 3\nup $cuont", "did you mean \"count\"?"),
        ("for node in node1..3\nkill $node", "test.mesh:1: this loop has no end"),
        ("end", "there is no loop"), ("for node of node1", "a loop begins like"),
        ("for x in 1..99999\nheal\nend", "a loop goes over nodes"),
        ("for x in -9223372036854775808..9223372036854775807\nheal\nend", "a loop goes over nodes"),
        ("for x in 1..9000\nheal\nheal\nend", "at most 10000 steps"),
        ("cut node1 node2", "between the sides stands a /"), ("pause node1", "say how long"),
        ("net --loss 5", "--loss must be a share like 5%"), ("exec node1", "say what to run behind --"),
        ("# nothing", "there is no step in it"), ("kill node1 node2", "\"node2\" is too much here"),
        ("kill node1 -- node2", "kill: \"node2\" is too much here"),
        ("wait all agree within 3s -- node2", "wait: \"node2\" is too much here"),
    ])
    func everyMistakeHasItsSentence(text: String, sentence: String) throws {
        let error = try #require(throws: UserError.self) { try Scenario(text, name: "test.mesh") }
        #expect(error.status == .badData)
        #expect(error.sentence.contains(sentence), "\(error.sentence)")
    }

    @Test func namesOfNodesAreWrittenInTheShortestWay() {
        for text in ["node1", "node1..3", "node1,node2", "node1,node4..6,node9", "all"] {
            #expect(NodeSelection(text)?.description == text)
        }
        #expect(NodeSelection("node3..node5,node4")?.description == "node3..5")
    }
}
