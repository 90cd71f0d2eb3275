/// The commands of one connection: answered in order, except that a `wait` holds up nobody.
package actor MachineRequests {
    package enum Outcome: Equatable, Sendable {
        case goOn
        /// The node has stored a message that a peer should get.
        case sent(String)
        case quit
    }

    /// Waits under way at once; one more is refused.
    private static let waitLimit = 256

    private let runner: MachineRunner
    private let write: @Sendable (JSON) async -> Void
    private var waits = 0

    package init(_ runner: MachineRunner, write: @escaping @Sendable (JSON) async -> Void) {
        (self.runner, self.write) = (runner, write)
    }

    /// Answers `request`; returns when the answer is written, or at once for a `wait`.
    package func take(_ request: MachineRequest) async -> Outcome {
        if case .success(.wait) = request.command {
            await startWait(request)
            return .goOn
        }
        let answer = await runner.answer(request)
        await write(answer)
        let isDone = answer["type"] == .string("ack")
        switch request.command {
        case .success(.quit): return .quit
        case .success(.send(let text)) where isDone, .success(.direct(_, let text)) where isDone: return .sent(text)
        default: return .goOn
        }
    }

    private func startWait(_ request: MachineRequest) async {
        guard waits < Self.waitLimit else {
            let refusal = MachineRefusal(.badArgument, "\(Self.waitLimit) waits are pending already")
            await write(MachineLine.error(ref: request.ref, refusal))
            return
        }
        waits += 1
        Task {
            await write(await runner.answer(request))
            waits -= 1
        }
    }
}
