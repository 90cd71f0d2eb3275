import Foundation
import Glibc
import Synchronization

/// Says on standard error where a long run stands: to a terminal one line, written anew a few times a second, else a
/// line every ten seconds. Short runs say nothing.
final class Progress: Sendable {
    private struct State {
        var told: ContinuousClock.Instant
        var hasLine = false
    }

    let start = ContinuousClock.now
    private let state: Mutex<State>
    private let isTerminal = isatty(STDERR_FILENO) == 1

    init() { state = Mutex(State(told: start)) }

    var wallSeconds: Double { (ContinuousClock.now - start) / .seconds(1) }

    /// Called often; the words are asked for only when they are shown.
    func update(_ words: () -> String) {
        let now = ContinuousClock.now
        state.withLock { state in
            guard now - state.told >= (isTerminal ? .milliseconds(250) : .seconds(10)) else { return }
            (state.told, state.hasLine) = (now, true)
            // 79 characters: a longer line would wrap on a small terminal and could not be written anew.
            Notice.write(isTerminal ? "\r" + words().prefix(79) + "\u{1B}[K" : words() + "\n")
        }
    }

    /// Takes the line off the terminal.
    func finish() {
        state.withLock { state in
            if isTerminal, state.hasLine { Notice.write("\r\u{1B}[K") }
            state.hasLine = false
        }
    }

    /// Simulated seconds for each second that has passed.
    func speed(_ simulatedSeconds: Double) -> String {
        let speed = simulatedSeconds / max(wallSeconds, 0.001)
        return (speed < 10 ? "\((speed * 10).rounded() / 10)" : "\(Int(speed.rounded()))") + " times real time"
    }
}

/// Standard error.
enum Notice {
    static func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
    static func say(_ line: String) { write(line + "\n") }
}
