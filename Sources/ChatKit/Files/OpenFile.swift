internal import Glibc

/// What a system call said no with.
package struct SystemError: Error, Equatable, CustomStringConvertible {
    package let code: Int32
    /// In the words of `strerror`.
    package var description: String {
        // Reason for unsafe: the C string belongs to the C library and is copied at once.
        unsafe String(cString: strerror(code))
    }

    package init(code: Int32 = errno) { self.code = code }

    package var isMissing: Bool { code == ENOENT || code == ENOTDIR }
    package var exists: Bool { code == EEXIST }
    /// `O_NOFOLLOW` met a symbolic link.
    package var isSymbolicLink: Bool { code == ELOOP }
}

/// An open file, closed when its owner goes. Never follows a symbolic link at the end of the path, is never
/// inherited by a child process.
package struct OpenFile: ~Copyable, Sendable {
    package enum Purpose: Sendable {
        case read
        /// Made with mode 0600; fails when something of that name exists, also a dangling link.
        case create
        /// Made with mode 0600 when missing; writes go to the end.
        case readAndAppend
        /// From the start of a file that exists.
        case overwrite
    }

    /// What `fstat` tells of a file.
    package struct Status: Equatable, Sendable {
        package var isRegular: Bool
        /// The permission bits.
        package var mode: UInt32
        package var owner: UInt32
        package var size: Int64
        /// How many names it has.
        package var links: UInt64
    }

    package let descriptor: Int32

    package init(_ path: String, for purpose: Purpose) throws(SystemError) {
        let flags =
            switch purpose {
            case .read: O_RDONLY
            case .create: O_WRONLY | O_CREAT | O_EXCL
            case .readAndAppend: O_RDWR | O_CREAT | O_APPEND
            case .overwrite: O_WRONLY
            }
        // Without O_NONBLOCK, opening a FIFO somebody put there would hang; it means nothing for regular files.
        // Reason for unsafe: the path is passed as a C string that lives as long as the call.
        let descriptor = unsafe Glibc.open(path, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else { throw SystemError() }
        self.descriptor = descriptor
    }

    deinit { _ = Glibc.close(descriptor) }

    package func status() throws(SystemError) -> Status {
        var result = stat()
        // Reason for unsafe: `fstat` fills in the local value whose address it gets.
        guard unsafe fstat(descriptor, &result) == 0 else { throw SystemError() }
        return Status(
            isRegular: result.st_mode & S_IFMT == S_IFREG, mode: result.st_mode & 0o7777, owner: result.st_uid,
            size: Int64(result.st_size), links: UInt64(result.st_nlink))
    }

    /// Everything from the current position to the end, or nil when that is more than `limit` bytes.
    package func readAll(limit: Int) throws(SystemError) -> [UInt8]? {
        var bytes: [UInt8] = []
        while let chunk = try Descriptor.read(descriptor) {
            bytes += chunk
            if bytes.count > limit { return nil }
        }
        return bytes
    }

    package func write(_ bytes: [UInt8]) throws(SystemError) { try Descriptor.write(bytes, to: descriptor) }

    /// Returns when all that was written is on disk.
    package func synchronize() throws(SystemError) {
        guard fsync(descriptor) == 0 else { throw SystemError() }
    }

    /// Cuts the file after so many bytes.
    package func truncate(to size: Int) throws(SystemError) {
        guard ftruncate(descriptor, size) == 0 else { throw SystemError() }
    }

    /// Locks the file for as long as it is open; false when another process holds the lock.
    package func lock() throws(SystemError) -> Bool {
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
        guard errno == EWOULDBLOCK else { throw SystemError() }
        return false
    }

    /// The same, however long it takes.
    package func waitForLock() throws(SystemError) {
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw SystemError() }
        }
    }

    /// Closing is not enough where the program starts others: until a child runs its own program it holds its parent's
    /// open files, close-on-exec or not, and their locks with them.
    package func unlock() { _ = flock(descriptor, LOCK_UN) }
}

/// Reading and writing descriptors that somebody else owns: standard streams and sockets.
package enum Descriptor {
    /// Up to 64 KiB, what a pipe holds; nil at the end. Waits for the first byte.
    package static func read(_ descriptor: Int32) throws(SystemError) -> [UInt8]? {
        while true {
            var count = 0
            // Reason for unsafe: `read` fills the new array's own memory and says how much of it.
            let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, initialized in
                count = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                initialized = max(0, count)
            }
            if count > 0 { return bytes }
            if count == 0 { return nil }
            if errno == EAGAIN {
                try wait(for: descriptor, events: Int16(POLLIN))
            } else if errno != EINTR {
                throw SystemError()
            }
        }
    }

    package static func write(_ bytes: [UInt8], to descriptor: Int32) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            // Reason for unsafe: `write` reads from the slice's own memory, at most its length.
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                try wait(for: descriptor, events: Int16(POLLOUT))
            } else if errno != EINTR {
                throw SystemError()
            }
        }
    }

    /// Standard streams may be non-blocking: a terminal's mode is shared by all who have it open.
    private static func wait(for descriptor: Int32, events: Int16) throws(SystemError) {
        var request = pollfd(fd: descriptor, events: events, revents: 0)
        // Reason for unsafe: one element is announced, and one local value is passed.
        guard unsafe poll(&request, 1, -1) >= 0 || errno == EINTR else { throw SystemError() }
    }

    package static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }
}
