import Mesh
import Synchronization

/// What would be on disk, kept from one run of a node to the next.
final class MemoryStore: StateStore {
    private let entries = Mutex<[[UInt8]]>([])

    func load() throws -> [[UInt8]] { entries.withLock { $0 } }
    func append(_ new: [[UInt8]]) throws { entries.withLock { $0 += new } }
}
