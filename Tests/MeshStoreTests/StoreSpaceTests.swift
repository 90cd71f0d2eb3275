import Foundation
import MeshCore
import MeshStore
import Testing

/// A store without room: SQLite's own page limit stands for the full disk, since both give SQLITE_FULL.
@Suite struct StoreSpaceTests {
    /// A folder on a file system of 1 to 64 MiB that nobody else uses, such as
    /// `mount -t tmpfs -o size=1m tmpfs FOLDER`.
    private static let smallDisk = ProcessInfo.processInfo.environment["MESH_SMALL_DISK"]

    @Test(.enabled(if: smallDisk != nil)) func aFileSystemThatFillsUpLosesNothing() throws {
        let bench = try StoreBench(in: URL(filePath: #require(Self.smallDisk)))
        let store = try bench.open()
        var stored = 0
        func fill() throws {
            #expect(throws: StoreError.noSpace) {
                while stored < 100_000 {
                    try store.append([bench.message(stored)])
                    stored += 1
                }
            }
        }
        // Leaves room for the log, then takes it away.
        try bench.write([UInt8](repeating: 1, count: 300_000), to: "ballast")
        try fill()
        #expect(stored > 20)
        #expect(try store.everything().messages.map(\.index) == Array(0..<stored))
        try bench.remove("ballast")
        let before = stored
        try fill()
        #expect(stored > before + 20)
        #expect(try store.everything().messages.map(\.index) == Array(0..<stored))
        #expect(try store.check() == [])
        try store.close()
        #expect(try bench.open().everything().messages.count == stored)
    }

    @Test func aFullDiskLosesNothingAndGoesOnWhenThereIsSpaceAgain() throws {
        let bench = try StoreBench()
        let store = try bench.open(fileBytes: 256 * 1_024)
        var stored = 0
        #expect(throws: StoreError.noSpace) {
            while stored < 10_000 {
                try store.append([bench.message(stored), bench.message(stored + 1)])
                stored += 2
            }
        }
        #expect(stored > 50)
        // A few more may fit where their random tags split no page of an index.
        #expect(throws: StoreError.noSpace) { try store.append(bench.messages(stored..<stored + 200)) }
        #expect(try store.everything().messages.map(\.index) == Array(0..<stored))
        #expect(try store.check() == [])
        try store.append([.pruneMessages(before: 10)])
        try store.append(bench.messages(stored..<stored + 2))
        #expect(try store.everything().messages.map(\.index) == Array(10..<stored + 2))
        try store.close()
        #expect(try bench.open().everything().messages.count == stored - 8)
    }

    @Test func whereverTheSpaceEndsAnAppendIsWholeOrNot() throws {
        let bench = try StoreBench()
        try bench.open().close()
        let empty = try bench.read("history.db")
        var outcomes: Set<Bool> = []
        for pages in stride(from: empty.count / 1_024, to: empty.count / 1_024 + 60, by: 1) {
            try bench.write(empty, to: "history.db")
            let store = try bench.open(fileBytes: pages * 1_024)
            let prekey = bench.prekey(eraseAt: .max)
            do {
                try store.append(bench.messages(0..<20).map { .message($0) } + [.prekey(prekey)])
                outcomes.insert(true)
                #expect(try store.everything().messages.count == 20)
                #expect(try store.everything().prekeys.count == 1)
            } catch StoreError.noSpace {
                outcomes.insert(false)
                let state = try store.everything()
                #expect(state.messages.isEmpty && state.prekeys.isEmpty && state.nextIndex == 0)
            }
            #expect(try store.check() == [])
            try store.close()
        }
        #expect(outcomes == [true, false])
    }
}
