package import ChatKit
internal import Mesh
internal import MeshCore

/// What stands between the model and the node: performs requests one after the other, turns the node's events into
/// the model's, and looks at members, links and deliveries when something has changed.
package actor ChatRunner {
    /// Own messages whose delivery is followed; older ones keep their last mark.
    private static let followed = 50
    /// So many things that happen within this time cost one look.
    private static let pause = Duration.milliseconds(150)
    /// By then heartbeats have told how long a new link's round trip takes.
    private static let settling = Duration.seconds(2)

    private let session: ChatSession
    private let mailbox: Mailbox
    private let chat: TextChat
    private let requests: AsyncStream<Request>
    nonisolated private let ask: AsyncStream<Request>.Continuation
    private var own: [Hash] = []
    /// One more than the greatest index of a message that the model has got.
    private var nextIndex = 0
    private var isLooking = false
    private var isWaiting = false

    private var node: MeshNode { session.node }

    package init(_ session: ChatSession, _ mailbox: Mailbox) {
        (self.session, self.mailbox) = (session, mailbox)
        let say = { @Sendable (line: String) in mailbox.post(.said(line)) }
        chat = TextChat(session, ChatOutput(write: say, say: say), isStyled: false)
        (requests, ask) = AsyncStream.makeStream()
    }

    /// From any thread; returns at once.
    nonisolated package func perform(_ request: Request) { ask.yield(request) }

    package func start() async {
        let history = (try? await node.chatHistory(newest: .max)) ?? []
        await look()
        mailbox.post(.history(history))
        nextIndex = (history.map(\.index).max() ?? -1) + 1
        own = history.filter(\.isOwn).suffix(Self.followed).map(\.id)
        await chat.greet()
        if let status = try? await node.status() { mailbox.post(.state(status.state, reason: "")) }
        Task { for await event in session.events { await take(event) } }
        Task { for await request in requests { await carryOut(request) } }
        changed()
    }

    // MARK: Events

    private func take(_ event: MeshEvent) async {
        switch event {
        case .chatMessageReceived(let message):
            nextIndex = max(nextIndex, message.index + 1)
            await mailbox.postWhenRoom(.message(message))
            if message.isOwn { follow(message.id) }
            return
        case .lagged:
            // Only what was missed: to look for the place of each old one anew would hold up the screen for seconds.
            mailbox.post(.history((try? await node.chatHistory(since: nextIndex)) ?? []))
        case .stateChanged(let state, let reason): mailbox.post(.state(state, reason: reason))
        case .rejected(let rejection): mailbox.post(.rejected(rejection))
        case .knock(let id, let nick, let endpoint):
            mailbox.post(.knock(id, nick: nick, address: endpoint.description))
        case .linkUp:
            Task {
                try? await Task.sleep(for: Self.settling)
                await look()
            }
        default: break
        }
        await chat.show(event)
        changed()
    }

    private func follow(_ id: Hash) {
        own.append(id)
        if own.count > Self.followed { own.removeFirst() }
        changed()
        guard !isWaiting else { return }
        isWaiting = true
        Task {
            var condition = MeshCondition()
            condition.unpassed = 0
            try? await node.wait(for: condition)
            isWaiting = false
            changed()
        }
    }

    // MARK: Looking

    /// Something is different now: looks a moment later, once for all that happens until then.
    private func changed() {
        guard !isLooking else { return }
        isLooking = true
        Task {
            try? await Task.sleep(for: Self.pause)
            isLooking = false
            await look()
        }
    }

    private func look() async {
        guard let status = try? await node.status(), let members = try? await node.members(),
            let links = try? await node.links(), let graph = try? await node.graph()
        else { return }
        var snapshot = Snapshot()
        (snapshot.nick, snapshot.members, snapshot.links, snapshot.edges) = (status.nick, members, links, graph.edges)
        snapshot.network = status.network == nil ? nil : status.networkName ?? "default"
        (snapshot.isConverged, snapshot.messages) = (status.isConverged, status.messages)
        for member in members where !member.isSelf {
            if session.trustBook.isVerified(member.id) { snapshot.verified.insert(member.id) }
            if let nick = member.nick, session.pinProblem(member.id, nick: nick) != nil {
                snapshot.newKeys.insert(member.id)
            }
        }
        mailbox.post(.snapshot(snapshot))
        guard !own.isEmpty, let deliveries = try? await node.deliveries(of: own) else { return }
        mailbox.post(.delivered(deliveries))
        let done = Set(deliveries.filter { $0.state == .delivered && $0.behind.isEmpty }.map(\.id))
        own.removeAll { done.contains($0) }
    }

    // MARK: Requests

    private func carryOut(_ request: Request) async {
        switch request {
        case .perform(let line):
            _ = await chat.perform(line, isTerminal: true)
            changed()
        case .sendGroup(let text): if await !chat.sendToGroup(text) { mailbox.post(.unsent(text, to: nil)) }
        case .sendDirect(let id, let text):
            if await !chat.sendDirect(to: id, text) { mailbox.post(.unsent(text, to: id)) }
        case .safetyNumber(let id):
            if let number = try? await node.safetyNumber(with: id) { mailbox.post(.safetyNumber(id, number)) }
        case .refresh: await look()
        case .notify, .copy, .redraw, .suspend, .edit, .quit: break
        }
    }
}
