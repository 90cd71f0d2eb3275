internal import Logging
package import Mesh
internal import MeshCore
package import MeshCrypto

/// What flags, variables and `config.toml` add up to: everything needed to start a node.
package struct SessionPlan: Sendable {
    /// Nil for a throw-away identity.
    package let profile: Profile?
    package let config: MeshConfig
    /// Somebody asked for this very port, so no other one will do.
    package let isPortChosen: Bool
    private let options: CommonOptions

    /// - Throws: ``UserError`` 64, 77 or 78.
    package init(_ options: CommonOptions, environment: Environment = .current) throws(UserError) {
        self.options = options
        profile = options.ephemeral ? nil : try options.profile.resolve()
        var settings = try options.layer().over(try SettingsLayer(environment))
        if let profile { settings = settings.over(try ConfigFile.load(profile.configurationFile)) }
        isPortChosen = settings.port != nil
        config = try Self.config(settings, isClosed: options.inviteOnly)
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
        config.requireInvitation = isClosed
        if settings.usesWideArea ?? false { config.relaxForWideArea() }
        config.logger = try LogFile.logger(level: settings.logLevel ?? .warning, file: settings.logFile)
        return config
    }

    /// The identity of this run; makes and keeps a new one for a new profile.
    ///
    /// - Throws: ``UserError`` 65 for a key that is none, 73, 77.
    package func identity(say: (String) -> Void) throws(UserError) -> IdentitySeed? {
        if let hex = options.keypairSeed {
            say("--keypair-seed is visible to everybody on this machine (ps, shell history); prefer --keypair-file")
            guard let bytes = Hex.decode(hex), let seed = IdentitySeed(bytes: bytes) else {
                throw UserError(.usage, "--keypair-seed must be 64 hex digits")
            }
            return seed
        }
        if let path = options.keypairFile { return try KeypairFile.load(path) }
        guard let profile else { return nil }
        if let seed = try IdentityFile.load(profile.identityFile) { return seed }
        let seed = IdentitySeed.random()
        try IdentityFile.create(profile.identityFile, seed)
        say("made a new identity, \(profile.identityFile): keep a copy, it is you")
        return seed
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

/// `--keypair-file`: an identity from anywhere, 32 raw bytes or 64 hex digits, for whoever keeps keys elsewhere.
enum KeypairFile {
    static func load(_ path: String) throws(UserError) -> IdentitySeed {
        if path != "-", let seed = try? IdentityFile.load(path) { return seed }
        var bytes = try read(path)
        // The buffer held a secret; it is overwritten before its memory goes back.
        defer { for index in bytes.indices { bytes[index] = 0 } }
        if let seed = IdentitySeed(bytes: bytes) { return seed }
        let text = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
        if let decoded = Hex.decode(text), let seed = IdentitySeed(bytes: decoded) { return seed }
        let name = path == "-" ? "standard input" : path
        throw UserError(.badData, "\(name) holds neither 32 raw bytes nor 64 hex digits, so it is no identity")
    }

    private static func read(_ path: String) throws(UserError) -> [UInt8] {
        do {
            if path != "-" { return try OpenFile(path, for: .read).readAll(limit: 256) ?? [] }
            return try Descriptor.read(0) ?? []
        } catch {
            throw UserError(.noPermission, "cannot read \(path): \(error)")
        }
    }
}
