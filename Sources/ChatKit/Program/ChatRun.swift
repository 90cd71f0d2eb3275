internal import Mesh
package import MeshCore

/// One run of a program around a node: events go out, something comes in, and the first reason to stop ends it.
package enum ChatRun {
    /// Runs until `input` returns or a signal comes, says goodbye to the peers, and returns how to end.
    ///
    /// - Parameters:
    ///   - greet: says the first words; whoever has read them may end the program politely.
    ///   - show: gets every event, one after the other.
    ///   - input: reads until there is nothing more to do.
    package static func run(
        _ session: ChatSession,
        greet: @escaping @Sendable () async -> Void = {},
        show: @escaping @Sendable (MeshEvent) async -> Void,
        input: @escaping @Sendable () async -> ExitStatus
    ) async -> ExitStatus {
        let (ends, end) = AsyncStream<ExitStatus>.makeStream()
        let signals = await StopSignals { end.yield(.ok) }
        await greet()
        let shown = Task { for await event in session.events { await show(event) } }
        Task { end.yield(await input()) }
        var status = ExitStatus.ok
        for await first in ends {
            status = first
            break
        }
        await limited(.seconds(2)) { await session.node.shutdown() }
        // The stream of events ends with the node; what is still in it was meant for the user.
        await limited(.milliseconds(500)) { await shown.value }
        withExtendedLifetime(signals) {}
        return status
    }

    /// Waits for `body`, but not longer than `limit`; then it goes on alone.
    private static func limited(_ limit: Duration, _ body: @escaping @Sendable () async -> Void) async {
        let (ends, end) = AsyncStream<Void>.makeStream()
        Task {
            await body()
            end.yield()
        }
        Task {
            try? await Task.sleep(for: limit)
            end.yield()
        }
        for await _ in ends { break }
    }
}
