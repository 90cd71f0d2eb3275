internal import MeshCore

extension Step {
    /// `wait NODES CONDITION… within TIME` and `expect NODES CONDITION…`.
    static func check(_ verb: String, _ rest: [String]) throws(StepMistake) -> Step {
        var words = StepWords(verb, rest, options: ["within"])
        // Inside a quoted text a word may well be "within", so the last but one counts.
        let all = words.takeAll()
        try words.finish()
        let end = all.count >= 2 && all[all.count - 2] == "within" ? all.count - 2 : all.count
        words = StepWords(verb, Array(all[..<end]), options: Condition.words)
        let nodes = try words.nodes()
        var conditions: [Condition] = []
        while words.peek != nil { conditions.append(try condition(verb, &words)) }
        guard !conditions.isEmpty else {
            throw StepMistake("\(verb): say what for: \(Condition.words.joined(separator: ", "))")
        }
        guard verb == "wait" else {
            guard end == all.count else { throw StepMistake("expect looks at once; to give it time write wait") }
            return .expect(nodes, conditions)
        }
        guard end < all.count else { throw StepMistake("wait: say how long at most, at the end: within 20s") }
        guard let limit = SpanText.duration(all[end + 1]) else {
            throw StepMistake("wait: \"\(all[end + 1].shown)\" is no time; write it like within 20s")
        }
        return .wait(nodes, conditions, limit)
    }

    private static func condition(_ verb: String, _ words: inout StepWords) throws(StepMistake) -> Condition {
        let word = try words.next("the condition")
        if let count = Condition.Count(rawValue: word) { return try comparison(count, &words) }
        switch word {
        case "converged": return .converged
        case "running": return .running
        case "ended": return .ended
        case "agree": return .agree
        case "same-history": return .sameHistory
        case "state": return .state(try words.next("the state"))
        case "has": return .has(try words.next("the text"))
        case "lacks": return .lacks(try words.next("the text"))
        case "once": return .once(try words.next("the text"))
        case "log": return .log(try words.next("the text"))
        case "sees":
            let (others, state) = (try words.nodes("whom"), try words.next("how it sees them"))
            guard Condition.memberStates.contains(state) else {
                throw StepMistake(
                    "\"\(state.shown)\" is no state of a member; there are \(Condition.memberStates.joined(separator: ", "))"
                        + NearestName.hint(for: state, among: Condition.memberStates))
            }
            return .sees(others, state)
        default:
            throw StepMistake(
                "\(verb): \"\(word.shown)\" is no condition" + NearestName.hint(for: word, among: Condition.words))
        }
    }

    private static func comparison(
        _ count: Condition.Count, _ words: inout StepWords
    ) throws(StepMistake) -> Condition {
        let sign = try words.next("= or another comparison behind \(count.rawValue)")
        guard let comparison = Condition.Comparison(rawValue: sign) else {
            let all = Condition.Comparison.allCases.map(\.rawValue).joined(separator: " ")
            throw StepMistake("behind \(count.rawValue) stands one of \(all), not \"\(sign.shown)\"")
        }
        let text = try words.next("a number behind \(count.rawValue) \(sign)")
        guard let number = Int(text) else { throw StepMistake("\"\(text.shown)\" is no number") }
        return .count(count, comparison, number)
    }
}
