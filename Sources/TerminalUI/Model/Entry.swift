internal import ChatKit
internal import MeshCore

/// One thing that a transcript shows. What peers wrote has passed the filter here, once.
package struct Entry: Equatable, Sendable {
    package enum Content: Equatable, Sendable {
        case message(Message)
        /// A sentence of the program; alarms are about keys.
        case notice([String], isAlarm: Bool)
    }

    package let number: Int
    package let at: UInt64
    package var content: Content
}

package struct Message: Equatable, Sendable {
    let id: Hash
    let from: NodeID
    let fromNick: String?
    let lines: [String]
    let isOwn: Bool
    /// Who handed over what was said before this node could hear it.
    let via: NodeID?
    /// How far one of one's own has come; nil until the node has told.
    var delivery: Delivery?
    let mentionsMe: Bool
    /// So many of its author's messages right before it have not come yet.
    var missing: UInt64
    let order: CausalOrder

    init(_ message: ChatMessage, ownNick: String?) {
        (id, from, fromNick, isOwn, via) = (message.id, message.from, message.fromNick, message.isOwn, message.via)
        lines = SafeText.printableLines(message.string)
        missing = message.missing
        order = message.order
        mentionsMe = !message.isOwn && ownNick.map { Self.mentions($0, in: message.string) } == true
    }

    private static func mentions(_ nick: String, in text: String) -> Bool {
        let nick = nick.lowercased()
        return text.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "-" && $0 != "_" })
            .contains { $0 == nick }
    }
}
