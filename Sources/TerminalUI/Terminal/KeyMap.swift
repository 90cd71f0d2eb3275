/// What a key does in the chat.
package enum Action: Hashable, Sendable {
    // Popups and panels.
    case help, invite, members, identity, network, find, panels, times, bare
    // Chats.
    case window(Int), nextWindow, previousWindow, nextUnread
    // The transcript.
    case pageUp, pageDown, dayUp, dayDown, newest
    // The input line.
    case enter, newline, complete, completeBack
    case left, right, wordLeft, wordRight, lineStart, lineEnd
    case backspace, delete, deleteWord, deleteToStart, deleteToEnd, yank, older, newer
    // The program.
    case escape, redraw, suspend, interrupt, endOfInput, editor
    /// Waits for the second key of two.
    case chord
}

/// Which key does what: the original's table on every terminal, twins with Alt and function keys where a terminal
/// cannot send one of them, and the editing keys that shells have taught everybody.
///
/// Ctrl+I is the byte of Tab and Ctrl+M that of Enter unless the terminal tells keys apart; so Tab on an empty line is
/// Ctrl+I, and F2, F3 and their Alt twins work everywhere.
package struct KeyMap: Sendable {
    package struct Binding: Sendable {
        /// In `[keys]` of config.toml.
        package let name: String
        package let action: Action
        package var keys: [Key]
        package let summary: String

        init(_ name: String, _ action: Action, keys: [Key], summary: String) {
            (self.name, self.action, self.keys, self.summary) = (name, action, keys, summary)
        }
    }

    package let bindings: [Binding]
    package var emptyTabInvites = true
    package var emptyEnterShowsMembers = false
    private let actions: [Key: Action]

    package init(_ bindings: [Binding] = KeyMap.standard) {
        self.bindings = bindings
        let windows = (1...9).map { (Key.alt(Character(String($0))), Action.window($0 - 1)) }
        actions = Dictionary(
            bindings.flatMap { binding in binding.keys.map { ($0, binding.action) } } + windows,
            uniquingKeysWith: { first, _ in first })
    }

    package func action(for key: Key) -> Action? { actions[key] }

    package static let standard: [Binding] = [
        Binding("help", .help, keys: [Key(.function(1)), .control("h")], summary: "help"),
        Binding("invite", .invite, keys: [Key(.function(2)), .control("i"), .alt("i")], summary: "invite by key"),
        Binding("members", .members, keys: [Key(.function(3)), .control("m"), .alt("m")], summary: "members"),
        Binding("identity", .identity, keys: [Key(.function(4)), .control("e")], summary: "your identity"),
        Binding("network", .network, keys: [Key(.function(5)), .alt("n")], summary: "the network"),
        Binding("panels", .panels, keys: [Key(.function(6))], summary: "panels on or off"),
        Binding("times", .times, keys: [.alt("t")], summary: "times on or off"),
        Binding("bare", .bare, keys: [.alt("b")], summary: "only the text, for copying; any key comes back"),
        Binding("find", .find, keys: [.control("f"), .control("r")], summary: "find in this chat"),
        Binding("page_up", .pageUp, keys: [Key(.pageUp)], summary: "older messages"),
        Binding("page_down", .pageDown, keys: [Key(.pageDown)], summary: "newer messages"),
        Binding("day_up", .dayUp, keys: [Key(.pageUp, .alt)], summary: "one day up"),
        Binding("day_down", .dayDown, keys: [Key(.pageDown, .alt)], summary: "one day down"),
        Binding("next_unread", .nextUnread, keys: [.alt("a")], summary: "next chat with news (Alt+1 to 9: that chat)"),
        Binding("next_chat", .nextWindow, keys: [.control("n")], summary: "next chat"),
        Binding("previous_chat", .previousWindow, keys: [.control("p")], summary: "previous chat"),
        Binding("send", .enter, keys: [Key(.enter)], summary: "send"),
        Binding(
            "newline", .newline, keys: [Key(.enter, .alt), Key(.enter, .shift), .control("j")], summary: "new line"),
        Binding("complete", .complete, keys: [Key(.tab)], summary: "complete; on an empty line: invite"),
        Binding("complete_back", .completeBack, keys: [Key(.tab, .shift)], summary: "the completion before"),
        Binding("older", .older, keys: [Key(.up)], summary: "the line sent before"),
        Binding("newer", .newer, keys: [Key(.down)], summary: "the line sent after"),
        Binding("left", .left, keys: [Key(.left), .control("b")], summary: "one left"),
        Binding("right", .right, keys: [Key(.right)], summary: "one right"),
        Binding("word_left", .wordLeft, keys: [Key(.left, .control), Key(.left, .alt)], summary: "a word left"),
        Binding(
            "word_right", .wordRight, keys: [Key(.right, .control), Key(.right, .alt), .alt("f")],
            summary: "a word right"),
        Binding("line_start", .lineStart, keys: [Key(.home), .control("a")], summary: "to the start"),
        Binding("line_end", .lineEnd, keys: [Key(.end)], summary: "to the end; on an empty line: the newest message"),
        Binding("backspace", .backspace, keys: [Key(.backspace)], summary: "delete before"),
        Binding("delete", .delete, keys: [Key(.delete)], summary: "delete at"),
        Binding("delete_word", .deleteWord, keys: [.control("w"), Key(.backspace, .alt)], summary: "delete a word"),
        Binding("delete_to_start", .deleteToStart, keys: [.control("u")], summary: "delete to the start"),
        Binding("delete_to_end", .deleteToEnd, keys: [.control("k")], summary: "delete to the end"),
        Binding("yank", .yank, keys: [.control("y")], summary: "put back what was deleted"),
        Binding("editor", .editor, keys: [.alt("e")], summary: "write the message in $EDITOR (also Ctrl+X Ctrl+E)"),
        Binding("chord", .chord, keys: [.control("x")], summary: "with Ctrl+E behind it: $EDITOR"),
        Binding("redraw", .redraw, keys: [.control("l")], summary: "draw anew"),
        Binding("suspend", .suspend, keys: [.control("z")], summary: "to the shell; fg comes back"),
        Binding("quit", .interrupt, keys: [.control("c")], summary: "quit; with text: twice"),
        Binding("end", .endOfInput, keys: [.control("d")], summary: "quit, on an empty line"),
        Binding("close", .escape, keys: [Key(.escape)], summary: "close a popup"),
    ]
}
