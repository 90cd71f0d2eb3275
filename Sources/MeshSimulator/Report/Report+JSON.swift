extension Report {
    /// One JSON object on one line; figures that were not measured are null.
    package var json: String {
        var fields: [(String, String)] = [
            ("scenario", JSONText.quoted(scenario)), ("nodes", "\(nodes)"), ("seed", "\(seed)"),
            ("delivered", JSONText.number(delivered)), ("duplicates", JSONText.number(duplicates)),
            ("rmr", JSONText.number(rmr)), ("lastHop", JSONText.number(lastHop)),
            ("lastHopFloor", JSONText.number(lastHopFloor)),
            ("lastHopRatioAnySource", JSONText.number(lastHopRatioAnySource)),
            ("verifiesPerDelivered", JSONText.number(verifiesPerDelivered)),
            ("repairCycles", JSONText.number(repairCycles)), ("repairSeconds", JSONText.number(repairSeconds)),
            ("changeRounds", JSONText.number(changeRounds)), ("falseDown", JSONText.number(falseDown)),
            ("idleBytesPerNodeSecond", JSONText.number(idleBytesPerNodeSecond)),
            ("connected", JSONText.truth(connected)), ("converged", JSONText.truth(converged)),
            ("maxDegree", JSONText.number(maxDegree)), ("traceHash", JSONText.quoted(JSONText.hex(traceHash))),
            ("simulatedSeconds", JSONText.number(simulatedSeconds)), ("wallSeconds", JSONText.number(wallSeconds)),
            ("passed", "\(passed)"), ("failures", JSONText.array(failures.map(JSONText.quoted))),
        ]
        let known = Set(fields.map(\.0))
        for (name, value) in latestDetails where !known.contains(name) { fields.append((name, JSONText.number(value))) }
        return JSONText.object(fields)
    }

    /// A story may measure a figure more than once; the last one counts, at the place of the first.
    var latestDetails: [(name: String, value: Double)] {
        var result: [(name: String, value: Double)] = []
        for detail in details {
            if let place = result.firstIndex(where: { $0.name == detail.name }) {
                result[place] = detail
            } else {
                result.append(detail)
            }
        }
        return result
    }
}
