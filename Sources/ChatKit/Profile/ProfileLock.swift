internal import Glibc

/// Keeps a second program off a profile for as long as it lives: two nodes with one identity would answer for each
/// other, fork its chains and damage its files.
package final class ProfileLock: Sendable {
    private let file: OpenFile

    /// - Throws: ``UserError`` 73 when another program uses the profile.
    package init(_ profile: Profile) throws(UserError) {
        try Folder.prepare(profile.stateFolder)
        let isLocked: Bool
        var holder = "another program"
        do throws(SystemError) {
            file = try OpenFile(profile.lockFile, for: .readAndAppend)
            isLocked = try file.lock()
            if isLocked {
                try file.truncate(to: 0)
                try file.write(Array(Self.ownName.utf8))
            } else if let bytes = try file.readAll(limit: 256), !bytes.isEmpty {
                holder = SafeText.printable(String(decoding: bytes, as: UTF8.self), limit: 100)
            }
        } catch {
            throw UserError(.cannotCreate, "cannot lock \(profile.lockFile): \(error)")
        }
        guard isLocked else {
            throw UserError(
                .cannotCreate,
                "the profile \"\(profile.name)\" is in use by \(holder); "
                    + "use another one with --profile NAME, or a throw-away identity with --ephemeral")
        }
    }

    /// For whoever finds the profile locked.
    private static var ownName: String {
        let program = CommandLine.arguments.first?.split(separator: "/").last ?? "a program"
        return "\(program), process \(getpid())"
    }

    deinit { file.unlock() }
}
