// Keys as people write and read them.

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

extension Key {
    /// Whether a terminal sends this key as itself and not as another one.
    func comes(from traits: TerminalTraits) -> Bool {
        switch (name, modifiers) {
        case (.character("h"), .control): !traits.erasesWithControlH
        case (.character("i"), .control), (.character("m"), .control), (.enter, .shift): traits.tellsKeysApart
        default: true
        }
    }

    /// `f2`, `ctrl-i`, `Alt+PgUp`; nil for what no key is called, and for letters alone, which are typed.
    package init?(name: String) {
        // The last separator may be the key itself, as in `ctrl--`.
        var parts = name.lowercased().split(omittingEmptySubsequences: false) { $0 == "-" || $0 == "+" }.map(
            String.init)
        if parts.count > 2, parts.last == "", parts[parts.count - 2] == "" {
            parts.removeLast(2)
            parts.append(String(name.suffix(1)))
        }
        guard let last = parts.popLast(), let name = Name(spelling: last) else { return nil }
        var modifiers = Modifiers()
        for part in parts {
            guard let modifier = Self.modifiers[part], !modifiers.contains(modifier) else { return nil }
            modifiers.insert(modifier)
        }
        if case .character = name, modifiers.isDisjoint(with: [.control, .alt]) || modifiers.contains(.shift) {
            return nil
        }
        self.init(name, modifiers)
    }

    private static let modifiers: [String: Modifiers] = [
        "ctrl": .control, "control": .control, "alt": .alt, "meta": .alt, "shift": .shift,
    ]
}

extension Key.Name {
    fileprivate init?(spelling: String) {
        if let name = Self.spellings[spelling] {
            self = name
        } else if spelling.first == "f", let number = Int(spelling.dropFirst()), (1...12).contains(number) {
            self = .function(number)
        } else if spelling.count == 1, let character = spelling.first {
            self = .character(character)
        } else {
            return nil
        }
    }

    private static let spellings: [String: Key.Name] = [
        "enter": .enter, "return": .enter, "tab": .tab, "esc": .escape, "escape": .escape, "backspace": .backspace,
        "del": .delete, "delete": .delete, "ins": .insert, "insert": .insert, "up": .up, "down": .down, "left": .left,
        "right": .right, "home": .home, "end": .end, "pgup": .pageUp, "pageup": .pageUp, "pgdn": .pageDown,
        "pagedown": .pageDown, "space": .character(" "),
    ]
}
