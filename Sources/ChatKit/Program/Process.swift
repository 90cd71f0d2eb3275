internal import Dispatch
internal import Glibc
internal import Synchronization

/// What a program of ours does to its own process before anything else.
package enum ProcessSetup {
    /// Keys must not end up in core dumps, files must be for their owner only, and a reader that goes away is an
    /// error of one write and not the end of the process.
    package static func harden() {
        forbidDumps()
        leaveCrashesToTheSystem()
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        // Reason for unsafe: `setrlimit` reads the local value whose address it gets.
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        _ = signal(SIGPIPE, SIG_IGN)
        _ = umask(0o077)
    }

    /// Swift's report of a crash prints registers and the memory that they point to, which may be keys; at a terminal it
    /// asks for keys itself, and after a signal that came from outside the program would live on. It is for those who
    /// set SWIFT_BACKTRACE.
    private static func leaveCrashesToTheSystem() {
        guard Environment.current["SWIFT_BACKTRACE"] == nil else { return }
        // Reason for unsafe: handlers are compared as addresses. What was ignored from the start, like SIGQUIT of a program
        // in the background, stays so.
        let ignored = unsafe unsafeBitCast(SIG_IGN, to: Int.self)
        for number in [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGQUIT] {
            if unsafe unsafeBitCast(signal(number, SIG_DFL), to: Int.self) == ignored { _ = signal(number, SIG_IGN) }
        }
    }

    /// `prctl(PR_SET_DUMPABLE, 0)`: no core dumps, also through a pipe, and no other process may look into this one.
    private static func forbidDumps() {
        typealias Function = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
        let setDumpable: Int32 = 4
        // Reason for unsafe: Swift imports no variadic functions, so the C library's `prctl` is looked up by name. Its
        // arguments are all integers, which Linux's calling conventions pass alike with and without the ellipsis.
        if let symbol = unsafe dlsym(nil, "prctl") {
            _ = unsafe unsafeBitCast(symbol, to: Function.self)(setDumpable, 0, 0, 0, 0)
        }
    }

    /// Ends the process now: standard input may still be waited for, and must not hold anything up.
    package static func end(_ status: ExitStatus) -> Never { exit(status.rawValue) }
}

/// SIGINT, SIGTERM and SIGHUP: the first one asks politely, the second one ends the process at once.
///
/// Unchecked, because the sources are only kept alive here, never touched again.
package final class StopSignals: @unchecked Sendable {
    private let sources: [any DispatchSourceSignal]
    private let count = Atomic(0)

    /// When this returns, no signal is missed: Dispatch begins to watch on a thread of its own, and on a machine that is
    /// busy one that came before would be ignored.
    ///
    /// - Parameter stop: called once, on a thread of its own.
    package init(stop: @escaping @Sendable () -> Void) async {
        let numbers = [SIGINT, SIGTERM, SIGHUP]
        let queue = DispatchQueue(label: "signals")
        sources = numbers.map { number in
            // The source sees the signal all the same.
            _ = signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: queue)
        }
        for (number, source) in zip(numbers, sources) {
            source.setEventHandler { [self] in
                if count.add(1, ordering: .relaxed).oldValue > 0 { _exit(128 + number) }
                stop()
            }
            await withCheckedContinuation { watches in
                source.setRegistrationHandler { watches.resume() }
                source.resume()
            }
        }
    }
}
