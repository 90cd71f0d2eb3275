import Dispatch
import Glibc
import Synchronization

/// Ctrl+C: the first asks for what was learned so far, the second ends the process at once.
///
/// Unchecked, because the source is only kept alive here, never touched again.
final class Interrupt: @unchecked Sendable {
    private let source: any DispatchSourceSignal
    private let count = Atomic(0)

    var isRequested: Bool { count.load(ordering: .relaxed) > 0 }

    /// What shells say of a program that SIGINT ended: 128 + 2.
    static let status: Int32 = 130

    init() {
        // The source sees the signal all the same.
        _ = signal(SIGINT, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGINT, queue: DispatchQueue(label: "interrupt"))
        source.setEventHandler { [self] in
            if count.add(1, ordering: .relaxed).oldValue > 0 { _exit(Self.status) }
        }
        source.resume()
    }
}
