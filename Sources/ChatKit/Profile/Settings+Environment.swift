extension SettingsLayer {
    /// The layer of the variables `MESH_CHAT_NICK`, `MESH_CHAT_PORT` and so on; lists are separated by commas.
    ///
    /// - Throws: ``UserError`` 78 that names the variable.
    package init(_ environment: Environment) throws(UserError) {
        for setting in Setting.allCases {
            guard let text = environment[setting.variable] else { continue }
            do {
                try set(setting, to: .text(text))
            } catch {
                throw UserError(
                    .badConfiguration,
                    "\(setting.variable) is \"\(SafeText.printable(text))\" but must be \(error.expected)"
                )
            }
        }
    }
}

extension String {
    /// Without spaces and tabs at both ends.
    var trimmed: String {
        let isSpace = { (character: Character) in character == " " || character == "\t" }
        guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) }) else {
            return ""
        }
        return String(self[first...last])
    }
}
