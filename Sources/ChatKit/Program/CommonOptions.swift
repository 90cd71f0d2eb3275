package import ArgumentParser
internal import MeshCore

/// Which profile, for commands that only read it.
package struct ProfileOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The folder of identity.key and config.toml.", valueName: "DIR"))
    package var config: String?

    @Option(help: ArgumentHelp("A profile of its own: another identity, other settings.", valueName: "NAME"))
    package var profile: String?

    package init() {}

    package func resolve() throws(UserError) -> Profile {
        let environment = Environment.current
        return try Profile(
            named: profile ?? environment["MESH_CHAT_PROFILE"],
            configurationFolder: config ?? environment["MESH_CHAT_CONFIG"], environment: environment)
    }
}

/// Where the passphrase of an identity comes from.
package struct PassphraseOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read the identity's passphrase, one line, from this open descriptor instead of asking for it.",
            valueName: "N"))
    package var passphraseFd: Int32?

    package init() {}

    package func validate() throws {
        guard passphraseFd ?? 0 >= 0 else { throw ValidationError("--passphrase-fd is a number like 3, from 3<FILE") }
    }

    package var source: PassphraseSource { PassphraseSource(descriptor: passphraseFd) }
}

/// Where a new passphrase comes from.
package struct NewPassphraseOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read the new passphrase, one line, from this open descriptor instead of asking for it twice.",
            valueName: "N"))
    package var newPassphraseFd: Int32?

    package init() {}

    package func validate() throws {
        guard newPassphraseFd ?? 0 >= 0 else {
            throw ValidationError("--new-passphrase-fd is a number like 4, from 4<FILE")
        }
    }

    package var source: PassphraseSource { PassphraseSource(descriptor: newPassphraseFd) }
}

/// What mesh-chat and `mesh-node run` have in common.
package struct CommonOptions: ParsableArguments {
    @OptionGroup(title: "Profile")
    package var profile: ProfileOptions

    @OptionGroup
    package var passphrase: PassphraseOptions

    @Flag(help: "A throw-away identity; nothing is read from or written to disk.")
    package var ephemeral = false

    @Flag(help: "Leave config.toml unread, as if there were none.")
    package var noConfig = false

    @Option(help: ArgumentHelp("The name that others see.", valueName: "NICK"))
    package var nick: String?

    @Option(help: ArgumentHelp("The address to listen on.", valueName: "ADDRESS"))
    package var bind: String?

    @Option(help: ArgumentHelp("The TCP port to listen on; 0 takes any free one.", valueName: "PORT"))
    package var port: UInt16?

    @Option(
        help: ArgumentHelp(
            "A peer to dial first; with its key nobody else can answer in its place. May be given several times.",
            valueName: "[KEY@]HOST:PORT"))
    package var seed: [String] = []

    @Option(help: ArgumentHelp("Where others can dial this node. May be given several times.", valueName: "HOST:PORT"))
    package var advertise: [String] = []

    @Option(help: ArgumentHelp("The UDP port for finding members on the local net.", valueName: "PORT"))
    package var discoveryPort: UInt16?

    @Flag(help: "Do not look for members on the local net.")
    package var noDiscovery = false

    @Flag(
        help: """
            For slow links: gossip every 3 s, heartbeats every 2 s, phi 12, missing messages after 2 s, connecting may \
            take 15 s.
            """)
    package var wan = false

    @Option(
        help: ArgumentHelp(
            "TLS 1.3 on every link; off is for tunnels and must be off at both ends.", valueName: "on|off"))
    package var tls: OnOff?

    @Option(
        help: ArgumentHelp(
            "A fixed identity. Visible to everybody on this machine; prefer --keypair-file.", valueName: "HEX"))
    package var keypairSeed: String?

    @Option(
        help: ArgumentHelp(
            "A file with 32 raw bytes, 64 hex digits, or from mesh-node id export; - reads standard input.",
            valueName: "PATH"))
    package var keypairFile: String?

    @Flag(help: "A closed network: only keys that a member has invited get in.")
    package var inviteOnly = false

    @Option(
        help: ArgumentHelp("How much to log: trace, debug, info, notice, warning, error, critical.", valueName: "LEVEL")
    )
    package var logLevel: String?

    @Option(help: ArgumentHelp("Log to this file instead of standard error.", valueName: "PATH"))
    package var logFile: String?

    @Flag(help: "No colours; the same as NO_COLOR=1.")
    package var noColor = false

    package init() {}

    package func validate() throws {
        guard keypairSeed == nil || keypairFile == nil else {
            throw ValidationError("--keypair-seed and --keypair-file say the same thing; give one of them")
        }
        if ephemeral, profile.profile != nil || profile.config != nil {
            throw ValidationError("--ephemeral has no profile; leave out --profile and --config")
        }
        if passphrase.passphraseFd != nil, ephemeral || keypairSeed != nil {
            throw ValidationError("--passphrase-fd is for an identity in a file; leave it out here")
        }
        if passphrase.passphraseFd == 0, keypairFile == "-" {
            throw ValidationError("--keypair-file - reads standard input; give the passphrase on another descriptor")
        }
        // Every flag gets its sentence here, before anything is opened.
        do throws(UserError) {
            _ = try layer()
        } catch {
            throw ValidationError(error.sentence)
        }
    }

    /// The layer of the flags.
    package func layer() throws(UserError) -> SettingsLayer {
        var layer = SettingsLayer()
        (layer.port, layer.discoveryPort) = (port, discoveryPort)
        layer.usesWideArea = wan ? true : nil
        layer.usesTLS = tls.map { $0 == .on }
        layer.discovers = noDiscovery ? false : nil
        let given: [(String, Setting, SettingValue?)] = [
            ("--nick", .nick, nick.map(SettingValue.text)), ("--bind", .bindAddress, bind.map(SettingValue.text)),
            ("--seed", .seedPeers, seed.isEmpty ? nil : .list(seed)),
            ("--advertise", .advertise, advertise.isEmpty ? nil : .list(advertise)),
            ("--log-level", .logLevel, logLevel.map(SettingValue.text)),
            ("--log-file", .logFile, logFile.map(SettingValue.text)),
        ]
        for case (let flag, let setting, let value?) in given {
            do {
                try layer.set(setting, to: value)
            } catch {
                throw UserError(.usage, "\(flag) must be \(error.expected)")
            }
        }
        return layer
    }
}

package enum OnOff: String, ExpressibleByArgument, Sendable { case on, off }
