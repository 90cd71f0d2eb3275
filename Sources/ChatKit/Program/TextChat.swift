internal import Mesh
package import MeshCore

/// mesh-chat for people: typed lines in, messages and notices out.
package actor TextChat {
    /// Lines of a pipe that wait for the network; beyond this the pipe is not read further.
    private static let heldLimit = 1_000

    let session: ChatSession
    let output: ChatOutput
    var view: TextView
    var members: [MemberInfo] = []
    var offers: [NodeID: Offer] = [:]
    /// Lines of a pipe that could not be sent yet, in order.
    private var held: [String] = []
    let delivery: DeliveryWatch
    /// Members whose `joined` notice waits for their nick; no more than there are members.
    private var unnamed: [NodeID: MeshEvent] = [:]
    private var sendingHeld: Task<Void, Never>?

    var node: MeshNode { session.node }

    package init(_ session: ChatSession, _ output: ChatOutput, isStyled: Bool) {
        (self.session, self.output, delivery) = (session, output, DeliveryWatch(session.node))
        view = TextView(selfID: session.node.publicKey, hasSeedPeers: session.hasSeedPeers, isStyled: isStyled)
    }

    // MARK: Out

    /// Who this is, where it listens, what to do next.
    package func greet() async {
        await refreshMembers()
        let status = try? await node.status()
        let nick = status?.nick.map { SafeText.printable($0, limit: 64) }
        say("You are: \(nick ?? "nobody yet (/nick NAME)") [\(node.publicKey.short)]")
        say("Listening on: \(node.listening)")
        say("For a friend: \(session.ownAddress.contact)")
        if session.ownAddress.tls == "off" {
            say(
                "TLS is off: who watches the wire sees who talks to whom, when, how much, and all nicks; "
                    + "only what is said stays sealed")
        }
        guard status?.network == nil else { return }
        say(
            session.hasSeedPeers
                ? "Waiting to be admitted: send your key to somebody who is a member"
                : "No network yet: /invite KEY founds one with you and your friend")
    }

    package func show(_ event: MeshEvent) async {
        switch event {
        case .nodeJoined, .nickChanged, .memberInvited, .memberRevoked, .memberFell, .linkUp: await refreshMembers()
        case .offered(let offer):
            if offers.count < 16 { offers[offer.from] = offer }
        default: break
        }
        for event in named(event) {
            for line in view.lines(for: event, members: members, now: TimeText.now) { await show(line) }
        }
        switch event {
        case .linkUp, .nickChanged: await sendHeld()
        default: break
        }
    }

    /// A newcomer is in reach a moment before their nick is known; the notice waits for it, for 2 s at most.
    private func named(_ event: MeshEvent) -> [MeshEvent] {
        switch event {
        case .nodeJoined(let id, nil, let first):
            if let nick = members.first(where: { $0.id == id })?.nick {
                return [.nodeJoined(id, nick: nick, first: first)]
            }
            unnamed[id] = event
            Task {
                try? await Task.sleep(for: .seconds(2))
                if let late = unnamed.removeValue(forKey: id) {
                    for line in view.lines(for: late, members: members, now: TimeText.now) { await show(line) }
                }
            }
            return []
        case .nickChanged(let id, let nick, _):
            guard unnamed.removeValue(forKey: id) != nil else { return [event] }
            return [.nodeJoined(id, nick: nick, first: true)]
        case .nodeLeft(let id, _, _):
            // Who came and went before anybody knew their name was never announced.
            return unnamed.removeValue(forKey: id) == nil ? [event] : []
        default: return [event]
        }
    }

    func show(_ line: ViewLine) async {
        switch line {
        case .message(let text): await output.write(text)
        case .notice(let text): say(text)
        }
    }

    func say(_ text: String) { output.say(text) }

    func refreshMembers() async {
        guard let current = try? await node.members() else { return }
        members = current
        for sentence in (try? await session.meetMembers()) ?? [] where !told.contains(sentence) {
            if told.count < 256 { told.insert(sentence) }
            say("* " + sentence)
        }
    }

    /// Warnings about keys that were given already.
    private var told: Set<String> = []

    // MARK: In

    /// Performs one typed line; false when it was `/quit`.
    package func perform(_ line: String, isTerminal: Bool) async -> Bool {
        switch TypedLine(line) {
        case .nothing: break
        case .problem(let sentence): say(sentence)
        case .command(.quit): return false
        case .command(let command):
            do {
                try await perform(command)
            } catch MemberLookup.Failure.unknownNick where !isTerminal && mayLearnNicks {
                hold(line)
            } catch {
                say(sentence(error))
            }
        case .message(let text): _ = await send(text, line, isTerminal: isTerminal)
        }
        return true
    }

    /// A pipe's first lines come before any peer has told the members' nicks.
    private var mayLearnNicks: Bool {
        let others = members.filter { !$0.isSelf }
        let near = others.filter { $0.state == .online }
        guard !near.isEmpty else { return session.hasSeedPeers || !others.isEmpty }
        return near.contains { $0.nick == nil }
    }

    /// A message to the group from a client that has its own line; false when it was not sent, which was said.
    package func sendToGroup(_ text: String) async -> Bool { await send(text, text, isTerminal: true) }

    private func send(_ text: String, _ line: String, isTerminal: Bool) async -> Bool {
        guard held.isEmpty else {
            hold(line)
            return true
        }
        do {
            _ = try await node.sendChat(Array(text.utf8))
            await delivery.sent(text)
            return true
        } catch let error as MeshError where error.code == .notAMember {
            if isTerminal || !session.hasSeedPeers {
                say(
                    "not sent, you are in no network yet: "
                        + (session.hasSeedPeers ? "wait until somebody invites you" : "/invite KEY founds one"))
            } else {
                hold(line)
                return true
            }
        } catch {
            say(sentence(error))
        }
        return false
    }

    private func hold(_ line: String) {
        guard held.count < Self.heldLimit else { return say("not sent, too much waits already: \(shortened(line))") }
        held.append(line)
        say("waits until somebody is linked: \(shortened(line))")
    }

    /// Sends what a pipe brought before there was anybody to send it to; whoever asks meanwhile waits for it too.
    private func sendHeld() async {
        if let sendingHeld { return await sendingHeld.value }
        guard !held.isEmpty else { return }
        let task = Task { await trySendingHeld() }
        sendingHeld = task
        await task.value
        sendingHeld = nil
    }

    private func trySendingHeld() async {
        var condition = MeshCondition()
        (condition.links, condition.isConverged) = (1, true)
        try? await node.wait(for: condition, timeout: .seconds(5))
        await refreshMembers()
        while let line = held.first {
            do {
                switch TypedLine(line) {
                case .message(let text):
                    _ = try await node.sendChat(Array(text.utf8))
                    await delivery.sent(text)
                case .command(let command): try await perform(command)
                case .nothing, .problem: break
                }
            } catch let error as MeshError where error.code == .notAMember {
                return
            } catch {
                say(sentence(error))
            }
            held.removeFirst()
        }
    }

    /// Standard input has ended: waits up to 10 s until a peer has everything, says what nobody has.
    package func finish() async -> ExitStatus {
        let deadline = ContinuousClock.now + .seconds(10)
        let isDone = await delivery.isDone && held.isEmpty
        if !isDone { say("waiting up to 10 s until a peer has what was written") }
        if !held.isEmpty {
            var condition = MeshCondition()
            condition.links = 1
            try? await node.wait(for: condition, timeout: .seconds(10))
            await sendHeld()
        }
        let missing = await delivery.finish(within: max(.zero, deadline - .now)) + held
        for text in missing { say("not passed to anybody: \(shortened(text))") }
        return missing.isEmpty ? .ok : .timedOut
    }

    private func shortened(_ text: String) -> String { SafeText.printable(text, limit: 200) }
}

extension TextChat {
    /// Performs lines until `/quit` or the end of input.
    package func readLines(_ input: StandardInput) async -> ExitStatus {
        let isTerminal = StandardInput.isTerminal
        var splitter = LineSplitter(limit: MachineRequest.lineLimit)
        while let chunk = await input.next() {
            for line in splitter.append(chunk) where await !take(line, isTerminal: isTerminal) { return .ok }
        }
        if let line = splitter.finish(), await !take(line, isTerminal: isTerminal) { return .ok }
        return await finish()
    }

    private func take(_ line: LineSplitter.Line, isTerminal: Bool) async -> Bool {
        switch line {
        case .complete(let bytes): return await perform(String(decoding: bytes, as: UTF8.self), isTerminal: isTerminal)
        case .tooLong:
            say("not sent: a line of more than \(MachineRequest.lineLimit) bytes")
            return true
        }
    }
}
