internal import Glibc

/// The control socket as a name in the file system.
///
/// Reason for each `unsafe` here: the path is passed as a C string that lives as long as the call.
package enum ControlSocket {
    /// `sockaddr_un.sun_path` has 108 bytes and ends with a NUL.
    private static let pathLimit = 107

    /// Makes room for a socket at `path`: removes one that nobody listens on any more.
    ///
    /// - Throws: ``UserError`` 73 when the path is too long, something else stands there, or a node answers.
    package static func prepare(_ path: String) throws(UserError) {
        guard path.utf8.count <= pathLimit else {
            throw UserError(
                .cannotCreate,
                "\(path) is too long for a socket, at most \(pathLimit) bytes; choose a shorter --control PATH")
        }
        if let folder = Folder.parent(of: path), Folder.status(folder) == nil { try Folder.prepare(folder) }
        guard let status = Folder.status(path) else { return }
        guard status.isSocket else { throw UserError(.cannotCreate, "\(path) is in the way: it is no socket") }
        if let connection = try? ControlConnection(path) {
            _ = consume connection
            throw UserError(
                .cannotCreate, "another node listens on \(path); choose another --control PATH or --profile")
        }
        guard unsafe unlink(path) == 0 else {
            throw UserError(.cannotCreate, "cannot remove the stale socket \(path): \(SystemError())")
        }
    }

    /// Only the owner may talk to the node.
    package static func protect(_ path: String) throws(UserError) {
        guard unsafe chmod(path, 0o600) == 0 else {
            throw UserError(.cannotCreate, "cannot protect \(path): \(SystemError())")
        }
    }

    package static func remove(_ path: String) { _ = unsafe unlink(path) }
}

/// One connection to a running node, for short commands: blocking, because they do nothing else meanwhile.
package struct ControlConnection: ~Copyable {
    private let descriptor: Int32
    private var splitter = LineSplitter(limit: .max)
    private var lines: [LineSplitter.Line] = []

    /// - Throws: ``SystemError``.
    package init(_ path: String) throws(SystemError) {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError() }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw SystemError(code: ENAMETOOLONG)
        }
        // Reason for unsafe: the path was checked to fit, the rest of the field is zero, and `connect` reads the local
        // value whose address and size it gets.
        let result = unsafe withUnsafeMutableBytes(of: &address) { bytes in
            let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 0
            unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[offset...]).copyBytes(from: path.utf8)
            return unsafe connect(
                descriptor, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(bytes.count))
        }
        guard result == 0 else { throw SystemError() }
    }

    deinit { _ = Glibc.close(descriptor) }

    package func send(_ line: JSON) throws(SystemError) {
        try Descriptor.write(Array((line.line + "\n").utf8), to: descriptor)
    }

    /// The next line, nil when the node has closed the connection. A line that is no JSON comes from no node of ours.
    package mutating func next() throws(SystemError) -> JSON? {
        while lines.isEmpty {
            guard let chunk = try Descriptor.read(descriptor) else { return nil }
            lines = splitter.append(chunk)
        }
        guard case .complete(let bytes) = lines.removeFirst() else { return nil }
        return try? JSONParser.parse(bytes)
    }
}
