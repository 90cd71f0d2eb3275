import MeshCore
import MeshSimulator

/// Nobody tells that it lives: neither heartbeats go nor the digests in their place.
struct NoBeats: Defect {
    mutating func alter(_ effects: inout [Effect], of node: SimulatedNode, after input: Input, in world: World) {
        effects.removeAll { effect in
            switch effect {
            case .send(_, .heartbeat): true
            case .send(_, .digest(let digest)): digest.detail == nil
            default: false
            }
        }
    }
}

/// After the first meeting nobody dials any more.
struct NoDials: Defect {
    mutating func alter(_ effects: inout [Effect], of node: SimulatedNode, after input: Input, in world: World) {
        guard world.elapsed > .seconds(10) else { return }
        effects.removeAll { if case .dial = $0 { true } else { false } }
    }
}

/// Whatever digest comes, it is taken to be equal to the own one.
struct AllDigestsEqual: Defect {
    private var roots: [Int: Hash] = [:]

    mutating func altered(_ input: Input, for node: SimulatedNode, in world: World) -> Input? {
        guard case .message(let link, .digest) = input, let root = roots[node.index] else { return input }
        return .message(link, .digest(Digest(root: root, detail: nil)))
    }

    mutating func alter(_ effects: inout [Effect], of node: SimulatedNode, after input: Input, in world: World) {
        for case .send(_, .digest(let digest)) in effects { roots[node.index] = digest.root }
    }
}

/// What a revocation honours is not looked at: every frontier is taken to be empty.
struct FrontierIgnored: Defect {
    mutating func altered(_ input: Input, for node: SimulatedNode, in world: World) -> Input? {
        guard case .message(let link, .operations(let chunk)) = input, let network = Self.network(of: node) else {
            return input
        }
        let operations = chunk.operations.map { operation -> Operation in
            guard case .revoke(let signed) = operation, var revoke = try? Revoke(body: signed.body),
                let signer = world.nodes.first(where: { $0.id == revoke.signer })
            else { return operation }
            revoke.frontier = []
            return .revoke(revoke.signed(in: network, with: signer.cryptography))
        }
        return .message(link, .operations(OperationsChunk(operations: operations)))
    }

    private static func network(of node: SimulatedNode) -> Hash? {
        var core = node.core
        return core.status.network
    }
}

/// Nobody learns of a revocation but who signed it.
struct NoRevocations: Defect {
    mutating func altered(_ input: Input, for node: SimulatedNode, in world: World) -> Input? {
        switch input {
        case .message(_, .reject): return nil
        case .message(let link, .operations(let chunk)):
            let invitations = chunk.operations.filter { if case .invite = $0 { true } else { false } }
            return .message(link, .operations(OperationsChunk(operations: invitations)))
        default: return input
        }
    }
}

/// Messages that were seen are forgotten at once: each copy is told again.
struct DuplicatesTold: Defect {
    private struct Place: Hashable {
        let node: Int
        let body: [UInt8]
    }
    private var told: [Place: MeshEvent] = [:]

    mutating func alter(_ effects: inout [Effect], of node: SimulatedNode, after input: Input, in world: World) {
        guard case .message(_, .gossip(let gossip)) = input, case .chat(let envelope) = gossip.item else { return }
        let place = Place(node: node.index, body: envelope.message.body)
        let event = effects.lazy.compactMap { effect -> MeshEvent? in
            if case .emit(let event) = effect, case .chatMessageReceived = event { event } else { nil }
        }.first
        if let event {
            told[place] = event
        } else if let event = told[place] {
            effects.append(.emit(event))
        }
    }
}

/// Requests for what is missing are not answered.
struct NoAnswers: Defect {
    mutating func altered(_ input: Input, for node: SimulatedNode, in world: World) -> Input? {
        if case .message(_, .routed(let routed)) = input, case .request = routed.item { return nil }
        return input
    }
}

/// Once pruned, a link is never eager again: nobody hears GRAFT, nor the flag that starts trees anew.
struct PruneForEver: Defect {
    mutating func altered(_ input: Input, for node: SimulatedNode, in world: World) -> Input? {
        guard case .message(let link, let message) = input else { return input }
        switch message {
        case .graft: return nil
        case .gossip(var gossip):
            gossip.isReset = false
            return .message(link, .gossip(gossip))
        case .ihave(var announcement):
            announcement.isReset = false
            return .message(link, .ihave(announcement))
        default: return input
        }
    }
}

/// The node says that it is connected whatever happens.
struct AlwaysConnected: Defect {
    mutating func alter(_ effects: inout [Effect], of node: SimulatedNode, after input: Input, in world: World) {
        for index in effects.indices {
            if case .emit(.stateChanged(_, let reason)) = effects[index] {
                effects[index] = .emit(.stateChanged(.connected, reason: reason))
            }
        }
    }
}
