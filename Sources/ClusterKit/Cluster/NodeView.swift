internal import ChatKit
internal import MeshCore

/// What can be seen of one node at one moment, as far as somebody has asked for it.
struct NodeView: Sendable {
    /// What of a node must be looked at.
    struct Needs: Sendable {
        var status = false
        var history = false
        var members = false

        init(_ conditions: [Condition]) {
            for condition in conditions {
                switch condition {
                case .count, .converged, .state, .agree: status = true
                case .has, .lacks, .once, .sameHistory: history = true
                case .sees: members = true
                case .log, .running, .ended: break
                }
            }
        }
    }

    struct Message: Hashable, Sendable {
        let id: String
        let text: String
        let isDirect: Bool
    }

    let name: String
    let logFile: String
    let isAlive: Bool
    /// Why it did not answer.
    var problem: String?
    var status: JSON?
    var history: [Message]?
    var members: [JSON]?

    static func look(at node: ClusterNode, _ needs: Needs) async -> NodeView {
        var view = NodeView(name: node.name, logFile: node.log, isAlive: node.isAlive)
        guard node.answers else {
            view.problem = node.isAlive ? "it is stopped" : "it does not run"
            return view
        }
        do {
            if needs.status { view.status = try await node.control.call("status") }
            if needs.members { view.members = try await node.control.call("members")["members"]?.array }
            if needs.history { view.history = try await history(of: node) }
        } catch {
            view.problem = "it does not answer"
        }
        return view
    }

    static func history(of node: ClusterNode, since: Int = 0) async throws(NodeControl.Failure) -> [Message] {
        let fields: [JSON.Member] = [.init("since", JSON(since)), .init("limit", JSON(10_000))]
        let answer = try await node.control.call("history", fields)
        return (answer["history"]?.array ?? []).map { message in
            Message(
                id: message["id"]?.string ?? "", text: message["text"]?.string ?? "",
                isDirect: message["direct"]?.bool == true)
        }
    }

    // MARK: Each for itself

    /// What is there instead; nil when the condition holds.
    func unmet(_ condition: Condition, keys: [Int: String]) -> String? {
        switch condition {
        case .running: return isAlive ? nil : "it does not run"
        case .ended: return isAlive ? "it runs" : nil
        case .log(let text): return LogTail.holds(text, logFile) ? nil : "its log does not hold \"\(text)\""
        default: break
        }
        if let problem { return problem }
        switch condition {
        case .count(let count, let comparison, let number):
            let value = status?[count.rawValue]?.integer.map(Int.init) ?? 0
            return comparison.holds(value, number) ? nil : "\(count.rawValue) = \(value)"
        case .converged: return status?["converged"]?.bool == true ? nil : "not converged"
        case .state(let wanted):
            let state = status?["state"]?.string ?? "none"
            return state == wanted ? nil : "state \(state)"
        case .has(let text): return copies(of: text) > 0 ? nil : "it has not \"\(text)\", \(messages)"
        case .lacks(let text): return copies(of: text) == 0 ? nil : "it has \"\(text)\""
        case .once(let text):
            let copies = copies(of: text)
            return copies == 1 ? nil : "it has \"\(text)\" \(copies) times, \(messages)"
        case .sees(let nodes, let state): return unmet(sees: nodes, state, keys)
        case .running, .ended, .log, .agree, .sameHistory: return nil
        }
    }

    private func copies(of text: String) -> Int { history?.count { $0.text == text } ?? 0 }
    private var messages: String { "but \(history?.count ?? 0) messages" }

    private func unmet(sees nodes: NodeSelection, _ wanted: String, _ keys: [Int: String]) -> String? {
        let numbers = if case .these(let numbers) = nodes { numbers } else { keys.keys.sorted() }
        let wrong = numbers.compactMap { number -> String? in
            let state = members?.first { $0["id"]?.string == keys[number] }?["state"]?.string ?? "unknown"
            return state == wanted ? nil : "\(NodeSelection.name(number)) \(state)"
        }
        return wrong.isEmpty ? nil : "it sees \(wrong.joined(separator: ", "))"
    }

    // MARK: Together

    static func unmet(_ condition: Condition, together views: [NodeView]) -> [String] {
        let silent = views.filter { $0.problem != nil }.map { "\($0.name): \($0.problem ?? "")" }
        guard silent.isEmpty else { return silent }
        return condition == .agree ? disagreements(views) : differences(views)
    }

    private static func disagreements(_ views: [NodeView]) -> [String] {
        let hashes = Set(views.map { $0.status?["stateHash"]?.string })
        return views.compactMap { view in
            let isConverged = view.status?["converged"]?.bool == true
            guard hashes.count > 1 || !isConverged else { return nil }
            let hash = view.status?["stateHash"]?.string?.prefix(8) ?? "none"
            let counts = Condition.Count.allCases.map { "\($0.rawValue) \(view.status?[$0.rawValue]?.integer ?? 0)" }
            return "\(view.name): view \(hash), \(isConverged ? "converged" : "not converged"), "
                + counts.joined(separator: ", ")
        }
    }

    /// Who lacks what others have, or has something twice.
    private static func differences(_ views: [NodeView]) -> [String] {
        let lists = views.map { ($0.name, $0.history?.filter { !$0.isDirect } ?? []) }
        let all = lists.reduce(into: Set<Message>()) { $0.formUnion($1.1) }
        return lists.compactMap { name, list in
            let lacking = all.subtracting(list)
            let twice = list.count - Set(list).count
            guard !lacking.isEmpty || twice > 0 else { return nil }
            let example = lacking.first.map { " (\"\($0.text.shown)\")" } ?? ""
            return "\(name): lacks \(lacking.count) of \(all.count) messages\(example), has \(twice) twice"
        }
    }
}
