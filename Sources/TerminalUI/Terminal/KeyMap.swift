/// What a key does in the chat.
package enum Action: Hashable, Sendable {
    // Popups and panels.
    case help, invite, members, identity, network, find, panels
    // Chats.
    case window(Int), nextWindow, previousWindow, nextUnread
    // The transcript.
    case pageUp, pageDown, dayUp, dayDown, newest
    // The input line.
    case enter, newline, complete, completeBack
    case left, right, wordLeft, wordRight, lineStart, lineEnd
    case backspace, delete, deleteWord, deleteToStart, deleteToEnd, yank, older, newer
    // The program.
    case escape, redraw, suspend, interrupt, endOfInput
}

/// Which key does what: the original's table on every terminal, twins with Alt and function keys where a terminal
/// cannot send one of them, and the editing keys that shells have taught everybody.
///
/// Ctrl+I is the byte of Tab and Ctrl+M that of Enter unless the terminal tells keys apart; so Tab on an empty line is
/// Ctrl+I, and F2, F3 and their Alt twins work everywhere.
package struct KeyMap: Sendable {
    package struct Binding: Sendable {
        package let action: Action
        package let keys: [Key]
        package let summary: String
    }

    package let bindings: [Binding]
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
        Binding(action: .help, keys: [Key(.function(1)), .control("h")], summary: "help"),
        Binding(action: .invite, keys: [Key(.function(2)), .control("i"), .alt("i")], summary: "invite by key"),
        Binding(action: .members, keys: [Key(.function(3)), .control("m"), .alt("m")], summary: "members"),
        Binding(action: .identity, keys: [Key(.function(4)), .control("e")], summary: "your identity"),
        Binding(action: .network, keys: [Key(.function(5)), .alt("n")], summary: "the network"),
        Binding(action: .panels, keys: [Key(.function(6))], summary: "panels on or off"),
        Binding(action: .find, keys: [.control("f"), .control("r")], summary: "find in this chat"),
        Binding(action: .pageUp, keys: [Key(.pageUp)], summary: "older messages"),
        Binding(action: .pageDown, keys: [Key(.pageDown)], summary: "newer messages"),
        Binding(action: .dayUp, keys: [Key(.pageUp, .alt)], summary: "one day up"),
        Binding(action: .dayDown, keys: [Key(.pageDown, .alt)], summary: "one day down"),
        Binding(action: .nextUnread, keys: [.alt("a")], summary: "next chat with news (Alt+1 to 9: that chat)"),
        Binding(action: .nextWindow, keys: [.control("n")], summary: "next chat"),
        Binding(action: .previousWindow, keys: [.control("p")], summary: "previous chat"),
        Binding(action: .enter, keys: [Key(.enter)], summary: "send"),
        Binding(action: .newline, keys: [Key(.enter, .alt), Key(.enter, .shift), .control("j")], summary: "new line"),
        Binding(action: .complete, keys: [Key(.tab)], summary: "complete; on an empty line: invite"),
        Binding(action: .completeBack, keys: [Key(.tab, .shift)], summary: "the completion before"),
        Binding(action: .older, keys: [Key(.up)], summary: "the line sent before"),
        Binding(action: .newer, keys: [Key(.down)], summary: "the line sent after"),
        Binding(action: .left, keys: [Key(.left), .control("b")], summary: "one left"),
        Binding(action: .right, keys: [Key(.right)], summary: "one right"),
        Binding(action: .wordLeft, keys: [Key(.left, .control), Key(.left, .alt), .alt("b")], summary: "a word left"),
        Binding(
            action: .wordRight, keys: [Key(.right, .control), Key(.right, .alt), .alt("f")], summary: "a word right"),
        Binding(action: .lineStart, keys: [Key(.home), .control("a")], summary: "to the start"),
        Binding(action: .lineEnd, keys: [Key(.end)], summary: "to the end; on an empty line: the newest message"),
        Binding(action: .backspace, keys: [Key(.backspace)], summary: "delete before"),
        Binding(action: .delete, keys: [Key(.delete)], summary: "delete at"),
        Binding(action: .deleteWord, keys: [.control("w"), Key(.backspace, .alt)], summary: "delete a word"),
        Binding(action: .deleteToStart, keys: [.control("u")], summary: "delete to the start"),
        Binding(action: .deleteToEnd, keys: [.control("k")], summary: "delete to the end"),
        Binding(action: .yank, keys: [.control("y")], summary: "put back what was deleted"),
        Binding(action: .redraw, keys: [.control("l")], summary: "draw anew"),
        Binding(action: .suspend, keys: [.control("z")], summary: "to the shell; fg comes back"),
        Binding(action: .interrupt, keys: [.control("c")], summary: "quit; with text: twice"),
        Binding(action: .endOfInput, keys: [.control("d")], summary: "quit, on an empty line"),
        Binding(action: .escape, keys: [Key(.escape)], summary: "close a popup"),
    ]
}

extension Key: CustomStringConvertible {
    package var description: String {
        (modifiers.contains(.control) ? "Ctrl+" : "") + (modifiers.contains(.alt) ? "Alt+" : "")
            + (modifiers.contains(.shift) ? "Shift+" : "") + name.description
    }
}

extension Key.Name: CustomStringConvertible {
    package var description: String {
        switch self {
        case .character(let character): character == " " ? "Space" : character.uppercased()
        case .function(let number): "F\(number)"
        case .enter: "Enter"
        case .tab: "Tab"
        case .escape: "Esc"
        case .backspace: "Backspace"
        case .delete: "Del"
        case .insert: "Ins"
        case .up: "Up"
        case .down: "Down"
        case .left: "Left"
        case .right: "Right"
        case .home: "Home"
        case .end: "End"
        case .pageUp: "PgUp"
        case .pageDown: "PgDn"
        }
    }
}
