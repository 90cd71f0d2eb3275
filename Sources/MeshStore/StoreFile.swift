internal import Glibc

/// The store's files as files: theirs to read and write for nobody but the user.
enum StoreFile {
    /// What SQLite puts beside the database.
    static let suffixes = ["-wal", "-shm", "-journal"]

    /// Makes an empty file with mode 0600, or takes the rights of others away from the one that is there. SQLite gives
    /// its journal the mode of the database.
    static func prepare(_ path: String) throws(StoreError) {
        // Reason for unsafe: the path is passed as a C string that lives as long as the call.
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            _ = Glibc.close(descriptor)
        } else if errno != EEXIST {
            throw failure(path)
        }
        // By path: closing a descriptor would drop the locks that SQLite may hold on the file in this process.
        guard let mode = mode(path) else { throw failure(path) }
        guard mode & S_IFMT == S_IFREG else { throw .notAStore }
        for file in [path] + suffixes.map({ path + $0 }) where exists(file) {
            guard unsafe chmod(file, 0o600) == 0 else { throw failure(file) }
        }
    }

    static func exists(_ path: String) -> Bool { mode(path) != nil }

    /// Of the file itself, not of what a link names; nil when there is none.
    static func mode(_ path: String) -> UInt32? {
        var status = stat()
        // Reason for unsafe: `lstat` fills in the local value whose address it gets.
        return unsafe lstat(path, &status) == 0 ? status.st_mode : nil
    }

    static func failure(_ path: String) -> StoreError {
        let code = errno
        if code == ENOSPC || code == EDQUOT { return .noSpace }
        // Reason for unsafe: the C string belongs to the C library and is copied at once.
        let words = unsafe String(cString: strerror(code))
        return .io("\(path): \(words)")
    }
}
