internal import MeshCore

/// The words of a line: split at spaces, with texts in double quotes as one word; `#` begins a comment.
enum Tokens {
    static func split(_ line: String) throws(StepMistake) -> [String] {
        var words: [String] = []
        var word: String?
        var isQuoted = false
        var isEscaped = false
        reading: for character in line {
            if isEscaped {
                word = (word ?? "") + (character == "n" ? "\n" : String(character))
                isEscaped = false
            } else if isQuoted {
                switch character {
                case "\\": isEscaped = true
                case "\"": isQuoted = false
                default: word = (word ?? "") + String(character)
                }
            } else if character == "\"" {
                (isQuoted, word) = (true, word ?? "")
            } else if character == "#", word == nil {
                break reading
            } else if character.isWhitespace {
                if let ended = word { words.append(ended) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard !isQuoted else { throw StepMistake("a text begins with \" and does not end") }
        if let word { words.append(word) }
        return words
    }

    /// Puts the value in the place of each `$name` or `${name}`.
    static func fill(_ word: String, _ variables: [String: String]) throws(StepMistake) -> String {
        var result = ""
        var rest = word[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            let isBraced = rest.first == "{"
            if isBraced { rest.removeFirst() }
            let name = String(rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
            rest = rest.dropFirst(name.count)
            if isBraced {
                guard rest.first == "}" else { throw StepMistake("behind \"${\(name.shown)\" a } is missing") }
                rest.removeFirst()
            }
            guard let value = variables[name] else {
                throw StepMistake(
                    "no variable is called \"\(name.shown)\""
                        + NearestName.hint(for: name, among: variables.keys.sorted()))
            }
            result += value
        }
        return result + rest
    }

    /// The line again.
    static func join(_ words: [String]) -> String {
        words.map { word in
            word.isEmpty || word.contains(where: { $0.isWhitespace || $0 == "\"" || $0 == "#" })
                ? "\"\(word.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n"))\""
                : word
        }.joined(separator: " ")
    }
}
