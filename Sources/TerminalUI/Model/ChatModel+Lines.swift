internal import ChatKit
internal import MeshCore

// What a typed line does.
extension ChatModel {
    mutating func send() -> [Request] {
        completion = nil
        // Enter on an empty line comes easily, and twice: it does nothing unless asked to, and not right after a line.
        guard !window.input.text.allSatisfy(\.isWhitespace) else {
            return keys.emptyEnterShowsMembers && now >= lastSent + 1_000 ? open(.members) : []
        }
        lastSent = now
        let line = window.input.take()
        toNewest()
        switch TypedLine(line) {
        case .nothing: return []
        case .problem(let sentence):
            say(sentence)
            return []
        case .message(let text):
            if case .direct(let id) = window.kind { return [.sendDirect(id, text)] }
            return [.sendGroup(text)]
        case .command(let command): return perform(command, line)
        }
    }

    /// What has a view opens it; the rest goes where mesh-chat would send it, so that it answers in the same words.
    private mutating func perform(_ command: SlashCommand, _ line: String) -> [Request] {
        switch command {
        case .members: return open(.members)
        case .me: return open(.identity)
        case .network(.show): return open(.network)
        case .help(let topic):
            popup = .help(topic.map(HelpPage.command) ?? .all, scroll: 0)
            return []
        case .keys:
            popup = .help(.keys, scroll: 0)
            return []
        case .quit: return [.quit]
        case .verify(let text, marks: false):
            guard let id = member(text) else { return [.perform(line)] }
            return verify(id)
        case .direct(let text, _):
            if let id = member(text) { show(window(with: id)) } else { opensNextDirect = true }
            return [.perform(line)]
        case .revoke(let text):
            do throws(MemberLookup.Failure) {
                popup = .revoke(try MemberLookup.find(text, among: snapshot.members), InputLine())
            } catch {
                say(error.sentence)
            }
            return []
        default: return [.perform(line)]
        }
    }

    /// Nil when the last look knows nobody of that name. The node may know more by now, and says what is wrong otherwise;
    /// only who is to be revoked must be known here, since it is asked for again.
    private func member(_ text: String) -> NodeID? { try? MemberLookup.find(text, among: snapshot.members) }

    mutating func verify(_ id: NodeID) -> [Request] {
        guard id != selfID else {
            say("this is your own key; there is nobody to compare it with")
            return []
        }
        (popup, remark) = (.verify(id, number: nil), nil)
        return [.safetyNumber(id)]
    }
}
