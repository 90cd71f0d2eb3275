extension Report {
    /// One JSON object on one line; figures that were not measured are null.
    package var json: String {
        var fields: [(String, String)] = [
            ("scenario", Self.quoted(scenario)), ("nodes", "\(nodes)"), ("seed", "\(seed)"),
            ("delivered", Self.number(delivered)), ("duplicates", Self.number(duplicates)), ("rmr", Self.number(rmr)),
            ("lastHop", Self.number(lastHop)), ("lastHopFloor", Self.number(lastHopFloor)),
            ("lastHopRatioAnySource", Self.number(lastHopRatioAnySource)),
            ("verifiesPerDelivered", Self.number(verifiesPerDelivered)),
            ("repairCycles", Self.number(repairCycles)), ("repairSeconds", Self.number(repairSeconds)),
            ("changeRounds", Self.number(changeRounds)), ("falseDown", Self.number(falseDown)),
            ("idleBytesPerNodeSecond", Self.number(idleBytesPerNodeSecond)),
            ("connected", connected.map { "\($0)" } ?? "null"), ("converged", converged.map { "\($0)" } ?? "null"),
            ("maxDegree", Self.number(maxDegree)), ("traceHash", Self.quoted(Self.hex(traceHash))),
            ("simulatedSeconds", Self.number(simulatedSeconds)), ("wallSeconds", Self.number(wallSeconds)),
            ("passed", "\(passed)"), ("failures", "[\(failures.map(Self.quoted).joined(separator: ","))]"),
        ]
        fields += details.map { ($0.name, Self.number($0.value)) }
        return "{" + fields.map { "\(Self.quoted($0.0)):\($0.1)" }.joined(separator: ",") + "}"
    }

    /// At most six decimals; JSON has neither infinity nor NaN.
    static func number(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "null" }
        let scaled = (value * 1_000_000).rounded()
        guard scaled.magnitude < 1e15 else { return "\(value)" }
        let whole = Int64(scaled)
        let fraction = Text.padded(Int64((whole % 1_000_000).magnitude), to: 6)
        let sign = whole < 0 ? "-" : ""
        var text = "\(sign)\((whole / 1_000_000).magnitude).\(fraction)"
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    static func number(_ value: Int?) -> String { value.map { "\($0)" } ?? "null" }

    static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case let control where control.value < 0x20:
                result +=
                    "\\u" + Text.padded(0, to: 2) + (control.value < 16 ? "0" : "")
                    + String(control.value, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
