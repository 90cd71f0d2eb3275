import ArgumentParser
import Foundation
import Glibc
import MeshSimulator

/// The file behind a ``Tally``. A lock on it lets several batches count at the same time.
enum TallyFile {
    /// EX_DATAERR of sysexits.
    static let badData = ExitCode(65)

    /// A file that cannot be counted in is named before hours of runs, not after.
    static func check(_ path: String) throws { try change(path) { _ in } }

    static func add(_ summary: BatchSummary, to path: String) throws { try change(path) { $0.add(summary) } }

    private static func change(_ path: String, _ body: (inout Tally) -> Void) throws {
        // The C string lives as long as the call, which keeps nothing of it.
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0, flock(descriptor, LOCK_EX) == 0 else { throw OutputFile.failure(path) }
        // Closing it gives the lock back.
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let text = String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self)
        do {
            var tally = try Tally(reading: text)
            body(&tally)
            try file.seek(toOffset: 0)
            try file.write(contentsOf: Data(tally.text.utf8))
            try file.truncate(atOffset: file.offset())
        } catch let error as Tally.Malformed {
            Notice.say(
                "mesh-sim: line \(error.line) of \(path.printable) is not \"scenario nodes runs seconds failures\"")
            throw badData
        } catch {
            throw OutputFile.failure(path)
        }
    }
}
