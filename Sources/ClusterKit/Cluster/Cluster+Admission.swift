internal import ChatKit
internal import MeshCore

// How nodes become members of a closed network.
extension Cluster {
    /// One member vouches for so many others.
    private static var invitesPerSponsor: Int { NodeConfiguration().limits.invitesPerSponsor }

    func invite(_ number: Int, by member: Int) async throws {
        try await call(member, "invite", [.init("key", .string(try node(number).key))])
        invitations[member, default: 0] += 1
    }

    /// The first node that runs and may still invite somebody.
    var voucher: Int? {
        nodes.values.filter { $0.answers && invitations[$0.number, default: 0] < Self.invitesPerSponsor }
            .map(\.number).min()
    }

    /// Starts the nodes of a new network: in a closed one as many at a time as its members may invite, who must be
    /// members themselves before they do.
    func admit(_ numbers: [Int], _ limit: Duration) async throws {
        var rest = numbers[...]
        while !rest.isEmpty {
            let wave = isOpen ? Array(rest) : try await inviteSome(of: rest)
            guard !wave.isEmpty else {
                throw StepFailure(
                    expected: "somebody invites \(NodeSelection.text(Array(rest)))", found: ["nobody may"])
            }
            rest = rest.dropFirst(wave.count)
            let members = nodes.values.filter(\.answers).map(\.number).sorted()
            // Whoever is dialled must know of the invitation, or turns the newcomer away for some seconds.
            if !isOpen { try await wait(members, [.sees(.these(wave), "invited")], limit) }
            try await each(wave) { cluster, number in try await cluster.launch(number) }
            if !rest.isEmpty { try await wait(wave, [.count(.online, .atLeast, 2)], limit) }
        }
    }

    private func inviteSome(of numbers: ArraySlice<Int>) async throws -> [Int] {
        var invited: [Int] = []
        for number in numbers {
            guard let member = voucher else { break }
            try await invite(number, by: member)
            invited.append(number)
        }
        return invited
    }
}
