internal import Mesh
internal import MeshCore

/// What `/history` is to show.
package enum HistoryPart: Equatable, Sendable {
    /// The last so many messages; nil for as many as are shown at once, which is 10,000.
    case newest(Int?)
    /// What was said on a day where the user is, as `2026-11-22`.
    case day(String)

    /// Nil when it is neither nothing, a count nor a day.
    package init?(_ text: String) {
        if text.isEmpty {
            self = .newest(nil)
        } else if let count = Int(text), count > 0 {
            self = .newest(count)
        } else if TimeText.isDay(text) {
            self = .day(text)
        } else {
            return nil
        }
    }
}

// `/history`: from memory or from the disk.
extension TextChat {
    /// Read from the disk at a time: 1,000 messages are some milliseconds in which the node does nothing else.
    private static let pageSize = 1_000
    /// Of one day; the same number as of the newest.
    private static let dayLimit = 10_000
    /// A hundred thousand messages take some seconds.
    private static let patience: Duration = .seconds(2)

    func show(_ part: HistoryPart) async throws {
        await refreshMembers()
        switch part {
        case .newest(let count):
            let messages = try await node.chatHistory(newest: count ?? .max)
            if messages.isEmpty { say("nothing was said yet") }
            try await write(messages)
        case .day(let day): try await showDay(day)
        }
    }

    /// All pages are looked through, since a message may arrive long after its day.
    private func showDay(_ day: String) async throws {
        var (found, before, after): ([ChatMessage], String?, String?) = ([], nil, nil)
        var (next, toldAt) = (0, ContinuousClock.now)
        while case let page = try await node.chatHistory(since: next, limit: Self.pageSize), !page.isEmpty {
            next = (page.map(\.index).max() ?? next) + 1
            for message in page {
                let its = TimeText.localTime(message.at).day
                if its == day { found.append(message) }
                if its < day { before = max(before ?? its, its) }
                if its > day { after = min(after ?? its, its) }
            }
            if ContinuousClock.now - toldAt > Self.patience {
                say("looked through \(next) messages so far")
                toldAt = .now
            }
        }
        if found.count > Self.dayLimit { say("\(found.count) messages; the last \(Self.dayLimit) of them:") }
        try await write(found.sorted { $0.order < $1.order }.suffix(Self.dayLimit))
        if found.isEmpty { say(Self.nothing(on: day, before: before, after: after)) }
    }

    private static func nothing(on day: String, before: String?, after: String?) -> String {
        let near = [before.map { "before it last on \($0)" }, after.map { "after it first on \($0)" }]
        return (["nothing was said on \(day)"] + near.compactMap { $0 }).joined(separator: "; ")
    }

    private func write(_ messages: some Collection<ChatMessage>) async throws {
        let deliveries = try await node.deliveries(of: messages.filter(\.isOwn).map(\.id))
        let words = Dictionary(deliveries.map { ($0.id, TextView.words(for: $0)) }, uniquingKeysWith: { $1 })
        for message in messages {
            let name = NickText.name(message.from, nick: message.fromNick, among: members)
            if let gap = TextView.gap(message.missing, of: name) { await output.write("      " + gap) }
            let line = view.line(for: message, members: members, now: TimeText.now)
            guard let state = words[message.id], case .message(let text) = line else {
                await show(line)
                continue
            }
            await output.write("\(text)  [\(state)]")
        }
    }
}
