internal import Glibc

/// A small file with a secret: read only when nobody else could have read or swapped it, written so that a kill or a
/// power cut at any moment leaves the old content or the new one whole, and overwritten before it goes.
///
/// Two names beside it appear for moments, and after a kill until ``mend()``: `.NAME.writing`, the new content on its
/// way, and `.NAME.erasing`, the old content on its way out. Neither is ever the only copy.
package struct SecretFile: Sendable {
    package let path: String
    /// What others would get who could read it, for sentences: "your identity".
    private let worth: String
    private let folder: String
    private let writing: String
    private let erasing: String

    package init(_ path: String, worth: String) {
        (self.path, self.worth) = (path, worth)
        folder = Folder.parent(of: path) ?? "."
        let name = path.split(separator: "/").last.map(String.init) ?? path
        (writing, erasing) = ("\(folder)/.\(name).writing", "\(folder)/.\(name).erasing")
    }

    // MARK: Reading

    /// The file, open for reading; nil when there is none.
    ///
    /// - Throws: ``UserError`` 77 with the command that mends it, when it is a link, is not a file, belongs to somebody
    ///   else, or can be read or written by others.
    package func open() throws(UserError) -> OpenFile? {
        let file: OpenFile
        do throws(SystemError) {
            file = try OpenFile(path, for: .read)
        } catch {
            if error.isMissing { return nil }
            throw refusal(error)
        }
        try check(file)
        return file
    }

    /// - Throws: ``UserError`` 77.
    package func status(_ file: borrowing OpenFile) throws(UserError) -> OpenFile.Status {
        do throws(SystemError) { return try file.status() } catch { throw refusal(error) }
    }

    private func check(_ file: borrowing OpenFile) throws(UserError) {
        let status = try status(file)
        guard status.isRegular else {
            throw UserError(.noPermission, "\(path) is not a file; move it away with: mv \(path) \(path).odd")
        }
        guard status.owner == geteuid() else {
            throw UserError(.noPermission, "\(path) belongs to somebody else; mend it with: chown \(geteuid()) \(path)")
        }
        guard status.mode & 0o177 == 0 else {
            throw UserError(
                .noPermission,
                "\(path) has mode \(octal(status.mode)), so others may read \(worth); "
                    + "mend it with: chmod 600 \(path)")
        }
    }

    package func refusal(_ error: SystemError) -> UserError {
        if error.isSymbolicLink {
            return UserError(
                .noPermission,
                "\(path) is a symbolic link, which anybody may have put there; "
                    + "mend it with: cp --remove-destination \"$(readlink -f \(path))\" \(path) && chmod 600 \(path)")
        }
        return UserError(.noPermission, "cannot read \(path): \(error); mend it with: chmod 600 \(path)")
    }

    private func octal(_ mode: UInt32) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    // MARK: Writing

    package typealias Writer = (borrowing OpenFile) throws(SystemError) -> Void

    /// Makes the file, which appears under its name only when all of it is on disk.
    ///
    /// - Throws: ``UserError`` 73 when something of that name exists or the file cannot be made.
    package func create(_ write: Writer) throws(UserError) {
        try Folder.prepare(folder)
        do throws(SystemError) {
            try Folder.whileLocked(folder) { () throws(SystemError) in
                try writeAside(write)
                // A second name, unlike a new one, never takes the place of a file that exists.
                // Reason for unsafe, here and below: paths are passed as C strings that live as long as the call.
                guard unsafe link(writing, path) == 0 else {
                    let error = SystemError()
                    try? Self.erase(writing)
                    throw error
                }
                _ = unsafe unlink(writing)
                try Folder.synchronize(folder)
            }
        } catch {
            throw UserError(
                .cannotCreate,
                error.exists
                    ? "\(path) exists; \(worth) is never overwritten, move it away first"
                    : "cannot write \(path): \(error)")
        }
    }

    /// Puts new content in the place of the old, and then overwrites the old.
    ///
    /// - Throws: ``UserError`` 73; the old content is then still there, or the new one already.
    package func replace(_ write: Writer) throws(UserError) {
        do throws(SystemError) {
            try Folder.whileLocked(folder) { () throws(SystemError) in
                try writeAside(write)
                try Self.erase(erasing)
                // The old content keeps a name, so that it can be overwritten, also by the next start after a kill. A
                // file system without second names leaves it to chance, like any file that is removed.
                _ = unsafe link(path, erasing)
                guard unsafe rename(writing, path) == 0 else { throw SystemError() }
                try Folder.synchronize(folder)
                try Self.erase(erasing)
            }
        } catch {
            throw UserError(.cannotCreate, "cannot write \(path): \(error)")
        }
    }

    /// Overwrites and removes what a killed program left beside the file. Only for when the file itself is well.
    ///
    /// - Throws: ``UserError`` 73.
    package func mend() throws(UserError) {
        guard Folder.status(writing) != nil || Folder.status(erasing) != nil else { return }
        do throws(SystemError) {
            try Folder.whileLocked(folder) { () throws(SystemError) in
                try Self.erase(writing)
                try Self.erase(erasing)
            }
        } catch {
            throw UserError(.cannotCreate, "cannot remove what is left of an old \(path): \(error)")
        }
    }

    /// Overwrites the file, removes it, and returns when that is on disk.
    ///
    /// - Throws: ``UserError`` 73.
    package func erase() throws(UserError) {
        do throws(SystemError) {
            try Folder.whileLocked(folder) { () throws(SystemError) in
                try Self.erase(erasing)
                // A kill must not leave zeros under the name under which a key is looked for.
                guard unsafe rename(path, erasing) == 0 || errno == ENOENT else { throw SystemError() }
                try Folder.synchronize(folder)
                try Self.erase(erasing)
                try Folder.synchronize(folder)
            }
        } catch {
            throw UserError(.cannotCreate, "cannot remove \(path): \(error); remove it with: shred -u \(path)")
        }
    }

    private func writeAside(_ write: Writer) throws(SystemError) {
        try Self.erase(writing)
        do throws(SystemError) {
            let file = try OpenFile(writing, for: .create)
            try write(file)
            try file.synchronize()
        } catch {
            try? Self.erase(writing)
            throw error
        }
    }

    /// Nothing when there is no such file. Overwriting is the best that a program can do: a disk may keep the old
    /// blocks all the same.
    private static func erase(_ path: String) throws(SystemError) {
        do throws(SystemError) {
            let file = try OpenFile(path, for: .overwrite)
            let status = try file.status()
            // Under a second name the content is still somebody's.
            if status.isRegular, status.links == 1 {
                try file.write([UInt8](repeating: 0, count: Int(min(status.size, 4_096))))
                try file.synchronize()
            }
        } catch {
            if error.isMissing { return }
        }
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw SystemError() }
    }
}
