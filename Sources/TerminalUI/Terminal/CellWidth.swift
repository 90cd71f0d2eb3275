internal import CNCurses

/// How many columns a character takes. It must be what curses thinks, so it is asked of the same function of the C
/// library; what terminals disagree about is taken out instead.
package enum CellWidth {
    /// What to show for a character, and in how many columns.
    package static func shown(_ character: Character) -> (text: String, width: Int) {
        if let byte = character.asciiValue { return byte < 0x20 || byte == 0x7F ? ("?", 1) : (String(character), 1) }
        var text = String.UnicodeScalarView()
        var (width, marks) = (0, 0)
        for scalar in character.unicodeScalars {
            // Families and flags made with joiners: terminals differ by up to six columns; the first emoji stands for
            // all. Selectors and skin tones change the width in some terminals only.
            if scalar == "\u{200D}" { break }
            if scalar == "\u{FE0E}" || scalar == "\u{FE0F}" || scalar.properties.isEmojiModifier && width > 0 {
                continue
            }
            let columns = columns(scalar)
            guard columns >= 0 else { return ("\u{FFFD}", 1) }
            if columns == 0 {
                marks += 1
                // One cell of curses holds five code points.
                if marks > 4 { continue }
            }
            width += columns
            text.append(scalar)
        }
        return width == 0 ? ("\u{25CC}", 1) : (String(text), width)
    }

    package static func of(_ text: String) -> Int {
        text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
            ? text.utf8.count : text.reduce(0) { $0 + shown($1).width }
    }

    /// The beginning of `text` that fits, with an ellipsis where something was cut.
    package static func cut(_ text: String, to limit: Int) -> String {
        guard of(text) > limit else { return text }
        var (result, used) = ("", 0)
        for character in text {
            let width = shown(character).width
            guard used + width < limit else { break }
            result.append(character)
            used += width
        }
        return limit > 0 ? result + "…" : ""
    }

    /// Cut or filled with spaces to exactly `width` columns.
    package static func fit(_ text: String, _ width: Int, atEnd: Bool = false) -> String {
        let cut = cut(text, to: width)
        let space = String(repeating: " ", count: max(0, width - of(cut)))
        return atEnd ? space + cut : cut + space
    }

    private static func columns(_ scalar: Unicode.Scalar) -> Int {
        _ = locale
        return Int(mesh_character_width(scalar.value))
    }

    /// Without a locale that knows Unicode the C library takes every such character for unprintable.
    private static let locale: Void = mesh_character_locale()
}
