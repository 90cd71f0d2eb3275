internal import Glibc
internal import Mesh
package import MeshCrypto
internal import Synchronization

/// What a node must remember across restarts, in one file that only grows: `StateStore` on disk.
///
/// An entry is its length (u32, little-endian), a checksum of length and content (u64, FNV-1a) and the content, sealed
/// with a ``FileSealer`` at its place in the file: nicks and addresses of others are nobody else's business.
/// `append` returns after fsync. A run that dies in the middle of a write leaves a torn tail; it was never announced
/// to anybody, so `load` cuts it off and says so. Damage before the last entry is something else: an error that
/// names the file, because going on would forget who was revoked.
package final class NetworkFile: StateStore {
    /// Ten bytes, so that the file tells what it is, and the version of its form.
    private static let magic = Array("mesh-net\u{2}\n".utf8)
    private static let headerLength = 12
    /// No entry of a node comes near; a larger length is damage.
    private static let entryLimit = 1 << 20
    /// 4,096 operations and all else of a large group are a few MiB.
    private static let fileLimit = 256 << 20

    private let path: String
    private let sealer: FileSealer
    private let warn: @Sendable (String) -> Void
    private let file: OpenFile
    /// One writer at a time, and nobody reads while it writes. True once a failed write left the end unknown.
    private let isBroken = Mutex(false)

    /// Opens or makes the file.
    ///
    /// - Throws: ``UserError`` 73 or 77.
    package init(
        _ path: String, storeKey: SecretBytes, warn: @escaping @Sendable (String) -> Void
    ) throws(UserError) {
        (self.path, self.warn) = (path, warn)
        sealer = FileSealer(storeKey, label: "mesh/2/network")
        if let folder = Folder.parent(of: path) { try Folder.prepare(folder) }
        do throws(SystemError) {
            file = try OpenFile(path, for: .readAndAppend)
            let status = try file.status()
            guard status.isRegular, status.owner == geteuid(), status.mode & 0o177 == 0 else {
                throw SystemError(code: EACCES)
            }
            if status.size < Self.magic.count { try begin() }
        } catch {
            throw error.code == EACCES
                ? UserError(.noPermission, "cannot use \(path): \(error); mend it with: chmod 600 \(path)")
                : UserError(.cannotCreate, "cannot use \(path): \(error)")
        }
    }

    /// Writes the first bytes, also over a part of them: a disk may have filled up in their midst. Whatever else is so
    /// short is left as it is, for `load` to refuse.
    private func begin() throws(SystemError) {
        let bytes = try OpenFile(path, for: .read).readAll(limit: Self.magic.count)
        guard let bytes, Self.magic.starts(with: bytes) else { return }
        try file.truncate(to: 0)
        try file.write(Self.magic)
        try file.synchronize()
        if let folder = Folder.parent(of: path) { try Folder.synchronize(folder) }
    }

    package func load() throws -> [[UInt8]] {
        try isBroken.withLock { _ in
            let file = try OpenFile(path, for: .read)
            guard let bytes = try file.readAll(limit: Self.fileLimit), bytes.starts(with: Self.magic) else {
                throw damage(at: 0)
            }
            var entries: [[UInt8]] = []
            var position = Self.magic.count
            while position < bytes.count {
                guard let entry = Self.entry(in: bytes, at: position) else {
                    try cutTail(bytes, at: position)
                    break
                }
                guard let content = sealer.open(entry, at: position) else { throw otherKey() }
                entries.append(content)
                position += Self.headerLength + entry.count
            }
            return entries
        }
    }

    package func append(_ entries: [[UInt8]]) throws {
        try isBroken.withLock { isBroken in
            guard !isBroken else {
                throw UserError(.failed, "\(path) could not be written before; start again to mend its end")
            }
            do {
                guard entries.allSatisfy({ $0.count <= Self.entryLimit }) else { throw SystemError(code: EFBIG) }
                try add(entries, isBroken: &isBroken)
            } catch {
                throw UserError(.failed, "cannot write \(path): \(error)")
            }
        }
    }

    /// Part of a failed write may be on disk, and an entry behind it would make the torn one damage in the middle. It
    /// is cut off again, as when there is no space. What cannot be cut off, or was written and then not synchronized,
    /// leaves the end unknown.
    private func add(_ entries: [[UInt8]], isBroken: inout Bool) throws(SystemError) {
        let size = try file.status().size
        let bytes = sealed(entries, from: Int(size))
        isBroken = true
        do { try file.write(bytes) } catch {
            try file.truncate(to: Int(size))
            try file.synchronize()
            isBroken = false
            throw error
        }
        try file.synchronize()
        isBroken = false
    }

    private func sealed(_ entries: [[UInt8]], from position: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for entry in entries {
            let content = sealer.seal(entry, at: position + bytes.count)
            let length = Self.littleEndian(UInt64(content.count), count: 4)
            bytes += length + Self.littleEndian(Self.checksum(length, content), count: 8) + content
        }
        return bytes
    }

    /// Nil when the bytes at `position` are not one whole, sound entry.
    private static func entry(in bytes: [UInt8], at position: Int) -> [UInt8]? {
        guard bytes.count - position >= headerLength else { return nil }
        let length = Array(bytes[position..<position + 4])
        let count = number(bytes[position..<position + 4])
        let start = position + headerLength
        guard count <= UInt64(entryLimit + FileSealer.overhead), bytes.count - start >= Int(count) else { return nil }
        let content = Array(bytes[start..<start + Int(count)])
        return number(bytes[position + 4..<start]) == checksum(length, content) ? content : nil
    }

    /// A torn tail is shorter than it says, or was allocated and not written (zeros), or is the last entry with a
    /// wrong sum. Whenever a sound entry follows, it is damage instead.
    private func cutTail(_ bytes: [UInt8], at position: Int) throws {
        let candidates = position + 1..<max(position + 1, bytes.count - Self.headerLength + 1)
        let damaged = candidates.contains { start in
            // A run of zeros is no entry that anybody wrote: an empty one has a sum that is not zero.
            Self.entry(in: bytes, at: start) != nil
        }
        guard !damaged else { throw damage(at: position) }
        warn("\(path): the last \(bytes.count - position) bytes were not written to the end and are cut off")
        try file.truncate(to: position)
        try file.synchronize()
    }

    private func otherKey() -> UserError {
        UserError(
            .noPermission,
            "\(path) does not open with the store key of this profile; bring back the key it was made with, or move "
                + "the file away and be invited again: \(Profile.putAside([path]))")
    }

    private func damage(at position: Int) -> UserError {
        UserError(
            .badData,
            "\(path) is damaged at byte \(position) and is left as it is; bring back a copy, or move it "
                + "away and be invited again: \(Profile.putAside([path]))")
    }

    /// FNV-1a, 64 bits: finds torn and rotten bytes. Not against forgery: who can write the file owns the profile,
    /// and every entry that matters is signed.
    private static func checksum(_ parts: [UInt8]...) -> UInt64 {
        var sum: UInt64 = 0xCBF2_9CE4_8422_2325
        for part in parts {
            for byte in part { sum = (sum ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        }
        return sum
    }

    private static func littleEndian(_ value: UInt64, count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
