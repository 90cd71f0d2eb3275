/// The little JSON that reports need.
enum JSONText {
    static func object(_ fields: [(String, String)]) -> String {
        "{" + fields.map { "\(quoted($0.0)):\($0.1)" }.joined(separator: ",") + "}"
    }

    static func array(_ values: [String]) -> String { "[" + values.joined(separator: ",") + "]" }

    /// At most six decimals; JSON has neither infinity nor NaN.
    static func number(_ value: Double?, decimals: Int = 6) -> String {
        guard let value, value.isFinite else { return "null" }
        let unit = (0..<decimals).reduce(Int64(1)) { power, _ in power * 10 }
        let scaled = (value * Double(unit)).rounded()
        guard scaled.magnitude < 1e15 else { return "\(value)" }
        let whole = Int64(scaled)
        let sign = whole < 0 ? "-" : ""
        var text = "\(sign)\((whole / unit).magnitude)"
        guard decimals > 0 else { return text }
        text += "." + Text.padded(Int64((whole % unit).magnitude), to: decimals)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    static func number(_ value: Int?) -> String { value.map { "\($0)" } ?? "null" }
    static func truth(_ value: Bool?) -> String { value.map { "\($0)" } ?? "null" }

    /// For people: three decimals, one from a hundred on.
    static func rounded(_ value: Double) -> String { number(value, decimals: value.magnitude < 100 ? 3 : 1) }

    /// 16 digits.
    static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case let control where control.value < 0x20:
                result += "\\u00" + (control.value < 16 ? "0" : "") + String(control.value, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
