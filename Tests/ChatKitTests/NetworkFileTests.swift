import ChatKit
import MeshCore
import MeshCrypto
import Synchronization
import Testing

@Suite struct NetworkFileTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("network") }
    private let warnings = Warnings()
    private let storeKey = SecretBytes.random(count: 32)

    final class Warnings: Sendable {
        private let texts = Mutex<[String]>([])
        func add(_ text: String) { texts.withLock { $0.append(text) } }
        var all: [String] { texts.withLock { $0 } }
    }

    private func open() throws -> NetworkFile {
        let warnings = warnings
        return try NetworkFile(path, storeKey: storeKey) { warnings.add($0) }
    }

    private static let entries: [[UInt8]] = [[1, 2, 3], [], [UInt8](repeating: 0, count: 300), [9]]

    @Test func entriesComeBackInTheirOrderAlsoFromASecondRun() throws {
        let file = try open()
        #expect(try file.load().isEmpty)
        try file.append(Array(Self.entries.prefix(2)))
        try file.append(Array(Self.entries.suffix(2)))
        #expect(try file.load() == Self.entries)
        #expect(try open().load() == Self.entries)
        #expect(Disk.mode(path) == 0o600 && warnings.all.isEmpty)
    }

    @Test func aTornTailIsCutWhereverItTearsAndTheRestStays() throws {
        try open().append(Self.entries)
        let whole = Disk.read(path)
        // Length and sum, salt, one byte, tag.
        let last = whole.count - (12 + 16 + 1 + 16)
        for end in last + 1..<whole.count {
            Disk.write(path, Array(whole[..<end]))
            let file = try open()
            #expect(try file.load() == Array(Self.entries.dropLast()))
            try file.append([[7, 7]])
            #expect(try open().load() == Array(Self.entries.dropLast()) + [[7, 7]])
        }
        #expect(warnings.all.count == whole.count - last - 1)
    }

    /// A disk that fills up in the midst of the first bytes of all.
    @Test func aFileThatWasHardlyBegunIsBegunAnew() throws {
        try open().append([])
        let magic = Disk.read(path)
        for count in 0..<magic.count {
            Disk.write(path, Array(magic.prefix(count)))
            try open().append([[7]])
            #expect(try open().load() == [[7]], "\(count)")
        }
        Disk.write(path, [1, 2, 3])
        let other = try open()
        #expect(throws: UserError.self) { try other.load() }
        #expect(Disk.read(path) == [1, 2, 3])
    }

    @Test func aTailOfZerosOrOfRottenBytesIsCutToo() throws {
        try open().append(Self.entries)
        let whole = Disk.read(path)
        Disk.write(path, whole + [UInt8](repeating: 0, count: 4_096))
        #expect(try open().load() == Self.entries)
        Disk.write(path, Array(whole.dropLast()) + [0x55])
        #expect(try open().load() == Array(Self.entries.dropLast()))
    }

    @Test func damageBeforeTheEndIsAnErrorThatNamesTheFileAndChangesNothing() throws {
        try open().append(Self.entries)
        let whole = Disk.read(path)
        for position in [10, 14, 22, 23, 40, 100] {
            var damaged = whole
            damaged[position] ^= 0x40
            Disk.write(path, damaged)
            do {
                _ = try open().load()
                Issue.record("byte \(position) was not noticed")
            } catch let error as UserError {
                #expect(error.status == .badData && error.sentence.contains(path))
            }
            #expect(Disk.read(path) == damaged)
        }
        Disk.write(path, Array("something else\n".utf8))
        #expect(throws: UserError.self) { try open().load() }
    }

    @Test func withoutTheStoreKeyItSaysNothing() throws {
        let nick = Array("charlie the third".utf8)
        try open().append([nick, nick])
        let bytes = Disk.read(path)
        let size = nick.count
        let isInClear = (0...bytes.count - size).contains { Array(bytes[$0..<$0 + size]) == nick }
        #expect(!isInClear)
        let other = try NetworkFile(path, storeKey: .random(count: 32)) { _ in }
        do {
            _ = try other.load()
            Issue.record("it opened with another key")
        } catch let error as UserError {
            #expect(error.status == .noPermission && error.sentence.contains("mv \(path)"))
        }
        #expect(Disk.read(path) == bytes)
    }

    /// The sum of an entry is no secret; its seal names its place.
    @Test func anEntryAtAnotherPlaceIsRefused() throws {
        try open().append([[1], [2]])
        let whole = Disk.read(path)
        let size = 12 + 16 + 1 + 16
        let (first, second) = (whole[10..<10 + size], whole[10 + size..<10 + 2 * size])
        Disk.write(path, Array(whole[..<10] + second + first))
        #expect(throws: UserError.self) { try open().load() }
    }

    @Test func aFileThatOthersCanReadIsRefused() throws {
        _ = try open()
        Disk.setMode(path, 0o644)
        #expect(throws: UserError.self) { try open() }
    }

    @Test func theKindOfTheNetworkIsReadFromTheEntries() throws {
        let file = try open()
        #expect(try file.storedNetwork() == .none)
        try file.append([StateEntry.life(1).encoded(), StateEntry.openNetwork(name: "default").encoded()])
        #expect(try file.storedNetwork() == .open)
        try file.append([StateEntry.forgotten.encoded()])
        #expect(try file.storedNetwork() == .none)
    }
}

@Suite struct TrustBookTests {
    private let folder = TemporaryFolder()
    private let alice = NodeID([UInt8](repeating: 1, count: 32))!
    private let mallory = NodeID([UInt8](repeating: 2, count: 32))!
    private let storeKey = SecretBytes.random(count: 32)

    private func open() throws -> TrustBook { try TrustBook(folder.file("trust"), storeKey: storeKey) }

    @Test func theFirstKeyBehindANickIsPinnedAndAnotherOneIsTold() throws {
        let book = try open()
        #expect(try book.meet(alice, nick: " al b") == nil)
        #expect(try book.meet(alice, nick: " al b") == nil)
        #expect(try book.meet(mallory, nick: " al b") == alice)
        #expect(book.pinnedKey(" al b") == alice)
        let again = try open()
        #expect(again.pinnedKey(" al b") == alice)
        try again.trust(mallory, nick: " al b")
        #expect(try open().pinnedKey(" al b") == mallory)
        #expect(Disk.mode(folder.file("trust")) == 0o600)
    }

    @Test func aVerifiedKeyIsRemembered() throws {
        let book = try open()
        #expect(!book.isVerified(alice))
        try book.markVerified(alice)
        #expect(try open().isVerified(alice))
    }

    @Test func aDamagedFileIsRefusedAndMemoryNeedsNone() throws {
        try open().meet(alice, nick: "alice of the hill")
        let whole = Disk.read(folder.file("trust"))
        #expect(!String(decoding: whole, as: UTF8.self).contains("alice"))
        for position in [0, 11, 12, 30, whole.count - 1] {
            var damaged = whole
            damaged[position] ^= 1
            Disk.write(folder.file("trust"), damaged)
            #expect(throws: UserError.self) { try open() }
        }
        Disk.write(folder.file("trust"), whole)
        #expect(throws: UserError.self) { try TrustBook(folder.file("trust"), storeKey: .random(count: 32)) }
        let book = TrustBook()
        try book.meet(alice, nick: "a")
        #expect(book.pinnedKey("a") == alice)
    }
}
