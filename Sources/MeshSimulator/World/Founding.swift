import Dispatch
package import MeshCore

/// How a world's network begins.
package struct Founding: Sendable {
    /// How many have met before: members who know everybody and each other's addresses. The others are invited as
    /// well, but hold nothing yet. Nil: all.
    package var acquainted: Int?
    /// How many are invited, the first ones; the others are strangers. Nil: all.
    package var invited: Int?
    package var change: @Sendable (Int, inout NodeConfiguration) -> Void = { _, _ in }
    package var isDiallable: @Sendable (Int) -> Bool = { _ in true }

    package init() {}

    /// Live invitations by one member, as many as the protocol lets it sign (design, 10).
    static let invitesPerSponsor = 16
}

extension World {
    /// A closed network of `count` members: node 0 founded it, each member invited up to 16 others.
    package convenience init(_ options: Options, count: Int, founding: Founding = Founding()) {
        self.init(options)
        populate(count, among: count, founding: founding)
        settle(founding.acquainted ?? count, invited: founding.invited ?? count)
    }

    /// Adds nodes without a network.
    package func populate(_ count: Int, among total: Int, founding: Founding) {
        for index in nodes.count..<nodes.count + count {
            var configuration = NodeConfiguration()
            configuration.requireInvitation = true
            configuration.discovers = false
            configuration.nick = "node\(index)"
            configuration.limits.members = max(configuration.limits.members, 2 * total)
            founding.change(index, &configuration)
            add(
                configuration, cryptography: cryptography(of: index, among: total),
                isDiallable: founding.isDiallable(index))
        }
    }

    /// Writes into the stores of the first `members` nodes what they would hold had they met before.
    private func settle(_ members: Int, invited: Int) {
        let founder = nodes[0].cryptography
        guard let nonce = Bytes32(founder.randomBytes(Bytes32.count)) else { return }
        let genesis = Genesis(
            signer: nodes[0].id, name: "simulated", at: now.wall, nonce: nonce, previous: nil, roster: [])
        let signed = genesis.signed(in: .zero, with: founder)
        let network = Genesis.networkID(ofBody: signed.body, with: founder)
        let operations = invitations(of: max(members, invited), in: network)
        let addresses = (0..<members).filter { nodes[$0].isDiallable }.map {
            StateEntry.endpoint(nodes[$0].id, nodes[$0].endpoint)
        }
        let entries = [.genesis(signed)] + operations.map { StateEntry.operation($0) } + addresses
        for node in nodes.prefix(members) {
            node.store = entries
            node.isAcquainted = true
        }
        likeness = NodeCore(
            configuration: nodes[0].configuration, cryptography: founder, restored: entries, randomSeed: 0, now: now)
    }

    /// Starts the acquainted nodes at one moment and lets them link, each hearing of every record at once instead of
    /// by gossip. Ends when nobody has had anything to publish for a second, or after `limit`.
    package func startAcquainted(within limit: Duration = .seconds(20)) {
        let acquainted = nodes.filter(\.isAcquainted)
        isIntroducing = true
        for node in acquainted { start(node) }
        // Everybody has published; the first connection takes longer.
        run(for: network.storeDelay)
        guard var common = acquainted.first?.core.heldRecords else { return }
        let nicks = Dictionary(uniqueKeysWithValues: acquainted.map { ($0.id, $0.configuration.nick ?? "") })
        var quiet = 0
        let end = time + limit.nanoseconds
        while quiet < 10, time < end {
            var isNews = false
            var links: [(NodeID, LinksValue)] = []
            for node in acquainted {
                for entry in node.ask({ $0.ownRecords }) where common.insert(entry, of: node.id) == .new {
                    isNews = true
                    if entry.key == RecordKey.links, let value = try? LinksValue(decoding: entry.value) {
                        links.append((node.id, value))
                    }
                }
            }
            quiet = isNews ? 0 : quiet + 1
            if isNews {
                // Once for all of them: its lines are part of the storage that they share.
                _ = common.digest(with: acquainted[0].cryptography)
                Introduction(nodes: acquainted, common: common, nicks: nicks, links: links)
                    .perform(onAllCores: helper != nil)
            }
            run(for: .milliseconds(100))
        }
        isIntroducing = false
    }

    /// Breadth first: node 0 invites 1 to 16, node 1 invites 17 to 32, and so on.
    private func invitations(of members: Int, in network: Hash) -> [Operation] {
        var heads: [Int: Hash] = [:]
        return (1..<max(1, members)).map { subject in
            let sponsor = (subject - 1) / Founding.invitesPerSponsor
            let cryptography = nodes[sponsor].cryptography
            let invite = Invite(
                signer: nodes[sponsor].id, prev: heads[sponsor] ?? .zero, subject: nodes[subject].id, at: now.wall)
            let operation = Operation.invite(invite.signed(in: network, with: cryptography))
            heads[sponsor] = operation.id(in: network, with: cryptography)
            return operation
        }
    }

    /// Starts these nodes, spread evenly over a time.
    package func startAll(_ indices: some Collection<Int>, over duration: Duration = .seconds(1)) {
        let step = duration.nanoseconds / Int64(max(1, indices.count))
        for (place, index) in indices.enumerated() {
            schedule(.fault(.restart(index)), after: step * Int64(place))
        }
    }
}

/// What all nodes of a world hear at once.
///
/// Unchecked, because of each node it is one thread alone that touches it, and none of the values changes.
private struct Introduction: @unchecked Sendable {
    let nodes: [SimulatedNode]
    let common: RecordStore
    let nicks: [NodeID: String]
    let links: [(NodeID, LinksValue)]

    func perform(onAllCores isShared: Bool) {
        guard isShared else { return nodes.indices.forEach(tell) }
        DispatchQueue.concurrentPerform(iterations: nodes.count) { tell($0) }
    }

    private func tell(_ index: Int) { nodes[index].core.adopt(common, nicks: nicks, links: links) }
}
