import ChatKit
import Foundation
import Glibc

/// A program whose standard streams are a terminal of its own, with somebody who types.
final class TerminalProgram {
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    private let terminal: Int32
    private let process: pid_t
    private(set) var screen = ""
    private var status: Int32?

    /// A new session, whose first opened terminal becomes its own: only so does Ctrl+C become a signal.
    init(_ name: String, _ arguments: [String], home: String) throws {
        terminal = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        // Linux's TIOCSPTLCK and TIOCGPTN: unlocks the terminal's other end, and gets its number.
        var (lock, number): (Int32, Int32) = (0, 0)
        // Reason for unsafe: each call reads or writes the one local number whose address it gets.
        guard terminal >= 0, unsafe ioctl(terminal, 0x4004_5431, &lock) == 0,
            unsafe ioctl(terminal, 0x8004_5430, &number) == 0
        else { throw Missing(description: "no terminal: \(SystemError())") }
        // Reason for unsafe, here and below: C structures that are made and destroyed here.
        var files = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        unsafe posix_spawn_file_actions_init(&files)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&files)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        unsafe posix_spawn_file_actions_addopen(&files, 0, "/dev/pts/\(number)", O_RDWR, 0)
        unsafe posix_spawn_file_actions_adddup2(&files, 0, 1)
        unsafe posix_spawn_file_actions_adddup2(&files, 0, 2)
        let newSession: Int16 = 0x80  // POSIX_SPAWN_SETSID of the GNU C library
        unsafe posix_spawnattr_setflags(&attributes, newSession)
        let path = Program.path(name)
        var process: pid_t = 0
        let result = unsafe Self.withCStrings([path] + arguments) { words in
            unsafe Self.withCStrings(["HOME=\(home)", "PATH=/usr/bin:/bin"]) { variables in
                unsafe posix_spawn(&process, path, &files, &attributes, words, variables)
            }
        }
        guard result == 0 else { throw Missing(description: "cannot start \(path): \(SystemError(code: result))") }
        self.process = process
    }

    /// A list of C strings that ends with nil, for the duration of `body`.
    private static func withCStrings(
        _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32
    ) -> Int32 {
        // Reason for unsafe: the copies are freed when `body` has returned.
        var list = unsafe texts.map { unsafe strdup($0) } + [nil]
        defer { unsafe list.forEach { unsafe free($0) } }
        return unsafe list.withUnsafeMutableBufferPointer { unsafe body($0.baseAddress!) }
    }

    deinit {
        if status == nil {
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
        }
        close(terminal)
    }

    func type(_ text: String) { try? Descriptor.write(Array(text.utf8), to: terminal) }

    func send(signal: Int32) { kill(process, signal) }

    /// Whether the terminal shows what is typed.
    var isEchoing: Bool {
        var modes = termios()
        unsafe tcgetattr(terminal, &modes)
        return modes.c_lflag & tcflag_t(ECHO) != 0
    }

    /// Reads the screen until `text` stands on it, beyond what was asked for before.
    func waits(for text: String, within limit: Duration = .seconds(60)) throws {
        let deadline = ContinuousClock.now + limit
        while true {
            if let range = unread.range(of: text) {
                read = screen.distance(from: screen.startIndex, to: range.upperBound)
                return
            }
            guard try readMore(until: deadline) else { throw Missing(description: "no \"\(text)\" on: \(screen)") }
        }
    }

    /// The exit status, negative for a signal.
    func exitStatus(within limit: Duration = .seconds(60)) throws -> Int32 {
        let deadline = ContinuousClock.now + limit
        while try readMore(until: deadline) {}
        guard ContinuousClock.now < deadline else { throw Missing(description: "the program goes on: \(screen)") }
        var result: Int32 = 0
        unsafe waitpid(process, &result, 0)
        let status = result & 0x7F == 0 ? result >> 8 & 0xFF : -(result & 0x7F)
        self.status = status
        return status
    }

    private var read = 0
    private var unread: Substring { screen.dropFirst(read) }

    /// False at the end of the program, which a terminal tells by an error, and at the deadline.
    private func readMore(until deadline: ContinuousClock.Instant) throws -> Bool {
        let rest = deadline - ContinuousClock.now
        guard rest > .zero else { return false }
        var request = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
        let milliseconds = Int32(clamping: rest.components.seconds * 1_000 + 1_000)
        guard unsafe poll(&request, 1, milliseconds) > 0 else { return false }
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = unsafe Glibc.read(terminal, &bytes, bytes.count)
        guard count > 0 else { return false }
        screen += String(decoding: bytes.prefix(count), as: UTF8.self).replacing("\r\n", with: "\n")
        return true
    }
}
