/// What `CSI parameters final` means.
enum SequenceTable {
    static func typed(_ text: String, final: UInt8) -> Typed? {
        switch final {
        case UInt8(ascii: "I") where text.isEmpty: return .focus(true)
        case UInt8(ascii: "O") where text.isEmpty: return .focus(false)
        case UInt8(ascii: "u") where text.first == "?" && (Int(text.dropFirst()) ?? 0) & 1 == 1: return .tellsKeysApart
        // Other answers of the terminal to questions begin with one of these.
        case _ where text.first.map({ "<=>?".contains($0) }) == true: return nil
        default: break
        }
        // `code:shifted;modifiers:event`: of a kitty parameter only what is before the first colon counts.
        let parameters = text.split(separator: ";", omittingEmptySubsequences: false)
        let numbers = parameters.map { Int($0.prefix { $0 != ":" }) ?? 1 }
        let modifiers = modifiers(numbers.count > 1 ? numbers[1] : 1)
        switch final {
        case UInt8(ascii: "u"): return numbers.first.flatMap { key(code: $0, modifiers) }.map(Typed.key)
        case UInt8(ascii: "~"):
            if numbers.count == 3, numbers[0] == 27 { return key(code: numbers[2], modifiers).map(Typed.key) }
            return numbers.first.flatMap { numbered[$0] }.map { .key(Key($0, modifiers)) }
        case UInt8(ascii: "Z"): return .key(Key(.tab, .shift))
        default: return key(final: final, modifiers: modifiers).map(Typed.key)
        }
    }

    /// `CSI A`, `ESC O A`, `CSI 1;5A`.
    static func key(final: UInt8, modifiers: Key.Modifiers) -> Key? {
        let names: [UInt8: Key.Name] = [
            0x41: .up, 0x42: .down, 0x43: .right, 0x44: .left, 0x46: .end, 0x48: .home, 0x4D: .enter,
            0x50: .function(1), 0x51: .function(2), 0x52: .function(3), 0x53: .function(4),
        ]
        return names[final].map { Key($0, modifiers) }
    }

    /// `CSI 5~` and so on.
    private static let numbered: [Int: Key.Name] = [
        1: .home, 2: .insert, 3: .delete, 4: .end, 5: .pageUp, 6: .pageDown, 7: .home, 8: .end,
        11: .function(1), 12: .function(2), 13: .function(3), 14: .function(4), 15: .function(5), 17: .function(6),
        18: .function(7), 19: .function(8), 20: .function(9), 21: .function(10), 23: .function(11), 24: .function(12),
    ]

    /// Kitty's codes from 57417 on: the keypad without Num Lock.
    private static let keypad: [Key.Name] = [
        .left, .right, .up, .down, .pageUp, .pageDown, .home, .end, .insert, .delete,
    ]

    /// Bits above Ctrl are Super, Hyper, Meta, Caps Lock and Num Lock, which change nothing here.
    private static func modifiers(_ parameter: Int) -> Key.Modifiers {
        Key.Modifiers(rawValue: UInt8(max(0, parameter - 1) & 7))
    }

    /// A key by its Unicode code.
    private static func key(code: Int, _ modifiers: Key.Modifiers) -> Key? {
        switch code {
        case 13, 57414: return Key(.enter, modifiers)
        case 9: return Key(.tab, modifiers)
        case 27: return Key(.escape, modifiers)
        case 8, 127: return Key(.backspace, modifiers)
        case 57417...57426: return Key(keypad[code - 57417], modifiers)
        default: break
        }
        // Kitty's other private codes are keys that print nothing.
        guard code >= 0x20, !(0xE000...0xF8FF).contains(code),
            let scalar = UInt32(exactly: code).flatMap(Unicode.Scalar.init)
        else { return nil }
        var (character, modifiers) = (Character(scalar), modifiers)
        if modifiers.contains(.control) || modifiers.contains(.alt) {
            // Ctrl+Shift+I and Ctrl+I are one key here, as they are on every other terminal.
            character = character.lowercased().first ?? character
        } else if modifiers.contains(.shift) {
            character = character.uppercased().first ?? character
        }
        modifiers.remove(.shift)
        return Key(.character(character), modifiers)
    }
}
