internal import ChatKit
internal import MeshCore

/// What Tab offers: commands, what follows them, nicks. Pressed again it goes on to the next.
struct Completion: Equatable, Sendable {
    private let range: Range<Int>
    private let offers: [String]
    private var index = 0

    /// Nil when nothing begins like what stands before the cursor.
    init?(_ line: InputLine, nicks: [String]) {
        let before = line.characters[..<line.cursor]
        let start = before.lastIndex(where: \.isWhitespace).map { $0 + 1 } ?? 0
        let word = String(before[start...])
        let isFirst = start == 0
        if isFirst, word.hasPrefix("/") {
            offers = HelpTopic.allCases.map { "/" + $0.rawValue }.filter { $0.hasPrefix(word) }.sorted().map {
                $0 + " "
            }
        } else {
            let isCommand = line.characters.first == "/"
            let sign = word.hasPrefix("@") ? "@" : ""
            let begin = word.dropFirst(sign.count).lowercased()
            let end = isFirst && sign.isEmpty && !isCommand ? ": " : " "
            guard !word.isEmpty else { return nil }
            offers = nicks.filter { $0.lowercased().hasPrefix(begin) }.sorted().map { nick in
                (isCommand && nick.contains(" ") ? "\"\(nick)\"" : sign + nick) + end
            }
        }
        guard !offers.isEmpty else { return nil }
        range = start..<line.cursor
    }

    /// Puts the present offer into the line; afterwards ``next(_:step:)`` replaces it.
    func put(into line: inout InputLine) { line.replace(range, with: offers[index]) }

    mutating func next(_ line: inout InputLine, step: Int) {
        let old = range.lowerBound..<range.lowerBound + offers[index].count
        index = (index + step + offers.count) % offers.count
        line.replace(old, with: offers[index])
    }
}
