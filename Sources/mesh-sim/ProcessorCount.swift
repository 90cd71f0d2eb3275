import Foundation

enum ProcessorCount {
    /// Cores that this process may use.
    static var online: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }
}
