internal import ChatKit
internal import MeshCore

// The chat as lines without frames, names of columns or our own line ends, so that it can be copied as it was written.
extension ChatModel {
    /// More than any screen has.
    private static let bareLimit = 500

    package var bareLines: [String]? {
        guard isBare else { return nil }
        return window.entries.suffix(Self.bareLimit).flatMap(bareLines(of:))
    }

    private func bareLines(of entry: Entry) -> [String] {
        switch entry.content {
        case .message(let message):
            let head = "\(time.clock(entry.at)) \(name(message.from, claimed: message.fromNick)): "
            return [head + (message.lines.first ?? "")] + message.lines.dropFirst().map { "    " + $0 }
        case .notice(let lines, _):
            return ["\(time.clock(entry.at)) * " + (lines.first ?? "")] + lines.dropFirst()
        }
    }

    private func name(_ id: NodeID, claimed: String?) -> String {
        NickText.name(id, nick: snapshot.members.first { $0.id == id }?.nick ?? claimed, among: snapshot.members)
    }
}
