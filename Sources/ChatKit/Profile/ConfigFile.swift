import MeshCore
internal import TOMLKit

/// `config.toml`: read strictly and never written. A misspelt key would otherwise leave the user with another
/// network than the one they think they set up.
package enum ConfigFile {
    private static let sizeLimit = 1 << 20

    /// The layer of the file at `path`; an empty one when there is no file.
    ///
    /// - Throws: ``UserError`` 78 that names the line, 77 when the file cannot be read.
    package static func load(_ path: String) throws(UserError) -> SettingsLayer {
        let bytes: [UInt8]?
        do {
            bytes = try OpenFile(path, for: .read).readAll(limit: sizeLimit)
        } catch {
            if error.isMissing { return SettingsLayer() }
            let why = error.isSymbolicLink ? "it is a symbolic link" : error.description
            throw UserError(.noPermission, "cannot read \(path): \(why)")
        }
        guard let bytes, let text = String(validating: bytes, as: UTF8.self) else {
            throw UserError(.badConfiguration, "\(path) is not UTF-8 text of at most 1 MiB")
        }
        return try parse(text, path: path)
    }

    /// - Parameter path: for the sentences of errors only.
    package static func parse(_ text: String, path: String) throws(UserError) -> SettingsLayer {
        // TOMLKit hands C strings to its parser, which would end at the first NUL.
        guard !text.contains("\0") else {
            throw UserError(.badConfiguration, "\(path) holds a NUL character, which TOML does not allow")
        }
        let table: TOMLTable
        do {
            table = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            let reason = SafeText.printable(error.description)
            throw UserError(.badConfiguration, "\(path), line \(error.source.begin.line): \(reason)")
        } catch {
            throw UserError(.badConfiguration, "\(path) is not TOML")
        }
        var layer = SettingsLayer()
        try read(table, prefix: "", into: &layer, Source(path: path, text: text))
        return layer
    }

    private struct Source {
        let path: String
        let text: String
    }

    private static func read(
        _ table: TOMLTable, prefix: String, into layer: inout SettingsLayer, _ source: Source
    ) throws(UserError) {
        let sections = Set(
            Setting.allCases.compactMap { name in
                name.rawValue.firstIndex(of: ".").map { String(name.rawValue[..<$0]) }
            })
        for key in table.keys {
            guard let value = table[key] else { continue }
            let name = prefix + key
            if prefix.isEmpty, sections.contains(key), let section = value.table {
                try read(section, prefix: key + ".", into: &layer, source)
                continue
            }
            if prefix == "keys.", Setting(rawValue: name) == nil {
                layer.keys[key] = try keyNames(value, at: position(of: key, section: prefix, in: source), name)
                continue
            }
            guard let setting = Setting(rawValue: name) else {
                let names = Setting.allCases.map(\.rawValue) + sections
                throw UserError(
                    .badConfiguration,
                    position(of: key, section: prefix, in: source)
                        + "unknown key \"\(SafeText.printable(name))\"" + NearestName.hint(for: name, among: names))
            }
            do {
                try layer.set(setting, to: self.value(value))
            } catch {
                throw UserError(
                    .badConfiguration,
                    position(of: key, section: prefix, in: source) + "\"\(name)\" must be \(error.expected)")
            }
        }
    }

    /// Which keys there are, only the client knows that reads them.
    private static func keyNames(
        _ value: any TOMLValueConvertible, at place: String, _ name: String
    ) throws(UserError) -> ScreenSettings.KeyNames {
        guard case .list(let names) = self.value(value) else {
            throw UserError(
                .badConfiguration,
                place + "\"\(SafeText.printable(name))\" must be a list of keys like [\"f2\", \"alt-i\"]")
        }
        return ScreenSettings.KeyNames(names, place: place)
    }

    private static func value(_ value: any TOMLValueConvertible) -> SettingValue {
        switch value.type {
        case .string: .text(value.string ?? "")
        case .int: value.int.map(SettingValue.integer) ?? .other("integer")
        case .bool: value.bool.map(SettingValue.bool) ?? .other("bool")
        case .array:
            value.array.map { array in
                let texts = array.compactMap(\.string)
                return texts.count == array.count ? .list(texts) : .other("mixed list")
            } ?? .other("array")
        default: .other(value.type.rawValue)
        }
    }

    /// `path, line 3: `. The TOML library tells no positions of values, so the line is looked for: the first one in
    /// the right section that begins with the key.
    private static func position(of key: String, section: String, in source: Source) -> String {
        var current = ""
        let wanted = section.isEmpty ? "" : String(section.dropLast())
        for (index, line) in source.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = String(line).trimmed
            if line.hasPrefix("[") {
                let header = line.drop { $0 == "[" }.prefix { $0 != "]" }
                current = String(header).trimmed
                if wanted.isEmpty, names(String(header), key) { return "\(source.path), line \(index + 1): " }
            } else if current == wanted && names(line, key)
                || current.isEmpty && !wanted.isEmpty && line.hasPrefix(wanted) && line.contains(key)
            {
                return "\(source.path), line \(index + 1): "
            }
        }
        return "\(source.path): "
    }

    /// Does the line begin with the key, bare or in quotes?
    private static func names(_ line: String, _ key: String) -> Bool {
        for form in [key, "\"\(key)\"", "'\(key)'"] where line.hasPrefix(form) {
            let next = line.dropFirst(form.count).first
            if next == nil || next == "=" || next == " " || next == "\t" || next == "." { return true }
        }
        return false
    }
}
