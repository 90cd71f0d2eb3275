package import MeshCore

/// What the model wants done. Whoever performs it feeds what comes of it back as an event.
package enum Request: Equatable, Sendable {
    /// A typed line, as mesh-chat takes it.
    case perform(String)
    case sendGroup(String)
    case sendDirect(NodeID, String)
    case safetyNumber(NodeID)
    /// Members, links, graph and deliveries are looked at now.
    case refresh
    case notify(Notice)
    /// To the terminal's clipboard.
    case copy(String)
    case redraw
    case suspend
    /// The draft goes to the user's editor.
    case edit(String)
    case quit
}

/// What happens to the model.
package enum Event: Sendable {
    case typed(Typed)
    case resized(Size)
    /// A new minute, or a moment that somebody waited for.
    case time
    case message(ChatMessage)
    /// What was said before this start.
    case history([ChatMessage])
    case delivered([Delivery])
    /// A line for the user: what happened (`* bob joined`), or the answer to a command.
    case said(String)
    case snapshot(Snapshot)
    case state(NodeState, reason: String)
    case rejected(Rejection)
    case knock(NodeID, nick: String?, address: String)
    case safetyNumber(NodeID, String)
    /// A line could not be sent; it is given back in its chat. Nil: the group's.
    case unsent(String, to: NodeID?)
    /// The text came back from the editor.
    case edited(String)
    case stop
}

/// A word to somebody who does not look. Its text has passed the filter.
package struct Notice: Equatable, Sendable {
    package let title: String
    package let text: String
}

/// What the node knows at one moment.
package struct Snapshot: Equatable, Sendable {
    package var nick: String?
    package var network: String?
    package var isConverged = false
    package var members: [MemberInfo] = []
    package var links: [LinkStatus] = []
    package var edges: [MeshGraph.Edge] = []
    package var verified: Set<NodeID> = []
    /// Members whose key is another one than the one known behind their nick.
    package var newKeys: Set<NodeID> = []
    package var messages = 0

    package init() {}
}
