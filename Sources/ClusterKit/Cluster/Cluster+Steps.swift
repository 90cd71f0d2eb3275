internal import ChatKit
internal import Glibc

extension Cluster {
    /// Does one step. Returns what it has to say.
    ///
    /// - Throws: ``StepFailure`` when it did not come true, ``UserError`` when it cannot be done at all.
    package func perform(_ step: Step) async throws -> [String] {
        switch step {
        case .up(let options): try await up(options)
        case .start(let selection, let options): try await start(newNodes(selection), options)
        case .send(let from, let options): return try await send(from, options)
        case .direct(let from, let to, let text):
            let key = JSON.Member("to", .string(try node(to).key))
            try await call(from, "dm", [key, .init("text", .string(text))])
        case .invite(let by, let selection):
            for number in try select(selection) { try await invite(number, by: by) }
        case .revoke(let by, let selection):
            for number in try select(selection) {
                try await call(by, "revoke", [.init("key", .string(try node(number).key))])
            }
        case .kill(let selection, let isHard): try await kill(select(selection), isHard: isHard)
        case .stop(let selection): try stop(select(selection))
        case .resume(let selection): try await goOn(select(selection))
        case .pause(let selection, let span):
            let numbers = try select(selection)
            stop(numbers)
            try await Task.sleep(for: span)
            try await goOn(numbers)
        case .restart(let selection): try await restart(select(selection))
        case .cut(let left, let right, let kind):
            let (left, right) = (try select(left), try select(right))
            try await change { $0.cut(left, right, kind) }
        case .nat(let selection):
            let numbers = try select(selection)
            try await change { $0.hidden.formUnion(numbers) }
        case .heal: try await change { $0.heal() }
        case .net(let quality, let between):
            let numbers = try between.map(select)
            try await change { $0.set(quality, between: numbers) }
        case .wait(let selection, let conditions, let limit): try await wait(select(selection), conditions, limit)
        case .expect(let selection, let conditions): try await expect(select(selection), conditions)
        case .show(let report, let selection): return try await show(report, select(selection))
        case .graph(let file): return try await graph(file: file)
        case .execute(let node, let arguments): return try await execute(node, arguments)
        case .certificates(let folder): return try await certificates(to: folder)
        case .down: await down()
        }
        return []
    }

    private func newNodes(_ selection: NodeSelection) throws(UserError) -> [Int] {
        guard case .these(let numbers) = selection else {
            throw UserError(.usage, "start makes new nodes, so name them: start node4..6")
        }
        return numbers
    }

    /// Who slept hears of the faults it has missed.
    private func goOn(_ numbers: [Int]) async throws {
        resume(numbers)
        for number in numbers where nodes[number]?.answers == true { try await tellFaults(number) }
    }

    private func send(_ from: Int, _ options: SendOptions) async throws -> [String] {
        var last: JSON?
        for count in 1...options.times {
            var text = options.times == 1 ? options.text : "\(options.text) \(count)"
            if text.utf8.count < options.size {
                text += String(repeating: ".", count: options.size - text.utf8.count)
            }
            last = try await call(from, "send", [.init("text", .string(text))])
        }
        return last?["id"]?.string.map { [$0] } ?? []
    }
}
