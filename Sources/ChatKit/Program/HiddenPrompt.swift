internal import Dispatch
internal import Glibc
internal import MeshCrypto

/// Asks a person for one line that the terminal does not show.
enum HiddenPrompt {
    /// In bytes, as for descriptors.
    private static let limit = 1_024

    /// A person can read the question and type the answer. Without both, a program would wait unseen.
    static var isPossible: Bool { Descriptor.isTerminal(0) && Descriptor.isTerminal(2) }

    /// - Throws: ``UserError`` 77 when the terminal cannot be set or read, 64 for a line that is too long.
    static func ask(_ question: String) throws(UserError) -> SecretBytes {
        do {
            let terminal = try QuietTerminal()
            defer { terminal.restore() }
            try Descriptor.write(Array(question.utf8), to: 2)
            return try SecretBytes.readLine(from: 0, limit: limit)
        } catch SecretFileError.wrongLength {
            throw UserError(.usage, "a passphrase has at most \(limit) bytes")
        } catch {
            throw UserError(.noPermission, "cannot ask for a passphrase at the terminal: \(error)")
        }
    }
}

/// Standard input's terminal without echo, until ``restore()`` or a signal that ends the program.
private final class QuietTerminal {
    private let saved: termios
    private let sources: [any DispatchSourceSignal]
    private let handlers: [(number: Int32, handler: __sighandler_t?)]

    init() throws(SystemError) {
        var modes = termios()
        // Reason for unsafe, here and below: the terminal's modes are copied to or from the local value whose address
        // is passed.
        guard unsafe tcgetattr(0, &modes) == 0 else { throw SystemError() }
        let saved = modes
        self.saved = saved
        // What is stopped at the prompt would leave the shell without echo; so it is not stopped.
        let ended = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
        handlers = (ended + [SIGTSTP]).map { ($0, signal($0, SIG_IGN)) }
        sources = ended.map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                Self.set(saved)
                try? Descriptor.write([UInt8(ascii: "\n")], to: 2)
                _exit(128 + number)
            }
            source.resume()
            return source
        }
        modes.c_lflag &= ~tcflag_t(ECHO)
        // The line feed at the end is shown all the same.
        modes.c_lflag |= tcflag_t(ICANON | ECHONL)
        // Drops what was typed before the question: it was meant for something else.
        guard unsafe tcsetattr(0, TCSAFLUSH, &modes) == 0 else {
            let error = SystemError()
            restore()
            throw error
        }
    }

    func restore() {
        Self.set(saved)
        for source in sources { source.cancel() }
        for (number, handler) in handlers { _ = signal(number, handler) }
    }

    private static func set(_ modes: termios) {
        var modes = modes
        _ = unsafe tcsetattr(0, TCSADRAIN, &modes)
    }
}
