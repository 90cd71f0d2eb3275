/// Web addresses in what people write.
enum Links {
    /// The rows that a line was wrapped to, as spans. An address that is longer than a row goes on in the next one, and
    /// all its pieces know the whole.
    static func spans(of line: String, in rows: [String], _ usual: Style) -> [[Span]] {
        guard line.contains("://") else { return rows.map { [Span(text: $0, style: usual)] } }
        // Wrapping leaves out spaces and nothing else.
        var targets = line.split(separator: " ").flatMap { word in
            let target = target(of: word)
            return word.map { _ in target }
        }[...]
        return rows.map { row in
            var spans: [Span] = []
            for character in row {
                let link = character == " " ? nil : targets.popFirst() ?? nil
                if spans.last?.link == link, !spans.isEmpty {
                    spans[spans.count - 1].text.append(character)
                } else {
                    spans.append(Span(text: String(character), style: link == nil ? usual : .link, link: link))
                }
            }
            return spans
        }
    }

    /// Nil for a word that is no address. Signs that end a sentence are not part of it.
    private static func target(of word: Substring) -> String? {
        guard let scheme = ["https://", "http://"].first(where: { word.hasPrefix($0) }) else { return nil }
        var rest = word.dropFirst(scheme.count)
        while let last = rest.last, ".,;:!?)>\"'".contains(last) { rest.removeLast() }
        return rest.isEmpty ? nil : scheme + rest
    }
}
