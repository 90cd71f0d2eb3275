internal import MeshCrypto

/// `store.key`: the 32 random bytes that open a profile's history and its other files, while the identity has no
/// passphrase. With one they lie in the identity file, and this file does not exist.
enum StoreKeyFile {
    /// Nil when there is no file.
    ///
    /// - Throws: ``UserError`` 77 as for `identity.key`, with the command that mends it.
    static func load(_ profile: Profile) throws(UserError) -> SecretBytes? {
        let secret = secretFile(profile)
        guard let file = try secret.open() else { return nil }
        let size = try secret.status(file).size
        do throws(SecretFileError) {
            return try SecretBytes.read(count: IdentitySecrets.storeKeyCount, from: file.descriptor)
        } catch .system(let code) {
            throw secret.refusal(SystemError(code: code))
        } catch {
            let useless = [secret.path] + profile.existingSealedFiles
            throw UserError(
                .noPermission,
                "\(secret.path) has \(size) bytes instead of \(IdentitySecrets.storeKeyCount), so it opens no history; "
                    + "bring back your copy, or begin anew with: \(Profile.putAside(useless))")
        }
    }

    /// On disk, its name too, when this returns.
    ///
    /// - Throws: ``UserError`` 73.
    static func create(_ profile: Profile, _ key: SecretBytes) throws(UserError) {
        try secretFile(profile).create { file throws(SystemError) in try file.write(key) }
    }

    /// Overwrites and removes it.
    static func erase(_ profile: Profile) throws(UserError) { try secretFile(profile).erase() }

    /// Removes what a killed program left beside it.
    static func mend(_ profile: Profile) throws(UserError) { try secretFile(profile).mend() }

    private static func secretFile(_ profile: Profile) -> SecretFile {
        SecretFile(profile.storeKeyFile, worth: "the key of your history")
    }
}
