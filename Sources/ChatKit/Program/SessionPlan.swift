internal import Logging
package import Mesh
internal import MeshCore
package import MeshCrypto

/// What flags, variables and `config.toml` add up to: everything needed to start a node.
package struct SessionPlan: Sendable {
    /// Nil for a throw-away identity.
    package let profile: Profile?
    package private(set) var config: MeshConfig
    /// Somebody asked for this very port, so no other one will do.
    package let isPortChosen: Bool
    /// Messages and prekeys are kept on disk.
    package let keepsHistory: Bool
    package let screen: ScreenSettings
    /// What the settings say, whatever `/nick` has said since.
    let configuredNick: String?
    private let options: CommonOptions

    /// - Throws: ``UserError`` 64, 77 or 78.
    package init(_ options: CommonOptions, environment: Environment = .current) throws(UserError) {
        self.options = options
        profile = options.ephemeral ? nil : try options.profile.resolve()
        var settings = try options.layer().over(try SettingsLayer(environment))
        if let profile, !options.noConfig { settings = settings.over(try Self.load(profile.configurationFile)) }
        screen = ScreenSettings(settings)
        isPortChosen = settings.port != nil
        keepsHistory = profile != nil && settings.keepsHistory ?? true
        configuredNick = settings.nick
        if options.nick == nil, let profile { settings.nick = try NickFile.nick(profile, over: settings.nick) }
        config = try Self.config(settings, isClosed: options.inviteOnly)
    }

    /// Defaults in place of a broken file would be another network than the one that somebody set up, so only whoever
    /// asks for them gets them.
    private static func load(_ path: String) throws(UserError) -> SettingsLayer {
        do {
            return try ConfigFile.load(path)
        } catch {
            throw error.orWithoutConfig
        }
    }

    /// For test clusters: lets the control socket break this node's links, as `faults` says from the start on.
    ///
    /// - Parameter faults: a JSON list as in the command `faults` of the machine interface.
    /// - Throws: ``UserError`` 64.
    package mutating func enableFaults(_ faults: String) throws(UserError) {
        do {
            let line = JSON.object([.init("set", try JSONParser.parse(faults.utf8))])
            config.faults = try MachineArguments(line).faults("set")
        } catch let refusal as MachineRefusal {
            throw UserError(.usage, "--faults: \(refusal.reason)")
        } catch {
            throw UserError(.usage, "--faults must be a JSON list like [{\"to\":\"127.0.0.1:9001\",\"cutOut\":true}]")
        }
    }

    /// Nothing is known of this user: no identity here, and none given. Whoever can ask does.
    package var isFirstStart: Bool {
        guard let profile, options.keypairSeed == nil, options.keypairFile == nil else { return false }
        return Folder.status(profile.identityFile) == nil && Folder.status(profile.configurationFile) == nil
    }

    private static func config(_ settings: SettingsLayer, isClosed: Bool) throws(UserError) -> MeshConfig {
        var config = MeshConfig()
        let bind = settings.bindAddress ?? config.bindAddress.host
        config.bindAddress = Endpoint(host: bind, port: settings.port ?? config.bindAddress.port)
        config.discoveryPort = settings.discoveryPort ?? config.discoveryPort
        config.nick = settings.nick
        config.seedPeers = settings.seedPeers ?? []
        config.advertise = settings.advertise ?? []
        config.tls = settings.usesTLS ?? true
        config.discovers = settings.discovers ?? true
        config.historyForNew = settings.historyForNew ?? .all
        (config.keepMessages, config.storedMessages) = (settings.keepMessages?.duration, settings.storedMessages)
        config.requireInvitation = isClosed
        if settings.usesWideArea ?? false { config.relaxForWideArea() }
        config.logger = try LogFile.logger(level: settings.logLevel ?? .warning, file: settings.logFile)
        return config
    }

    /// The identity of this run and the key of its files; makes and keeps what is missing in a new profile. For
    /// whoever holds the profile's lock. Nil for a throw-away identity; no store key without a profile.
    ///
    /// - Throws: ``UserError`` 64, 65 for a key that is none, 73, 77.
    package func keys(say: (String) -> Void) throws(UserError) -> (seed: IdentitySeed, storeKey: SecretBytes?)? {
        if let seed = try givenSeed(say: say) {
            return (
                seed,
                try profile.map { profile throws(UserError) in
                    try ProfileKeys.storeKey(profile, creating: true)
                }
            )
        }
        guard let profile else { return nil }
        return try ProfileKeys.load(profile, passphrase: options.passphrase.source, creating: true, say: say)
    }

    /// That of `--keypair-seed` or `--keypair-file`.
    private func givenSeed(say: (String) -> Void) throws(UserError) -> IdentitySeed? {
        if let hex = options.keypairSeed {
            say("--keypair-seed is visible to everybody on this machine (ps, shell history); prefer --keypair-file")
            guard let bytes = Hex.decode(hex), let seed = IdentitySeed(bytes: bytes) else {
                throw UserError(.usage, "--keypair-seed must be 64 hex digits")
            }
            return seed
        }
        guard let path = options.keypairFile else { return nil }
        return try KeypairFile.load(path, options.passphrase.source, say: say).secrets.seed
    }
}

extension UserError {
    /// For what stands wrong in config.toml.
    package var orWithoutConfig: UserError {
        UserError(status, sentence + "; to start without this file: --no-config")
    }
}

extension MeshConfig {
    /// `--wan`: for links with round trips of up to some seconds and bursts of loss. Gossip and heartbeats become
    /// rarer, verdicts slower: a dead peer is noticed after several seconds instead of one or two.
    mutating func relaxForWideArea() {
        gossipInterval = .seconds(3)
        heartbeatInterval = .seconds(2)
        phiThreshold = 12
        ihaveTimeout = .seconds(2)
        rebalanceInterval = .seconds(15)
        recoveryBaseDelay = .seconds(1)
        connectTimeout = .seconds(15)
    }
}
