internal import Mesh
package import MeshCore
internal import Synchronization

/// mesh-chat for programs: the machine interface on standard input and output.
package final class JSONChat: Sendable {
    private let runner: MachineRunner
    private let session: ChatSession
    private let output: StandardOutput
    private let delivery: DeliveryWatch
    /// What `subscribe` narrowed the events down to; empty for all, as at the start.
    private let types = Mutex<Set<String>>([])

    package init(_ session: ChatSession, _ output: StandardOutput) {
        (self.session, self.output, runner) = (session, output, MachineRunner(session))
        delivery = DeliveryWatch(session.node)
    }

    package func show(_ event: MeshEvent) async {
        let line = EventLine.make(event)
        if EventLine.isOf(types.withLock { $0 }, line) { await output.write(line.line) }
    }

    package func greet() async {
        // It fails only when the node has stopped, and then the run ends by itself.
        guard let status = try? await session.node.status() else { return }
        await output.write(EventLine.ready(status, session.ownAddress, version: Version.text).line)
    }

    /// Answers lines until `quit` or the end of input.
    package func readLines(_ input: StandardInput) async -> ExitStatus {
        var splitter = LineSplitter(limit: MachineRequest.lineLimit)
        let requests = MachineRequests(runner) { [output] line in await output.write(line.line) }
        while let chunk = await input.next() {
            for line in splitter.append(chunk) where await take(line, requests) == .quit { return .ok }
        }
        if let line = splitter.finish(), await take(line, requests) == .quit { return .ok }
        return await flush()
    }

    private func take(_ line: LineSplitter.Line, _ requests: MachineRequests) async -> MachineRequests.Outcome {
        let request = MachineRequest(line)
        if case .success(.subscribe(let wanted)) = request.command, EventLine.unknownType(in: wanted) == nil {
            types.withLock { $0 = wanted }
        }
        let outcome = await requests.take(request)
        if case .sent(let text) = outcome { await delivery.sent(text) }
        return outcome
    }

    /// What was sent must reach a peer before the process ends, for 10 s at most.
    private func flush() async -> ExitStatus {
        let missing = await delivery.finish(within: .seconds(10))
        for text in missing { StandardError.say("not passed to anybody: \(SafeText.printable(text, limit: 200))") }
        return missing.isEmpty ? .ok : .timedOut
    }
}
