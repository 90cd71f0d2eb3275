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
private struct QuietTerminal {
    private let saved: termios
    private let handlers: [(number: Int32, handler: __sighandler_t?)]
    /// A client with a screen blocks signals for the thread that owns it; at the question they count.
    private let blocked: sigset_t

    init() throws(SystemError) {
        var modes = termios()
        // Reason for unsafe, here and below: the terminal's modes are copied to or from the variable whose address is
        // passed.
        guard unsafe tcgetattr(0, &modes) == 0 else { throw SystemError() }
        saved = modes
        unsafe modesForHandler = modes
        // What is stopped at the question would leave the shell without echo; so it is not stopped. Dispatch's sources
        // are no help for a moment: after one is cancelled, a later one for the same signal sees nothing.
        handlers =
            [SIGINT, SIGTERM, SIGHUP, SIGQUIT].map { ($0, signal($0, restoreAndEnd)) }
            + [(SIGTSTP, signal(SIGTSTP, SIG_IGN))]
        var (counting, before) = (sigset_t(), sigset_t())
        // Reason for unsafe: both sets are local values, filled in before they are read.
        unsafe sigemptyset(&counting)
        for (number, _) in handlers { unsafe sigaddset(&counting, number) }
        unsafe pthread_sigmask(SIG_UNBLOCK, &counting, &before)
        blocked = before
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
        var modes = saved
        _ = unsafe tcsetattr(0, TCSADRAIN, &modes)
        for (number, handler) in handlers { _ = signal(number, handler) }
        var before = blocked
        unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
    }
}

/// Reason for unsafe: written before the handler is set that reads it, by the only question that is open.
nonisolated(unsafe) private var modesForHandler = termios()

/// Calls only what POSIX allows in a signal handler.
private func restoreAndEnd(_ number: Int32) {
    // TCSANOW: a terminal that takes no output must not hold up the end.
    _ = unsafe tcsetattr(0, TCSANOW, &modesForHandler)
    _exit(128 + number)
}
