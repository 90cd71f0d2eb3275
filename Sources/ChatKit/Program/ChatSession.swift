package import Logging
package import Mesh
package import MeshCore

/// A running node with what its user has settled: identity, profile, trusted keys. What both programs stand on.
package final class ChatSession: Sendable {
    package let node: MeshNode
    package let trustBook: TrustBook
    package let ownAddress: OwnAddress
    /// Everything that happens from the start of the node on; for one reader.
    package let events: AsyncStream<MeshEvent>
    /// Somebody to dial is known, so a node without a network waits to be admitted instead of founding one.
    package let hasSeedPeers: Bool
    package let logger: Logger
    /// Keeps other programs off the profile for as long as this lives.
    private let lock: ProfileLock?
    private let plan: SessionPlan

    private init(
        node: MeshNode, trustBook: TrustBook, config: MeshConfig, lock: ProfileLock?, plan: SessionPlan
    ) {
        (self.node, self.trustBook, self.lock, self.plan) = (node, trustBook, lock, plan)
        ownAddress = OwnAddress(contact: node.contact, usesTLS: config.tls)
        (hasSeedPeers, logger) = (!config.seedPeers.isEmpty, config.logger)
        events = node.events()
    }

    /// Opens the profile and starts the node.
    ///
    /// - Parameter say: gets each sentence that the user should read on the way.
    /// - Throws: ``UserError``.
    package static func start(_ plan: SessionPlan, say: @escaping @Sendable (String) -> Void) async throws
        -> ChatSession
    {
        let lock = try plan.profile.map { profile throws(UserError) in try ProfileLock(profile) }
        var config = plan.config
        let keys = try plan.keys(say: say)
        config.keypairSeed = keys?.seed
        var trustBook = TrustBook()
        if let profile = plan.profile, let keys, let storeKey = keys.storeKey {
            if plan.keepsHistory {
                switch try HistoryFile.open(profile, keys.seed, storeKey) {
                case .success(let store): config.messageStore = store
                case .failure(let error): config.historyProblem = "\(error)"
                }
            }
            let file = try NetworkFile(profile.networkFile, storeKey: storeKey, warn: say)
            try config.takeKind(of: file.storedNetwork(), profile: profile)
            config.store = file
            trustBook = try TrustBook(profile.trustFile, storeKey: storeKey)
        }
        let node = try await startNode(config, isPortChosen: plan.isPortChosen, say: say)
        return ChatSession(node: node, trustBook: trustBook, config: config, lock: lock, plan: plan)
    }

    /// A port that nobody asked for may be another one; a port that was asked for may not.
    private static func startNode(
        _ config: MeshConfig, isPortChosen: Bool, say: (String) -> Void
    ) async throws(UserError) -> MeshNode {
        do {
            return try await node(config)
        } catch  where error.code == .portInUse {
            guard !isPortChosen else {
                throw UserError(
                    .cannotCreate,
                    "port \(config.bindAddress.port) on \(config.bindAddress.host) is in use by another "
                        + "program; choose another one with --port, or 0 for any free one")
            }
            var other = config
            other.bindAddress = Endpoint(host: config.bindAddress.host, port: 0)
            do {
                let node = try await node(other)
                say("port \(config.bindAddress.port) is in use, so this node listens on \(node.listening.port)")
                return node
            } catch {
                throw UserError(error)
            }
        } catch {
            throw UserError(error)
        }
    }

    private static func node(_ config: MeshConfig) async throws(MeshError) -> MeshNode {
        do {
            return try await MeshNode.start(config)
        } catch let error as MeshError {
            throw error
        } catch {
            throw MeshError(.internal, "\(error)")
        }
    }

    /// Takes notice of the nicks that members go by; tells of keys that are new behind a known nick.
    package func meetMembers() async throws -> [String] {
        try await node.members().compactMap { member in
            guard !member.isSelf, let nick = member.nick, member.isMember else { return nil }
            return try meet(member.id, nick: nick)
        }
    }

    /// The sentence to show when `key` is a new one behind the nick.
    package func meet(_ key: NodeID, nick: String) throws(UserError) -> String? {
        try trustBook.meet(key, nick: nick).map { newKeySentence(key, nick: nick, known: $0) }
    }

    /// Why direct messages to that nick wait; nil when they need not.
    package func pinProblem(_ key: NodeID, nick: String) -> String? {
        guard let known = trustBook.pinnedKey(nick), known != key else { return nil }
        return newKeySentence(key, nick: nick, known: known)
    }

    private func newKeySentence(_ key: NodeID, nick: String, known: NodeID) -> String {
        let name = SafeText.printable(nick, limit: 64)
        return "NEW KEY \(key.short) calls itself \(name), which was \(known.short) before; direct messages to \(name) "
            + "wait: ask them by voice whether the key is theirs (/verify \(key.hex)), then /trust \(key.hex)"
    }

    /// From now on this key is the one behind its nick.
    package func trust(_ key: NodeID) async throws {
        guard let member = try await node.members().first(where: { $0.id == key }) else {
            throw MeshError(.unknownMember, "no member has the key \(key.short)")
        }
        guard let nick = member.nick else {
            throw MeshError(.badArgument, "\(key.short) has no nick yet, so there is nothing to trust it with")
        }
        try trustBook.trust(key, nick: nick)
    }

    /// For this run and the later ones of the profile; the user's `config.toml` stays as it is.
    package func setNick(_ nick: String) async throws {
        if let problem = SafeText.nickProblem(nick) { throw MeshError(.badArgument, problem) }
        try await node.setNick(nick)
        if let profile = plan.profile { try NickFile.keep(nick, over: plan.configuredNick, profile) }
    }
}

extension MeshConfig {
    /// A profile that is in a network stays in it: in a closed one whether or not the flag is given again.
    fileprivate mutating func takeKind(of network: StoredNetwork, profile: Profile) throws(UserError) {
        switch network {
        case .none: break
        case .closed: requireInvitation = true
        case .open where requireInvitation:
            throw UserError(
                .badConfiguration,
                "the profile \"\(profile.name)\" is in an open network, where nobody needs an "
                    + "invitation; use --profile NAME for a closed one, or leave the open one with /network forget")
        case .open: break
        }
    }
}

extension UserError {
    /// A node that could not start.
    init(_ error: MeshError) {
        let status: ExitStatus =
            switch error.code {
            case .badArgument: .usage
            case .portInUse: .cannotCreate
            case .io: .cannotCreate
            default: .failed
            }
        self.init(status, error.reason)
    }
}
