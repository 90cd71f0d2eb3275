internal import ChatKit
internal import Glibc
internal import Subprocess
internal import Synchronization
internal import SystemPackage

/// One running program of a cluster. It dies with this process, whatever ends it: `setpriv` asks the system to kill
/// it then, which also reaches one that is stopped.
///
/// The system watches the thread that started the program. swift-subprocess starts all of them from one thread that
/// lives as long as the process.
final class NodeProcess: Sendable {
    struct Order: Sendable {
        var program: String
        var arguments: [String]
        /// Standard error goes there.
        var log: String
        /// Words to put before: another network namespace.
        var prefix: [String] = []
    }

    private struct State {
        var isAlive = true
        var first: CheckedContinuation<String?, Never>?
        var line: String?
        var ends: [CheckedContinuation<Void, Never>] = []
    }

    let identifier: pid_t
    private let state = Mutex(State())

    private init(_ identifier: pid_t) { self.identifier = identifier }

    /// Starts it; returns once it runs.
    static func start(_ order: Order) async throws -> NodeProcess {
        try await withCheckedThrowingContinuation { started in
            Task {
                let words = order.prefix + ["setpriv", "--pdeathsig", "KILL", "--", order.program] + order.arguments
                var options = PlatformOptions()
                // Ctrl+C at the terminal is for the tool, which then ends its nodes in its own way.
                options.processGroupID = 0
                // Reason for unsafe: the path is passed as a C string that lives as long as the call.
                let log = try unsafe FileDescriptor.open(
                    order.log, .writeOnly, options: [.create, .append, .closeOnExec], permissions: .ownerReadWrite)
                var process: NodeProcess?
                do {
                    _ = try await Subprocess.run(
                        Configuration(words, options), input: .none, output: .sequence,
                        error: .fileDescriptor(log, closeAfterSpawningProcess: true)
                    ) { execution in
                        let running = NodeProcess(execution.processIdentifier.value)
                        process = running
                        started.resume(returning: running)
                        for try await line in execution.standardOutput.strings() { running.took(line) }
                        // Its output ends with it. The identifier is reused only after this closure has returned.
                        running.ended()
                    }
                } catch {
                    if let process { process.ended() } else { started.resume(throwing: error) }
                }
            }
        }
    }

    // MARK: What it says

    /// The first line of its output; nil when it ends without one.
    func firstLine() async -> String? {
        await withCheckedContinuation { waiting in
            let known: String?? = state.withLock { state in
                if let line = state.line { return .some(line) }
                guard state.isAlive else { return .some(nil) }
                state.first = waiting
                return nil
            }
            if let known { waiting.resume(returning: known) }
        }
    }

    private func took(_ line: String) {
        let waiting = state.withLock { state in
            state.line = state.line ?? line
            return state.first.take()
        }
        waiting?.resume(returning: line)
    }

    private func ended() {
        let (first, ends) = state.withLock { state in
            state.isAlive = false
            let ends = state.ends
            state.ends = []
            return (state.first.take(), ends)
        }
        first?.resume(returning: nil)
        ends.forEach { $0.resume() }
    }

    // MARK: What is done to it

    var isAlive: Bool { state.withLock { $0.isAlive } }

    /// Nothing happens to one that has ended.
    func send(_ signal: Int32) {
        state.withLock { state in
            if state.isAlive { _ = Glibc.kill(identifier, signal) }
        }
    }

    func waitForEnd() async {
        await withCheckedContinuation { waiting in
            let isOver = state.withLock { state in
                if state.isAlive { state.ends.append(waiting) }
                return !state.isAlive
            }
            if isOver { waiting.resume() }
        }
    }
}
