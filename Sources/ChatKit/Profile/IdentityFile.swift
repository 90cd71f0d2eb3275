internal import Glibc
package import MeshCrypto

/// `identity.key`: the 32 raw bytes that are somebody's identity, for their owner's eyes only.
///
/// Never overwritten: who loses it is a stranger to everybody. Never read when others could have read or swapped it.
package enum IdentityFile {
    /// The identity at `path`, or nil when there is no file.
    ///
    /// - Throws: ``UserError`` 77 with the command that mends it, when the file is a link, is not a file, belongs to
    ///   somebody else, can be read or written by others, or has another size than 32 bytes.
    package static func load(_ path: String) throws(UserError) -> IdentitySeed? {
        do {
            return try read(path, OpenFile(path, for: .read))
        } catch let error as SystemError {
            if error.isMissing { return nil }
            throw refusal(path, error)
        } catch let error as UserError {
            throw error
        } catch {
            throw UserError(.failed, "\(error)")
        }
    }

    private static func read(_ path: String, _ file: borrowing OpenFile) throws -> IdentitySeed {
        let status = try file.status()
        guard status.isRegular else {
            throw UserError(.noPermission, "\(path) is not a file; move it away with: mv \(path) \(path).odd")
        }
        guard status.owner == geteuid() else {
            throw UserError(.noPermission, "\(path) belongs to somebody else; mend it with: chown \(geteuid()) \(path)")
        }
        guard status.mode & 0o177 == 0 else {
            throw UserError(
                .noPermission,
                "\(path) has mode \(octal(status.mode)), so others may read your identity; "
                    + "mend it with: chmod 600 \(path)")
        }
        guard status.size == Int64(IdentitySeed.count) else { throw wrongSize(path, status.size) }
        do {
            return try IdentitySeed.read(from: file.descriptor)
        } catch IdentitySeedError.system(let code) {
            throw SystemError(code: code)
        } catch {
            throw wrongSize(path, status.size)
        }
    }

    /// Writes a new identity; on disk, its name too, when this returns.
    ///
    /// - Throws: ``UserError`` 73 when something of that name exists or the file cannot be made.
    package static func create(_ path: String, _ seed: IdentitySeed) throws(UserError) {
        if let folder = Folder.parent(of: path) { try Folder.prepare(folder) }
        do throws(SystemError) {
            let file = try OpenFile(path, for: .create)
            do {
                try seed.write(to: file.descriptor)
            } catch {
                // Half an identity must not stay: it would be refused for its size, and never be overwritten.
                // Reason for unsafe: the path is passed as a C string that lives as long as the call.
                _ = unsafe unlink(path)
                if case .system(let code) = error { throw SystemError(code: code) }
                throw SystemError(code: EIO)
            }
            try file.synchronize()
            if let folder = Folder.parent(of: path) { try Folder.synchronize(folder) }
        } catch {
            throw UserError(
                .cannotCreate,
                error.exists
                    ? "\(path) exists; an identity is never overwritten, move it away first"
                    : "cannot write \(path): \(error)")
        }
    }

    private static func wrongSize(_ path: String, _ size: Int64) -> UserError {
        UserError(
            .noPermission,
            "\(path) has \(size) bytes instead of \(IdentitySeed.count), so it is no identity; "
                + "bring back your copy, or move it away and begin anew with: mv \(path) \(path).bad")
    }

    private static func refusal(_ path: String, _ error: SystemError) -> UserError {
        if error.isSymbolicLink {
            return UserError(
                .noPermission,
                "\(path) is a symbolic link, which anybody may have put there; "
                    + "mend it with: cp --remove-destination \"$(readlink -f \(path))\" \(path) && chmod 600 \(path)")
        }
        return UserError(.noPermission, "cannot read \(path): \(error); mend it with: chmod 600 \(path)")
    }

    private static func octal(_ mode: UInt32) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
