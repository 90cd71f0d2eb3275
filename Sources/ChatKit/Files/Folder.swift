internal import Glibc

/// Folders that only their owner can enter.
package enum Folder {
    /// Makes the folder with mode 0700, and those above it that are missing.
    ///
    /// - Throws: ``UserError`` 73 when that cannot be done, 77 when the folder belongs to somebody else or others
    ///   can write to it: whoever can rename files in it could swap an identity.
    package static func prepare(_ path: String) throws(UserError) {
        try make(path)
        guard let status = status(path), status.isFolder else {
            throw UserError(.cannotCreate, "\(path) is in the way: a folder must stand there")
        }
        guard status.owner == geteuid() else {
            throw UserError(.noPermission, "\(path) belongs to somebody else; mend it with: chown \(geteuid()) \(path)")
        }
        guard status.mode & 0o022 == 0 else {
            throw UserError(.noPermission, "others can write to \(path); mend it with: chmod 700 \(path)")
        }
    }

    // Reason for unsafe, here and below: a path is passed as a C string that lives as long as the call.

    private static func make(_ path: String) throws(UserError) {
        if unsafe mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        let error = SystemError()
        guard error.isMissing, let above = parent(of: path), above != path else {
            throw UserError(.cannotCreate, "cannot make the folder \(path): \(error)")
        }
        try make(above)
        if unsafe mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        throw UserError(.cannotCreate, "cannot make the folder \(path): \(SystemError())")
    }

    /// A name that becomes a folder, or a part of a socket's name, must not lead anywhere else.
    package static func isPlainName(_ name: String) -> Bool {
        (1...32).contains(name.count)
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
    }

    package static func parent(of path: String) -> String? {
        guard let slash = path.lastIndex(of: "/") else { return nil }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Returns when the names in the folder are on disk: a new file survives a power cut only after this.
    package static func synchronize(_ path: String) throws(SystemError) {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError() }
        defer { _ = Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SystemError() }
    }

    /// Puts `bytes` in the place of a file in one step: whoever looks sees the old content or the new one.
    package static func replace(_ path: String, with bytes: [UInt8]) throws(SystemError) {
        let temporary = path + ".new"
        // A leftover of a run that died half-way.
        _ = unsafe unlink(temporary)
        do {
            let file = try OpenFile(temporary, for: .create)
            try file.write(bytes)
            try file.synchronize()
        }
        guard unsafe rename(temporary, path) == 0 else { throw SystemError() }
        if let folder = parent(of: path) { try synchronize(folder) }
    }

    /// Runs `body` while no other program does so for the same folder. Where the file system has no locks on folders,
    /// it runs at once.
    package static func whileLocked(
        _ path: String, _ body: () throws(SystemError) -> Void
    ) throws(SystemError) {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError() }
        defer {
            // Also in a child that still holds it; see `OpenFile.unlock`.
            _ = flock(descriptor, LOCK_UN)
            _ = Glibc.close(descriptor)
        }
        while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
        try body()
    }

    package struct Status: Sendable {
        package var isFolder: Bool
        package var isSocket: Bool
        package var isLink: Bool
        package var mode: UInt32
        package var owner: UInt32
    }

    /// What stands at `path`, without following a link; nil when nothing does.
    package static func status(_ path: String) -> Status? {
        var result = stat()
        // Reason for unsafe: `lstat` fills in the local value whose address it gets.
        guard unsafe lstat(path, &result) == 0 else { return nil }
        let kind = result.st_mode & S_IFMT
        return Status(
            isFolder: kind == S_IFDIR, isSocket: kind == S_IFSOCK, isLink: kind == S_IFLNK,
            mode: result.st_mode & 0o7777, owner: result.st_uid)
    }
}
