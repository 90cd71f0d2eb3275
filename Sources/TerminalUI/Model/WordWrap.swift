/// Text in rows of at most so many columns: broken at spaces, and inside a word only when it is longer than a row. So
/// an address that fits a row stands in one piece, and terminals can tell it is one.
enum WordWrap {
    static func rows(_ text: String, width: Int) -> [String] {
        guard width > 0 else { return [] }
        var (rows, row, used): ([String], String, Int) = ([], "", 0)
        for word in words(text) {
            let columns = CellWidth.of(word)
            if used > 0, used + columns > width {
                let full = withoutEndSpaces(row)
                // An indent before a word that needs a row for itself makes no empty row.
                if !full.isEmpty { rows.append(full) }
                (row, used) = ("", 0)
                if word.allSatisfy({ $0 == " " }) { continue }
            }
            guard columns > width else {
                row += word
                used += columns
                continue
            }
            for character in word {
                let columns = CellWidth.shown(character).width
                if used + columns > width {
                    rows.append(row)
                    (row, used) = ("", 0)
                }
                row.append(character)
                used += columns
            }
        }
        return rows + [withoutEndSpaces(row)]
    }

    /// Words and the spaces between them, in order.
    private static func words(_ text: String) -> [String] {
        var result: [String] = []
        for character in text {
            let isSpace = character == " "
            if let last = result.last, (last.last == " ") == isSpace {
                result[result.count - 1].append(character)
            } else {
                result.append(String(character))
            }
        }
        return result
    }

    private static func withoutEndSpaces(_ text: String) -> String {
        var text = text
        while text.last == " " { text.removeLast() }
        return text
    }
}
