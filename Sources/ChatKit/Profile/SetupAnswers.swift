package import MeshCore

/// What somebody answers at the first start, and `config.toml` written from it: once, with comments, never again.
package struct SetupAnswers: Equatable, Sendable {
    package var nick: String
    package var seed: SeedPeer?
    package var listen: Endpoint
    package var searches: Bool

    package init(nick: String, seed: SeedPeer?, listen: Endpoint, searches: Bool) {
        (self.nick, self.seed, self.listen, self.searches) = (nick, seed, listen, searches)
    }

    package var configuration: String {
        """
        # mesh-chat: change what you like; this file is never rewritten.
        nick = \(Self.quoted(nick))
        port = \(listen.port)                  # TCP port; 0 takes any free one
        bind_addr = \(Self.quoted(listen.host))       # 0.0.0.0 is all addresses of this machine
        discovery = \(searches)              # look for members on the local net
        discovery_port = 9999        # by UDP broadcast on this port
        wan_mode = false             # relaxed timing for slow links
        # [PUBKEY@]HOST:PORT; with the key nobody else can answer in its place
        seed_peers = [\(seed.map { Self.quoted($0.description) } ?? "")]

        """
    }

    /// - Throws: ``UserError`` 73 when there is such a file already, or it cannot be made.
    package func write(_ profile: Profile) throws(UserError) {
        try Folder.prepare(profile.configurationFolder)
        do {
            let file = try OpenFile(profile.configurationFile, for: .create)
            try file.write(Array(configuration.utf8))
            try file.synchronize()
        } catch {
            throw UserError(.cannotCreate, "cannot write \(profile.configurationFile): \(error)")
        }
    }

    /// A TOML basic string. Nicks have no controls; quotes and backslashes they may have.
    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
