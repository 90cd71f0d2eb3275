/// Answers and events of the machine interface as readable lines.
enum AnswerText {
    static func lines(_ answer: JSON, to command: String) -> [String] {
        switch command {
        case "members": (answer["members"]?.array ?? []).map(member)
        case "links": (answer["links"]?.array ?? []).map(link)
        case "who-has": delivery(answer)
        case "history": (answer["history"]?.array ?? []).map(message)
        case "status": fields(answer["status"])
        case "graph": graph(answer)
        case "revoke" where answer["falls"] != nil:
            (answer["falls"]?.array ?? []).map { "would fall: " + person($0) + "  " + text($0["id"]) }
        case "verify": [text(answer["safetyNumber"])]
        default:
            answer["already"]?.bool == true
                ? ["nothing to do, it was so already"] : answer["id"].map { [text($0)] } ?? []
        }
    }

    private static func member(_ value: JSON) -> String {
        let isSelf = value["self"]?.bool == true
        return [
            text(value["id"]), text(value["state"]), name(value["nick"]), text(value["address"]),
            isSelf ? "(this node)" : "",
        ].filter { !$0.isEmpty }.joined(separator: "  ")
    }

    private static func link(_ value: JSON) -> String {
        [
            text(value["id"]), name(value["nick"]), text(value["address"]), text(value["tls"]), text(value["push"]),
            text(value["rttMs"]).isEmpty ? "" : text(value["rttMs"]) + " ms",
        ].filter { !$0.isEmpty }.joined(separator: "  ")
    }

    private static func message(_ value: JSON) -> String {
        let direct = value["to"].map { " to \(person($0)) (direct)" } ?? ""
        let body = SafeText.printableLines(value["text"]?.string ?? "").joined(separator: "\n      | ")
        return "\(text(value["at"])) \(person(value["from"]))\(direct): \(body)"
    }

    private static func delivery(_ answer: JSON) -> [String] {
        ["\(text(answer["state"])): \(text(answer["count"])) of \(text(answer["of"]))"]
            + (answer["has"]?.array ?? []).map { "has it: \(person($0))  \(text($0["id"]))" }
            + (answer["behind"]?.array ?? []).map { "behind: \(person($0))  \(text($0["id"]))" }
    }

    private static func graph(_ answer: JSON) -> [String] {
        var names: [String: String] = [:]
        for node in answer["nodes"]?.array ?? [] { names[text(node["id"])] = person(node) }
        let edges = (answer["edges"]?.array ?? []).compactMap(\.array).filter { $0.count == 2 }
        return (answer["nodes"]?.array ?? []).map { "\(person($0))  \(text($0["state"]))" }
            + edges.map { edge in edge.map { names[text($0)] ?? text($0) }.joined(separator: " - ") }
    }

    static func event(_ value: JSON) -> String {
        if value["type"] == .string("message") { return message(value) }
        guard case .object(let members) = value else { return "" }
        let rest = members.filter { $0.name != "v" && $0.name != "type" }
        return text(value["type"]) + rest.map { " \($0.name)=\(text($0.value))" }.joined()
    }

    private static func fields(_ value: JSON?) -> [String] {
        guard case .object(let members) = value else { return [] }
        return members.flatMap { member in
            if case .object = member.value { return fields(member.value) }
            return ["\(member.name): \(text(member.value))"]
        }
    }

    private static func person(_ value: JSON?) -> String {
        let nick = name(value?["nick"])
        return nick.isEmpty ? String(text(value?["id"]).prefix(8)) : nick
    }

    private static func name(_ value: JSON?) -> String { SafeText.printable(value?.string ?? "", limit: 64) }

    private static func text(_ value: JSON?) -> String {
        switch value {
        case .string(let text): SafeText.printable(text)
        case .null, nil: ""
        case .some(let other): SafeText.printable(other.line)
        }
    }
}
