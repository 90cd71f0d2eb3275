import ArgumentParser
import Foundation
import Glibc

/// A file that was asked for.
enum OutputFile {
    /// EX_CANTCREAT of sysexits.
    static let cannotCreate = ExitCode(73)

    /// Says at once, not after a long run, that a file cannot be written.
    static func prepare(_ path: String) throws {
        guard !FileManager.default.isWritableFile(atPath: path) else { return }
        guard FileManager.default.createFile(atPath: path, contents: nil) else { throw failure(path) }
    }

    static func write(_ text: String, to path: String) throws {
        do {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
        } catch {
            throw failure(path)
        }
    }

    static func failure(_ path: String) -> ExitCode {
        Notice.say("mesh-sim: cannot write \(path.printable); is the folder there, and yours?")
        return cannotCreate
    }
}
