/// The nick that `/nick` gave, kept beside the network: `config.toml` is the user's and is never rewritten.
///
/// Two lines: the new nick, and the one of the settings that it took the place of. Who later writes another nick into
/// the settings means that one, so the kept one counts only while the settings still say what they said.
enum NickFile {
    /// A nick has 32 characters at most, each a few bytes; two of them fit many times.
    private static let sizeLimit = 4_096

    /// The nick to use: the kept one, or the one of the settings.
    ///
    /// - Throws: ``UserError`` 77 when the file cannot be read.
    static func nick(_ profile: Profile, over configured: String?) throws(UserError) -> String? {
        let bytes: [UInt8]?
        do {
            bytes = try OpenFile(profile.nickFile, for: .read).readAll(limit: sizeLimit)
        } catch {
            if error.isMissing { return configured }
            throw UserError(.noPermission, "cannot read \(profile.nickFile): \(error)")
        }
        let lines = String(decoding: bytes ?? [], as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        // A damaged file costs a nick and nothing else, so it is not worth an error.
        guard lines.count >= 2, SafeText.nickProblem(String(lines[0])) == nil, lines[1] == configured ?? "" else {
            return configured
        }
        return String(lines[0])
    }

    /// - Throws: ``UserError`` 1.
    static func keep(_ nick: String, over configured: String?, _ profile: Profile) throws(UserError) {
        do {
            try Folder.replace(profile.nickFile, with: Array("\(nick)\n\(configured ?? "")\n".utf8))
        } catch {
            throw UserError(
                .failed,
                "others see the new nick now, but the next start will not know it: \(profile.nickFile): \(error)")
        }
    }
}
