internal import MeshCore
internal import MeshCrypto

extension MeshConfig {
    /// Refuses, with a sentence, what makes no sense.
    func validate() throws(MeshError) {
        try check(minDegree >= 1 && minDegree <= maxDegree) {
            "minDegree is \(minDegree) and maxDegree \(maxDegree); at least 1, and the first not above the second"
        }
        try check(phiThreshold.isFinite && phiThreshold > 0) { "phiThreshold is \(phiThreshold), not above 0" }
        try check(maxDiscoveryRetries >= 1) { "maxDiscoveryRetries is \(maxDiscoveryRetries), less than 1" }
        let durations = [
            ("gossipInterval", gossipInterval), ("heartbeatInterval", heartbeatInterval),
            ("rebalanceInterval", rebalanceInterval), ("ihaveTimeout", ihaveTimeout),
            ("recoveryBaseDelay", recoveryBaseDelay), ("connectTimeout", connectTimeout),
        ]
        for (name, value) in durations {
            // A millisecond is the resolution of the event loop; a day keeps every sum of times in range.
            try check((.milliseconds(1) ... .seconds(86_400)).contains(value)) {
                "\(name) is \(value), not between a millisecond and a day"
            }
        }
        try check((1...WireLimits.name).contains(networkName.utf8.count)) {
            "the network's name has \(networkName.utf8.count) bytes, not 1 to \(WireLimits.name)"
        }
        if let nick, let problem = Nick.problem(with: nick) { throw MeshError(.badArgument, "a nick \(problem)") }
        try check(advertise.count <= WireLimits.endpoints) {
            "\(advertise.count) addresses are advertised, \(WireLimits.endpoints) are allowed"
        }
        for endpoint in advertise {
            try check(endpoint.port != 0) { "\(endpoint) cannot be dialled: its port is 0" }
        }
        for seed in seedPeers {
            try check(seed.key.map(KeyAcceptance.isAcceptable) ?? true) {
                "the key of the seed peer \(seed.endpoint) is a weak key that nobody can own"
            }
        }
    }

    private func check(_ isGood: Bool, _ reason: () -> String) throws(MeshError) {
        if !isGood { throw MeshError(.badArgument, reason()) }
    }

    /// What the protocol needs of it.
    var forCore: NodeConfiguration {
        var core = NodeConfiguration()
        (core.minDegree, core.maxDegree) = (minDegree, maxDegree)
        (core.requireInvitation, core.networkName) = (requireInvitation, networkName)
        (core.seedPeers, core.nick, core.discovers, core.usesTLS) = (seedPeers, nick, discovers, tls)
        (core.gossipInterval, core.heartbeatInterval) = (gossipInterval, heartbeatInterval)
        (core.phiThreshold, core.rebalanceInterval) = (phiThreshold, rebalanceInterval)
        (core.ihaveTimeout, core.maxDiscoveryRetries) = (ihaveTimeout, maxDiscoveryRetries)
        (core.recoveryBaseDelay, core.connectTimeout) = (recoveryBaseDelay, connectTimeout)
        core.historyForNew = historyForNew
        core.isDurable = messageStore != nil
        core.historyProblem = historyProblem
        (core.keepMessages, core.storedMessages) = (keepMessages, storedMessages)
        return core
    }
}
