package import ChatKit
internal import Foundation
internal import Subprocess

/// The commands' side of the keeper's socket.
package struct KeeperClient: Sendable {
    private let name: String

    package init(cluster name: String) { self.name = name }

    /// Has one step done. `print` gets its output, `say` what went wrong.
    ///
    /// - Throws: ``UserError`` 64 for a step that says nothing sensible, 69 when no such cluster runs.
    package func perform(
        _ words: [String], print: (String) -> Void, say: (String) -> Void
    ) throws(UserError) -> ExitStatus {
        try check(words)
        var connection = try connect()
        do throws(SystemError) {
            try connection.send(KeeperLine.request(Self.absolute(words)))
            while let line = try connection.next() {
                if let text = line["line"]?.string { print(text) }
                guard let status = line["status"]?.integer else { continue }
                for notice in line["notices"]?.array ?? [] { say(notice.string ?? "") }
                return ExitStatus(rawValue: Int32(truncatingIfNeeded: status)) ?? .failed
            }
        } catch {
            throw UserError(.unavailable, "the connection to the cluster broke: \(error)")
        }
        throw UserError(.unavailable, "the cluster ended before it answered")
    }

    /// - Throws: ``UserError`` 64 for what is no step.
    package func check(_ words: [String]) throws(UserError) {
        do throws(StepMistake) { _ = try Step(words) } catch { throw UserError(.usage, error.sentence) }
    }

    private func connect() throws(UserError) -> ControlConnection {
        do {
            return try ControlConnection(ClusterFolder.keeperSocket(of: name))
        } catch {
            throw ClusterFolder.notRunning(name)
        }
    }

    package static let defaultName = "default"

    /// Files are meant where the user stands, not where the keeper does.
    private static func absolute(_ words: [String]) -> [String] {
        var words = words
        let index = words.first == "certs" ? 1 : words.firstIndex(of: "--svg").map { $0 + 1 } ?? words.endIndex
        if words.first == "certs" || words.first == "graph", words.indices.contains(index) {
            words[index] = URL(fileURLWithPath: words[index]).path
        }
        return words
    }

    /// Starts the keeper of a new cluster, which goes on after this program has ended.
    ///
    /// - Parameter options: the flags of `mesh-cluster keep`.
    /// - Throws: ``UserError``: what the keeper has to say.
    package static func start(_ name: String, prefix: [String], options: [String]) async throws {
        let words = prefix + [NodeProgram.own, "keep", name] + options
        let (answers, answer) = AsyncStream<String>.makeStream()
        Task {
            var platform = PlatformOptions()
            // Neither Ctrl+C nor the end of the terminal is meant for it.
            platform.createSession = true
            _ = try? await Subprocess.run(
                Configuration(words, platform), input: .none, output: .sequence, error: .discarded
            ) { execution in
                for try await line in execution.standardOutput.strings() { answer.yield(line) }
                answer.yield("")
            }
            answer.yield("")
        }
        for await line in answers {
            if line == ready { return }
            let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
            let status = parts.first.flatMap { Int32($0) }.flatMap(ExitStatus.init(rawValue:)) ?? .failed
            throw UserError(status, parts.count == 2 ? parts[1] : "the process that keeps the cluster did not start")
        }
    }

    /// The keeper's first line when it listens; else its status and a sentence.
    package static let ready = "ready"
}
