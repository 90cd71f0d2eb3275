package import ChatKit
internal import MeshCore

// What `[keys]` of config.toml changes.
extension KeyMap {
    /// The standard table with the keys that somebody chose. A key that is given to an action is taken from the one
    /// that has it by default.
    ///
    /// - Throws: ``UserError`` 78 for an unknown action or key, and for a key that is given to two actions.
    package init(_ settings: ScreenSettings) throws(UserError) {
        var chosen: [Key: String] = [:]
        var bindings = Self.standard
        for (name, entry) in settings.keys.sorted(by: { $0.key < $1.key }) {
            guard let index = bindings.firstIndex(where: { $0.name == name }) else {
                let names = bindings.map(\.name) + ["empty_tab", "empty_enter"]
                throw UserError(
                    .badConfiguration,
                    entry.place + "no action is called \"\(SafeText.printable(name, limit: 64))\""
                        + NearestName.hint(for: name, among: names))
            }
            let keys = try Self.keys(entry)
            for key in keys {
                if let other = chosen.updateValue(name, forKey: key), other != name {
                    throw UserError(.badConfiguration, entry.place + "\(key) is given to \(other) and to \(name)")
                }
            }
            bindings[index].keys = keys
        }
        for index in bindings.indices where settings.keys[bindings[index].name] == nil {
            bindings[index].keys.removeAll { chosen[$0] != nil }
        }
        self.init(bindings)
        (emptyTabInvites, emptyEnterShowsMembers) = (settings.emptyTabInvites, settings.emptyEnterShowsMembers)
    }

    private static func keys(_ entry: ScreenSettings.KeyNames) throws(UserError) -> [Key] {
        var keys: [Key] = []
        for name in entry.names {
            guard let key = Key(name: name) else {
                throw UserError(
                    .badConfiguration,
                    entry.place + "\"\(SafeText.printable(name, limit: 64))\" is no key; they are written like "
                        + "\"f2\", \"ctrl-i\", \"alt-pgup\", \"shift-tab\"")
            }
            keys.append(key)
        }
        return keys
    }
}
