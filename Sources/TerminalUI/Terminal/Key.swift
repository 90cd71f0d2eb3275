/// A key as it was pressed, as far as the terminal tells.
package struct Key: Hashable, Sendable {
    package enum Name: Hashable, Sendable {
        case character(Character)
        case enter, tab, escape, backspace, delete, insert
        case up, down, left, right, home, end, pageUp, pageDown
        case function(Int)
    }

    package struct Modifiers: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        // The bits of xterm's and kitty's modifier parameter, which is one more than their sum.
        package static let shift = Modifiers(rawValue: 1)
        package static let alt = Modifiers(rawValue: 2)
        package static let control = Modifiers(rawValue: 4)
    }

    package var name: Name
    package var modifiers: Modifiers

    package init(_ name: Name, _ modifiers: Modifiers = []) { (self.name, self.modifiers) = (name, modifiers) }

    package static func control(_ letter: Character) -> Key { Key(.character(letter), .control) }
    package static func alt(_ letter: Character) -> Key { Key(.character(letter), .alt) }
    package static func character(_ character: Character) -> Key { Key(.character(character)) }
}

/// What somebody did at the terminal.
package enum Typed: Equatable, Sendable {
    case key(Key)
    /// Pasted text; `dropped` bytes beyond what is kept.
    case paste([UInt8], dropped: Int)
    case focus(Bool)
    /// The terminal has answered that it sends keys apart that share a byte.
    case tellsKeysApart
}
