/// Keeps a second program off a profile for as long as it lives: two nodes with one identity would answer for each
/// other, fork its chains and damage its files.
package final class ProfileLock: Sendable {
    private let file: OpenFile

    /// - Throws: ``UserError`` 73 when another program uses the profile.
    package init(_ profile: Profile) throws(UserError) {
        try Folder.prepare(profile.stateFolder)
        let isLocked: Bool
        do throws(SystemError) {
            file = try OpenFile(profile.lockFile, for: .readAndAppend)
            isLocked = try file.lock()
        } catch {
            throw UserError(.cannotCreate, "cannot lock \(profile.lockFile): \(error)")
        }
        guard isLocked else {
            throw UserError(
                .cannotCreate,
                "the profile \"\(profile.name)\" is in use by another program; "
                    + "use another one with --profile NAME, or a throw-away identity with --ephemeral")
        }
    }

    deinit { file.unlock() }
}
