import Glibc

/// A folder of one test's own, removed with everything in it when the test is over.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/mesh-test-XXXXXX".utf8CString)
        // Reason for unsafe: `mkdtemp` writes the name into the array that it gets.
        path = unsafe template.withUnsafeMutableBufferPointer { buffer in
            unsafe String(cString: mkdtemp(buffer.baseAddress!))
        }
    }

    deinit { removeAll(path) }

    func file(_ name: String) -> String { path + "/" + name }

    private func removeAll(_ path: String) {
        // Reason for unsafe, here and below: the C library's directory stream, closed before the end.
        if let stream = unsafe opendir(path) {
            while let entry = unsafe readdir(stream) {
                let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name != ".", name != ".." { removeAll(path + "/" + name) }
            }
            unsafe closedir(stream)
            unsafe rmdir(path)
        } else {
            unsafe unlink(path)
        }
    }
}

/// File operations that the tests themselves need.
enum Disk {
    static func write(_ path: String, _ bytes: [UInt8], mode: mode_t = 0o600) {
        let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode)
        precondition(descriptor >= 0, "cannot write \(path)")
        unsafe bytes.withUnsafeBytes { _ = unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
        _ = fchmod(descriptor, mode)
        close(descriptor)
    }

    static func read(_ path: String) -> [UInt8] {
        let descriptor = Disk.open(path)
        precondition(descriptor >= 0, "cannot read \(path)")
        defer { close(descriptor) }
        return unsafe [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, count in
            count = max(0, unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count))
        }
    }

    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }
    static func setMode(_ path: String, _ mode: mode_t) { _ = unsafe chmod(path, mode) }
    static func link(_ path: String, to target: String) { _ = unsafe symlink(target, path) }
    /// A descriptor to close.
    static func open(_ path: String) -> Int32 { unsafe Glibc.open(path, O_RDONLY) }
    static func name(_ path: String, also name: String) { precondition(unsafe Glibc.link(path, name) == 0) }
    /// Those that this process has open on the file.
    static func descriptors(of path: String) -> [Int32] {
        (0..<1_024).filter { descriptor in
            var (open, named) = (stat(), stat())
            guard unsafe fstat(descriptor, &open) == 0, unsafe lstat(path, &named) == 0 else { return false }
            return open.st_dev == named.st_dev && open.st_ino == named.st_ino
        }
    }
    static func makeFolder(_ path: String) { _ = unsafe mkdir(path, 0o700) }

    static func mode(_ path: String) -> mode_t {
        var result = stat()
        _ = unsafe lstat(path, &result)
        return result.st_mode & 0o7777
    }
}
