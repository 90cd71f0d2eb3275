internal import Glibc

/// Secrets on their way to and from descriptors. They pass through no other memory of this process.
extension SecretBytes {
    /// Reads to the end of a file and takes its `count` bytes.
    package static func read(count: Int, from descriptor: CInt) throws(SecretFileError) -> SecretBytes {
        // One byte more than wanted shows a longer file.
        let (secret, length) = try read(descriptor, limit: count + 1, until: nil)
        guard length == count else { throw .wrongLength }
        return secret.part(0..<count)
    }

    /// Reads one line without its line feed, or up to the end, and not one byte beyond: what follows is for others.
    ///
    /// - Throws: ``SecretFileError/wrongLength`` for more than `limit` bytes.
    package static func readLine(from descriptor: CInt, limit: Int) throws(SecretFileError) -> SecretBytes {
        let (secret, length) = try read(descriptor, limit: limit + 1, until: UInt8(ascii: "\n"))
        guard length <= limit else { throw .wrongLength }
        return secret.part(0..<length)
    }

    /// Writes all bytes straight from their secret memory.
    package func write(to descriptor: CInt) throws(SecretFileError) {
        let failure: SecretFileError? = withBytes { bytes in
            var done = 0
            while done < bytes.count {
                // Reason for unsafe: the system reads the part of the secret that is not yet written.
                let result = unsafe bytes.extracting(done...).withUnsafeBufferPointer {
                    unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
                }
                if result < 0, errno != EINTR { return .system(errno: errno) }
                done += max(result, 0)
            }
            return nil
        }
        if let failure { throw failure }
    }

    /// The bytes up to `end`, which is read and left out, and how many there were, up to `limit`.
    private static func read(
        _ descriptor: CInt, limit: Int, until end: UInt8?
    ) throws(SecretFileError) -> (SecretBytes, Int) {
        var result = Result<Int, SecretFileError>.success(0)
        let secret = SecretBytes(count: limit) { result = fill(&$0, from: descriptor, until: end) }
        return (secret, try result.get())
    }

    private static func fill(
        _ bytes: inout MutableSpan<UInt8>, from descriptor: CInt, until end: UInt8?
    ) -> Result<Int, SecretFileError> {
        var done = 0
        while done < bytes.count {
            let (start, room) = (done, end == nil ? bytes.count - done : 1)
            // Reason for unsafe: the system writes into the part of the buffer that is not yet filled.
            let result = unsafe bytes.withUnsafeMutableBufferPointer {
                unsafe Glibc.read(descriptor, $0.baseAddress.map { unsafe $0 + start }, room)
            }
            if result == 0 { break }
            if result < 0 {
                guard errno == EINTR || errno == EAGAIN && waitForBytes(descriptor) else {
                    return .failure(.system(errno: errno))
                }
                continue
            }
            if let end, bytes[done] == end {
                bytes[done] = 0
                break
            }
            done += result
        }
        return .success(done)
    }

    /// Descriptors from elsewhere may be non-blocking. False, with `errno`, when they cannot be waited for.
    private static func waitForBytes(_ descriptor: CInt) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        // Reason for unsafe: one element is announced, and one local value is passed.
        return unsafe poll(&request, 1, -1) >= 0 || errno == EINTR
    }
}

/// Why a secret could not be read or written.
package enum SecretFileError: Error, Hashable {
    /// There are fewer or more bytes than there may be.
    case wrongLength
    /// What the system call said.
    case system(errno: CInt)
}
