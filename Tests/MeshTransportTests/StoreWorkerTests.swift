import MeshCore
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import MeshTransport

/// What a full disk did not take is stored when it has space again, in its order and before what came later.
@Suite struct StoreWorkerTests {
    /// Keeps the entries of whole transactions, as long as there is space.
    private final class SmallDisk: DurableStore {
        struct Full: Error {}
        let isFull = Mutex(false)
        let stored = Mutex<[StoreEntry]>([])
        let tries = Mutex(0)

        func append(_ entries: [StoreEntry]) throws {
            tries.withLock { $0 += 1 }
            if isFull.withLock({ $0 }) { throw Full() }
            stored.withLock { $0 += entries }
        }

        func restore(at wall: UInt64, newest: Int) throws -> StoredState { StoredState() }
        func messages(at places: [ChainPlace]) throws -> [StoredMessage] { [] }
        func messages(since: Int, until: Int, limit: Int) throws -> [StoredMessage] { [] }
        func messages(ids: [Hash]) throws -> [StoredMessage] { [] }
    }

    private enum Outcome: Equatable { case stored(Int), failed(Int) }

    private static func entry(_ number: Int) -> StoreEntry { .pruneMessages(before: number) }

    /// A worker on a loop, and what it has answered.
    private func worker(
        _ disk: SmallDisk, retryPause: TimeAmount
    ) async throws -> (NIOLoopBound<StoreWorker>, Journal<Outcome>) {
        let outcomes = Journal<Outcome>()
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let worker = try await loop.submit {
            let worker = StoreWorker(disk, loop: loop, retryPause: retryPause) { answers in
                for answer in answers {
                    switch answer {
                    case .persisted(let id): outcomes.append(.stored(Int(id.value)))
                    case .persistFailed(let id, _): outcomes.append(.failed(Int(id.value)))
                    default: break
                    }
                }
            }
            return NIOLoopBound(worker, eventLoop: loop)
        }.get()
        return (worker, outcomes)
    }

    private func append(_ numbers: Range<Int>, to worker: NIOLoopBound<StoreWorker>) async throws {
        try await worker.eventLoop.submit {
            for number in numbers { worker.value.append([Self.entry(number)], as: PersistID(UInt64(number))) }
        }.get()
    }

    @Test func aTimerStoresWhatIsOwed() async throws {
        let disk = SmallDisk()
        let (worker, outcomes) = try await worker(disk, retryPause: .milliseconds(20))
        disk.isFull.withLock { $0 = true }
        try await append(0..<5, to: worker)
        try await outcomes.reach(.failed(4))
        #expect(disk.stored.withLock { $0 }.isEmpty)
        disk.isFull.withLock { $0 = false }
        try await outcomes.reach(.stored(0))
        #expect(disk.stored.withLock { $0 } == (0..<5).map(Self.entry))
        try await append(5..<7, to: worker)
        try await outcomes.reach(.stored(6))
        #expect(disk.stored.withLock { $0 } == (0..<7).map(Self.entry))
        #expect(outcomes.entries.count { $0 == .stored(0) } == 1)
    }

    @Test func aFullDiskIsNotTriedWithEachMessage() async throws {
        let disk = SmallDisk()
        disk.isFull.withLock { $0 = true }
        let (worker, outcomes) = try await worker(disk, retryPause: .hours(1))
        try await append(0..<1, to: worker)
        try await outcomes.reach(.failed(0))
        try await append(1..<1_000, to: worker)
        try await outcomes.reach(.failed(999))
        #expect(disk.tries.withLock { $0 } == 1)
        // The end of the run is a last chance.
        disk.isFull.withLock { $0 = false }
        try await worker.eventLoop.flatSubmit { worker.value.finish() }.get()
        #expect(disk.stored.withLock { $0 } == (0..<1_000).map(Self.entry))
    }

    @Test func whatIsOwedIsBoundedAndTheOldestGoes() async throws {
        let disk = SmallDisk()
        disk.isFull.withLock { $0 = true }
        let (worker, outcomes) = try await worker(disk, retryPause: .hours(1))
        try await append(0..<StoreWorker.owedLimit + 10, to: worker)
        try await outcomes.reach(.failed(StoreWorker.owedLimit + 9))
        disk.isFull.withLock { $0 = false }
        try await worker.eventLoop.flatSubmit { worker.value.finish() }.get()
        #expect(disk.stored.withLock { $0 } == (10..<StoreWorker.owedLimit + 10).map(Self.entry))
    }
}

extension Journal where Entry: Equatable {
    fileprivate func reach(_ entry: Entry) async throws { _ = try await first { $0 == entry ? true : nil } }
}
