import ChatKit
import Glibc
import MeshCrypto
import Testing

@Suite struct SecretFileTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("key") }
    private var writing: String { folder.file(".key.writing") }
    private var erasing: String { folder.file(".key.erasing") }
    private var file: SecretFile { SecretFile(path, worth: "your key") }

    private func create(_ text: String) throws {
        try file.create { file throws(SystemError) in try file.write(Array(text.utf8)) }
    }

    private func replace(_ text: String) throws {
        try file.replace { file throws(SystemError) in try file.write(Array(text.utf8)) }
    }

    private var text: String { String(decoding: Disk.read(path), as: UTF8.self) }

    private func expectNothingBeside() { #expect(!Disk.exists(writing) && !Disk.exists(erasing)) }

    @Test func isMadeOnceAndPrivately() throws {
        try create("one")
        #expect(text == "one" && Disk.mode(path) == 0o600)
        do throws(UserError) {
            try file.create { file throws(SystemError) in try file.write([1]) }
            Issue.record("overwritten")
        } catch {
            #expect(error.status == .cannotCreate && error.sentence.contains("your key is never overwritten"))
        }
        #expect(text == "one")
        expectNothingBeside()
    }

    @Test func isReplacedInOneStep() throws {
        try create("one")
        try replace("two")
        #expect(text == "two" && Disk.mode(path) == 0o600)
        expectNothingBeside()
    }

    /// A descriptor that was open before shows what became of the old bytes.
    @Test func oldContentIsOverwrittenWhenItIsReplacedOrErased() throws {
        try create("first secret")
        let first = unsafe open(path, O_RDONLY)
        defer { close(first) }
        try replace("second secret")
        let second = unsafe open(path, O_RDONLY)
        defer { close(second) }
        #expect(content(first) == [UInt8](repeating: 0, count: 12))
        #expect(content(second) == Array("second secret".utf8))
        try file.erase()
        #expect(!Disk.exists(path) && content(second) == [UInt8](repeating: 0, count: 13))
        try file.erase()
    }

    private func content(_ descriptor: Int32) -> [UInt8] {
        var bytes = [UInt8](repeating: 1, count: 64)
        let count = unsafe pread(descriptor, &bytes, 64, 0)
        return Array(bytes.prefix(max(0, count)))
    }

    @Test func aSecondNameThatItsOwnerGaveItKeepsTheContent() throws {
        try create("one")
        Disk.name(path, also: folder.file("copy"))
        try replace("two")
        #expect(Disk.read(folder.file("copy")) == Array("one".utf8))
        try file.erase()
        #expect(Disk.read(folder.file("copy")) == Array("one".utf8))
    }

    @Test func aFailureWhileWritingLeavesTheOldContentAndNothingElse() throws {
        try create("one")
        #expect(throws: UserError.self) {
            try file.replace { file throws(SystemError) in
                try file.write([1])
                throw SystemError(code: ENOSPC)
            }
        }
        #expect(text == "one")
        expectNothingBeside()
        #expect(throws: UserError.self) {
            try SecretFile(folder.file("other"), worth: "your key").create { _ throws(SystemError) in
                throw SystemError(code: EIO)
            }
        }
        #expect(!Disk.exists(folder.file("other")) && !Disk.exists(folder.file(".other.writing")))
    }

    /// Killed while the new content was being written: any part of it may be there.
    @Test func halfOfANewContentIsInNobodysWay() throws {
        for count in 0...3 {
            Disk.write(writing, Array("xyz".utf8.prefix(count)))
            try SecretFile(folder.file("key"), worth: "your key").mend()
            expectNothingBeside()
        }
        Disk.write(writing, Array("xy".utf8))
        try create("one")
        #expect(text == "one")
        Disk.write(writing, Array("xy".utf8))
        try replace("two")
        #expect(text == "two")
        expectNothingBeside()
    }

    /// Killed between the second name and the end of the first one's life: both are the same content.
    @Test func aFileThatStillHasItsFirstNameIsNotOverwrittenByMending() throws {
        try create("one")
        Disk.name(path, also: writing)
        try file.mend()
        #expect(text == "one")
        expectNothingBeside()
        Disk.name(path, also: writing)
        try replace("two")
        #expect(text == "two")
        expectNothingBeside()
    }

    /// Killed before the rename: the old content has two names. After it: the old one waits to be overwritten.
    @Test func replacingIsFinishedOrUndoneFromEveryState() throws {
        try create("one")
        Disk.write(writing, Array("two".utf8))
        Disk.name(path, also: erasing)
        try file.mend()
        #expect(text == "one")
        expectNothingBeside()
        Disk.write(erasing, Array("old".utf8))
        let old = unsafe open(erasing, O_RDONLY)
        defer { close(old) }
        try file.mend()
        #expect(text == "one" && content(old) == [0, 0, 0])
        expectNothingBeside()
    }

    @Test func aFileThatIsBeingErasedIsGoneUnderItsNameBeforeItsBytesAre() throws {
        try create("one")
        Disk.name(path, also: erasing)
        try file.erase()
        #expect(!Disk.exists(path))
        expectNothingBeside()
    }

    @Test func linksBesideItAreRemovedAndNotFollowed() throws {
        Disk.write(folder.file("victim"), Array("precious".utf8))
        Disk.link(writing, to: folder.file("victim"))
        Disk.link(erasing, to: folder.file("victim"))
        try create("one")
        try file.mend()
        #expect(Disk.read(folder.file("victim")) == Array("precious".utf8))
        expectNothingBeside()
    }

    /// Children that swap two contents until they are killed, each after another time.
    @Test(.timeLimit(.minutes(2))) func aKillAtAnyMomentLeavesOneOfTheContentsWhole() async throws {
        try create("one")
        let path = path
        for round in 0..<20 {
            let microseconds = UInt32.random(in: 0...4_000) + (round == 0 ? 4_000 : 0)
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = path as String, microseconds = microseconds as UInt32] in
                let file = SecretFile(path, worth: "your key")
                try file.mend()
                _ = Task.detached {
                    usleep(microseconds)
                    kill(getpid(), SIGKILL)
                }
                while true {
                    for text in ["two", "one"] {
                        try file.replace { file throws(SystemError) in try file.write(Array(text.utf8)) }
                    }
                }
            }
            #expect(["one", "two"].contains(text), "after \(microseconds) µs: \(Disk.read(path))")
        }
        try file.mend()
        #expect(["one", "two"].contains(text))
        expectNothingBeside()
    }
}
