package import Mesh
internal import MeshCore

/// Performs the commands of the machine interface on a node. One per run, shared by every connection.
package struct MachineRunner: Sendable {
    private let session: ChatSession
    private var node: MeshNode { session.node }

    package init(_ session: ChatSession) { self.session = session }

    /// The line that answers `request`. `subscribe` and `quit` concern the connection as well; they are answered
    /// here, and whoever reads the connection acts on them.
    package func answer(_ request: MachineRequest) async -> JSON {
        do {
            return try await perform(request.command.get(), ref: request.ref)
        } catch let refusal as MachineRefusal {
            return MachineLine.error(ref: request.ref, refusal)
        } catch let error as MeshError {
            return MachineLine.error(ref: request.ref, MachineRefusal(error))
        } catch let error as UserError {
            return MachineLine.error(ref: request.ref, MachineRefusal(.io, error.sentence))
        } catch {
            return MachineLine.error(ref: request.ref, MachineRefusal(.internal, "\(error)"))
        }
    }

    private func perform(_ command: MachineCommand, ref: String?) async throws -> JSON {
        switch command {
        case .send(let text):
            return sent(try await node.sendChat(Array(text.utf8)), ref)
        case .direct(let to, let text):
            return sent(try await node.sendDirectChat(to: try await recipient(to), Array(text.utf8)), ref)
        case .broadcast(let data): try await node.broadcast(data)
        case .unicast(let to, let data): try await node.send(to: try await member(to), data)
        case .invite(let key):
            return MachineLine.ack(ref: ref, try await node.invite(key) ? [] : [.init("already", .bool(true))])
        case .revoke(let key, let frontier, isDryRun: true):
            return MachineLine.revokePlan(ref: ref, try await falls(with: key, frontier: frontier))
        case .revoke(let key, let frontier, isDryRun: false):
            let isNew = try await node.revoke(key, frontier: frontier)
            return MachineLine.ack(ref: ref, isNew ? [] : [.init("already", .bool(true))])
        case .network(let action): try await perform(action)
        case .verify(let key, let marks): return try await verify(key, marks: marks, ref)
        case .trust(let key): try await session.trust(key)
        case .accept(let key): try await node.acceptOffer(from: key)
        case .nick(let nick): try await session.setNick(nick)
        case .members: return MachineLine.members(ref: ref, try await node.members())
        case .links: return MachineLine.links(ref: ref, try await node.links(), now: TimeText.now)
        case .history(let since, let limit):
            return MachineLine.history(ref: ref, try await node.chatHistory(since: since, limit: limit))
        case .clear: try await node.clearHistory()
        case .whoHas(let message): return try await delivery(of: message, ref)
        case .status:
            return MachineLine.status(
                ref: ref, try await node.status(), session.ownAddress, faults: try await node.faults())
        case .graph: return MachineLine.graph(ref: ref, try await node.graph())
        case .wait(let condition, let timeout): try await node.wait(for: condition, timeout: timeout)
        case .subscribe(let types):
            if let unknown = EventLine.unknownType(in: types) {
                let hint = NearestName.hint(for: unknown, among: EventLine.types)
                throw MachineRefusal(
                    .badArgument, "no event is called \"\(SafeText.printable(unknown, limit: 80))\"" + hint)
            }
        case .faults(let table):
            guard try await node.setFaults(table) else {
                throw MachineRefusal(
                    .badCommand, "this node takes no faults; start it with: mesh-node run --enable-faults")
            }
        case .quit: break
        }
        return MachineLine.ack(ref: ref)
    }

    private func sent(_ id: Hash, _ ref: String?) -> JSON {
        MachineLine.ack(ref: ref, [.init("id", .string(id.hex))])
    }

    private func delivery(of message: OwnMessage, _ ref: String?) async throws -> JSON {
        guard let delivery = try await node.delivery(of: message) else {
            throw MachineRefusal(.badArgument, OwnMessage.missing)
        }
        return MachineLine.delivery(ref: ref, delivery, try await node.members())
    }

    private func perform(_ action: NetworkAction) async throws {
        switch action {
        case .found(let name): try await node.foundNetwork(name: name)
        case .refound: try await node.refoundNetwork()
        case .forget: try await node.forgetNetwork()
        }
    }

    private func verify(_ key: NodeID, marks: Bool, _ ref: String?) async throws -> JSON {
        let number = try await node.safetyNumber(with: key)
        if marks { try session.trustBook.markVerified(key) }
        return MachineLine.ack(
            ref: ref,
            [
                .init("safetyNumber", .string(number)), .init("verified", .bool(session.trustBook.isVerified(key))),
            ])
    }

    private func falls(with key: NodeID, frontier: [Hash]?) async throws -> [MemberInfo] {
        let falling = Set(try await node.whoFalls(with: key, frontier: frontier))
        return try await node.members().filter { falling.contains($0.id) }
    }

    private func member(_ text: String) async throws -> NodeID {
        let members = try await node.members()
        return try refusing { () throws(MemberLookup.Failure) in try MemberLookup.find(text, among: members) }
    }

    /// Like ``member``, and only when no other key went by that nick before.
    private func recipient(_ text: String) async throws -> NodeID {
        let key = try await member(text)
        if NodeID(hex: text) == nil, let problem = session.pinProblem(key, nick: text) {
            throw MachineRefusal(.badArgument, problem)
        }
        return key
    }

    private func refusing(_ body: () throws(MemberLookup.Failure) -> NodeID) throws(MachineRefusal) -> NodeID {
        do {
            return try body()
        } catch {
            throw MachineRefusal(error.code, error.sentence)
        }
    }
}

extension MachineRefusal {
    package init(_ error: MeshError) {
        let code: MachineCode =
            switch error.code {
            case .badArgument, .limit: .badArgument
            case .unknownMember: .unknownMember
            case .notAMember: .notAMember
            case .revoked: .revoked
            case .tooLong: .tooLong
            case .timeout: .timeout
            case .io, .portInUse, .stopped: .io
            case .internal: .internal
            }
        self.init(code, error.reason)
    }
}
