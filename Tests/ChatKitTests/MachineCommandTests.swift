import ChatKit
import Mesh
import MeshCore
import MeshTransport
import Testing

@Suite struct MachineCommandTests {
    private static let key = String(repeating: "ab", count: 32)
    private static var id: NodeID { NodeID(hex: key)! }

    private func request(_ line: String) -> MachineRequest { MachineRequest(.complete(Array(line.utf8))) }

    @Test func everyCommandOfTheContractIsUnderstood() {
        let key = Self.key
        var condition = MeshCondition()
        (condition.members, condition.online, condition.links, condition.messages) = (5, 4, 2, 9)
        (condition.isConverged, condition.stateHash) = (true, Hash(hex: key))
        let table: [(String, MachineCommand)] = [
            (#"{"cmd":"send","text":"hi"}"#, .send(text: "hi")),
            (#"{"cmd":"dm","to":"bob","text":"é"}"#, .direct(to: "bob", text: "é")),
            (#"{"cmd":"broadcast","data":"aGk="}"#, .broadcast([0x68, 0x69])),
            (#"{"cmd":"unicast","to":"bob","data":""}"#, .unicast(to: "bob", [])),
            (#"{"cmd":"invite","key":"\#(key)"}"#, .invite(Self.id)),
            (#"{"cmd":"revoke","key":"\#(key.uppercased())"}"#, .revoke(Self.id, frontier: nil, isDryRun: false)),
            (
                #"{"cmd":"revoke","key":"\#(key)","dryRun":true,"frontier":["\#(key)"]}"#,
                .revoke(Self.id, frontier: [Hash(hex: key)!], isDryRun: true)
            ),
            (#"{"cmd":"network","action":"new"}"#, .network(.found(name: nil))),
            (#"{"cmd":"network","action":"new","name":"friends"}"#, .network(.found(name: "friends"))),
            (#"{"cmd":"network","action":"refound"}"#, .network(.refound)),
            (#"{"cmd":"network","action":"forget"}"#, .network(.forget)),
            (#"{"cmd":"verify","key":"\#(key)"}"#, .verify(Self.id, marks: false)),
            (#"{"cmd":"verify","key":"\#(key)","mark":true}"#, .verify(Self.id, marks: true)),
            (#"{"cmd":"trust","key":"\#(key)"}"#, .trust(Self.id)),
            (#"{"cmd":"accept","key":"\#(key)"}"#, .accept(Self.id)),
            (#"{"cmd":"nick","nick":"al"}"#, .nick("al")), (#"{"cmd":"members"}"#, .members),
            (#"{"cmd":"links"}"#, .links),
            (#"{"cmd":"history"}"#, .history(since: 0, limit: 1_000)),
            (#"{"limit":2,"since":7,"cmd":"history"}"#, .history(since: 7, limit: 2)),
            (#"{"cmd":"clear"}"#, .clear),
            (#"{"cmd":"who-has"}"#, .whoHas(.newest(1))), (#"{"cmd":"who-has","last":3}"#, .whoHas(.newest(3))),
            (#"{"cmd":"who-has","id":"\#(key)"}"#, .whoHas(.id(Hash(hex: key)!))),
            (#"{"cmd":"status"}"#, .status), (#"{"cmd":"graph"}"#, .graph),
            (
                #"{"cmd":"wait","members":5,"online":4,"links":2,"messages":9,"converged":true,"stateHash":"\#(key)","timeoutMs":50}"#,
                .wait(condition, timeout: .milliseconds(50))
            ),
            (#"{"cmd":"subscribe"}"#, .subscribe([])),
            (#"{"cmd":"subscribe","types":["message"]}"#, .subscribe(["message"])),
            (#"{"cmd":"faults","set":[]}"#, .faults(FaultTable())),
            (#"{"cmd":"quit"}"#, .quit),
        ]
        for (line, command) in table {
            #expect(request(line).command == .success(command), "\(line)")
        }
        #expect(
            Set(table.map { $0.0.split(separator: "\"cmd\":\"")[1].prefix { $0 != "\"" } }).count
                == MachineRequest.names.count)
    }

    @Test(arguments: [
        ("not json", MachineCode.badJSON), ("[]", .badJSON), ("\"x\"", .badJSON), ("", .badJSON), ("{}", .badCommand),
        (#"{"cmd":7}"#, .badCommand), (#"{"cmd":"sned"}"#, .badCommand),
        (#"{"cmd":"who-has","last":0}"#, .badArgument), (#"{"cmd":"who-has","id":"12"}"#, .badArgument),
        (#"{"cmd":"send"}"#, .badArgument),
        (#"{"cmd":"send","text":7}"#, .badArgument), (#"{"cmd":"dm","to":"bob"}"#, .badArgument),
        (#"{"cmd":"broadcast","data":"%%"}"#, .badArgument), (#"{"cmd":"invite","key":"abcd"}"#, .badArgument),
        (#"{"cmd":"revoke","key":null}"#, .badArgument), (#"{"cmd":"network","action":"x"}"#, .badArgument),
        (#"{"cmd":"history","since":-1}"#, .badArgument), (#"{"cmd":"history","limit":1.5}"#, .badArgument),
        (#"{"cmd":"wait"}"#, .badArgument), (#"{"cmd":"wait","converged":false}"#, .badArgument),
        (#"{"cmd":"wait","stateHash":"12"}"#, .badArgument), (#"{"cmd":"subscribe","types":"all"}"#, .badArgument),
        (#"{"cmd":"members","ref":5}"#, .badArgument), (#"{"cmd":"members","v":2}"#, .badArgument),
    ])
    func whatIsWrongHasItsCode(line: String, code: MachineCode) {
        guard case .failure(let refusal) = request(line).command else {
            Issue.record("\(line) was accepted")
            return
        }
        #expect(refusal.code == code)
        #expect(!refusal.reason.isEmpty)
    }

    @Test func theCallersNameComesBackAlsoWithAnError() {
        #expect(request(#"{"cmd":"members","ref":"a\nb"}"#).ref == "a\nb")
        #expect(request(#"{"cmd":"nope","ref":"7"}"#).ref == "7")
        #expect(request(#"{"cmd":"members"}"#).ref == nil)
    }

    @Test func aLineThatIsTooLongOrNotUTF8IsAnsweredAndNothingMore() {
        guard case .failure(let long) = MachineRequest(.tooLong).command,
            case .failure(let bad) = MachineRequest(.complete([0x7B, 0xFF, 0x7D])).command
        else {
            Issue.record("accepted")
            return
        }
        #expect(long.code == .tooLong)
        #expect(bad.code == .badJSON)
    }

    @Test func anUnknownCommandIsAnsweredWithTheNearestOne() {
        guard case .failure(let refusal) = request(#"{"cmd":"membres"}"#).command else { return }
        #expect(refusal.reason.contains("did you mean \"members\"?"))
    }
}
