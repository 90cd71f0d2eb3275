internal import Glibc

/// Where one identity and what belongs to it live on disk, after the XDG base directory specification.
///
/// | | default profile | `--profile work` |
/// |---|---|---|
/// | configuration | `~/.config/mesh-chat/` | `~/.config/mesh-chat/work/` |
/// | state | `~/.local/state/mesh-chat/` | `~/.local/state/mesh-chat/work/` |
/// | control socket | `$XDG_RUNTIME_DIR/mesh-chat/default.sock` | `$XDG_RUNTIME_DIR/mesh-chat/work.sock` |
///
/// `--config DIR` takes the place of `~/.config/mesh-chat`; the state is then kept in a folder `state` beside the
/// configuration, so that two such folders never share a network.
package struct Profile: Equatable, Sendable {
    package static let defaultName = "default"

    package let name: String
    package let configurationFolder: String
    package let stateFolder: String
    /// `$XDG_RUNTIME_DIR/mesh-chat`, or the state folder without that variable.
    package let runtimeFolder: String

    package var identityFile: String { configurationFolder + "/identity.key" }
    package var configurationFile: String { configurationFolder + "/config.toml" }
    package var networkFile: String { stateFolder + "/network" }
    /// The nick that `/nick` gave.
    package var nickFile: String { stateFolder + "/nick" }
    package var trustFile: String { stateFolder + "/trust" }
    /// The messages, sealed.
    package var storeFile: String { stateFolder + "/history.sqlite" }
    /// The key of ``sealedFiles``, unless the identity file holds it under a passphrase.
    package var storeKeyFile: String { stateFolder + "/store.key" }
    /// What opens with the store key only.
    package var sealedFiles: [String] { [storeFile, networkFile, trustFile] }
    var existingSealedFiles: [String] { sealedFiles.filter { Folder.status($0) != nil } }
    package var lockFile: String { stateFolder + "/lock" }
    package var controlSocket: String { runtimeFolder + "/" + name + ".sock" }

    /// - Throws: ``UserError`` 64 for a name that makes no folder, 78 when there is no home folder.
    package init(
        named name: String? = nil, configurationFolder chosen: String? = nil, environment: Environment
    ) throws(UserError) {
        let name = name ?? Self.defaultName
        guard Folder.isPlainName(name), name != "state" else {
            throw UserError(
                .usage, "a profile's name has 1 to 32 of the characters a-z A-Z 0-9 - _ and is not \"state\"")
        }
        self.name = name
        let suffix = name == Self.defaultName ? "" : "/" + name
        if let chosen {
            configurationFolder = Self.absolute(chosen) + suffix
            stateFolder = configurationFolder + "/state"
        } else {
            configurationFolder = try Self.base("XDG_CONFIG_HOME", orInHome: "/.config", environment) + suffix
            stateFolder = try Self.base("XDG_STATE_HOME", orInHome: "/.local/state", environment) + suffix
        }
        runtimeFolder = environment.folder("XDG_RUNTIME_DIR").map { $0 + "/mesh-chat" } ?? stateFolder
    }

    /// The command that puts these files where nobody looks for them.
    static func putAside(_ files: [String]) -> String {
        files.map { "mv \($0) \($0).bad" }.joined(separator: " && ")
    }

    private static func base(
        _ variable: String, orInHome folder: String, _ environment: Environment
    ) throws(UserError) -> String {
        if let base = environment.folder(variable) { return base + "/mesh-chat" }
        guard let home = environment.folder("HOME") else {
            throw UserError(.badConfiguration, "HOME is not set to an absolute path; set it or use --config DIR")
        }
        return home + folder + "/mesh-chat"
    }

    private static func absolute(_ path: String) -> String {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        guard !path.hasPrefix("/") else { return path }
        // Reason for unsafe: `getcwd` returns memory that is ours to free, or nil.
        guard let current = unsafe getcwd(nil, 0) else { return path }
        defer { unsafe free(current) }
        return unsafe String(cString: current) + "/" + path
    }
}

/// The environment variables of the process, or those of a test.
package struct Environment: Sendable {
    private let values: [String: String]

    package init(_ values: [String: String]) { self.values = values }

    /// Those of this process.
    package static var current: Environment {
        var values: [String: String] = [:]
        var entry = unsafe environ
        // Reason for unsafe: `environ` is a list of C strings that ends with nil; read once, before any thread
        // could change it.
        while let text = unsafe entry.pointee {
            let parts = unsafe String(cString: text).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
            unsafe entry += 1
        }
        return Environment(values)
    }

    /// Nil when the variable is missing or empty.
    package subscript(name: String) -> String? {
        guard let value = values[name], !value.isEmpty else { return nil }
        return value
    }

    /// An absolute path without a slash at its end; the XDG specification says to ignore relative ones.
    func folder(_ name: String) -> String? {
        guard var path = self[name], path.hasPrefix("/") else { return nil }
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }

    package var names: [String] { values.keys.sorted() }
}
