/// The line that somebody writes: text of one or more lines, a cursor, what was deleted last, what was sent before.
package struct InputLine: Equatable, Sendable {
    static let historyLimit = 500
    /// A message of the protocol has 64 KiB; a little below it, since names and marks travel too.
    static let byteLimit = 60_000

    private(set) var characters: [Character] = []
    private(set) var cursor = 0
    private var deleted: [Character] = []
    private var sent: [String] = []
    /// Where in ``sent`` the shown line comes from; nil for the one being written.
    private var place: Int?
    /// What was being written when older lines were looked at: a draft is never lost.
    private var draft: [Character] = []

    package init() {}

    package var text: String { String(characters) }
    package var isEmpty: Bool { characters.isEmpty }

    // MARK: Writing

    /// False when there is no room for it; then nothing changes.
    @discardableResult
    package mutating func insert(_ text: String) -> Bool {
        guard self.text.utf8.count + text.utf8.count <= Self.byteLimit else { return false }
        // Marks and joiners make one character with what stands before them, or behind.
        let before = String(characters[..<cursor]) + text
        characters = Array(before + String(characters[cursor...]))
        cursor = min(before.count, characters.count)
        return true
    }

    package mutating func replace(with text: String) {
        characters = Array(text)
        cursor = characters.count
    }

    mutating func replace(_ range: Range<Int>, with text: String) {
        characters.replaceSubrange(range, with: text)
        cursor = range.lowerBound + text.count
    }

    /// The line is sent: it goes to the lines that Up brings back.
    package mutating func take() -> String {
        let text = text
        remember(text)
        (characters, cursor, place, draft) = ([], 0, nil, [])
        return text
    }

    private mutating func remember(_ text: String) {
        guard !text.isEmpty, sent.last != text else { return }
        sent.append(text)
        if sent.count > Self.historyLimit { sent.removeFirst() }
    }

    // MARK: Editing

    /// What a key does in a field of its own: it stands for itself, or edits.
    mutating func press(_ key: Key, _ keys: KeyMap) {
        if case .character(let character) = key.name, key.modifiers.isEmpty {
            insert(String(character))
        } else if let action = keys.action(for: key) {
            edit(action)
        }
    }

    package mutating func edit(_ action: Action) {
        switch action {
        case .left: cursor = max(0, cursor - 1)
        case .right: cursor = min(characters.count, cursor + 1)
        case .wordLeft: cursor = wordStart
        case .wordRight: cursor = wordEnd
        case .lineStart: cursor = 0
        case .lineEnd: cursor = characters.count
        case .backspace: remove(max(0, cursor - 1)..<cursor, keeps: false)
        case .delete: remove(cursor..<min(characters.count, cursor + 1), keeps: false)
        case .deleteWord: remove(wordStart..<cursor, keeps: true)
        case .deleteToStart: remove(0..<cursor, keeps: true)
        case .deleteToEnd: remove(cursor..<characters.count, keeps: true)
        case .yank: insert(String(deleted))
        case .newline: insert("\n")
        case .older: look(-1)
        case .newer: look(1)
        default: break
        }
    }

    private mutating func remove(_ range: Range<Int>, keeps: Bool) {
        guard !range.isEmpty else { return }
        if keeps { deleted = Array(characters[range]) }
        characters.removeSubrange(range)
        cursor = range.lowerBound
    }

    private var wordStart: Int {
        var place = cursor
        while place > 0, characters[place - 1].isWhitespace { place -= 1 }
        while place > 0, !characters[place - 1].isWhitespace { place -= 1 }
        return place
    }

    private var wordEnd: Int {
        var place = cursor
        while place < characters.count, characters[place].isWhitespace { place += 1 }
        while place < characters.count, !characters[place].isWhitespace { place += 1 }
        return place
    }

    private mutating func look(_ step: Int) {
        let next = (place ?? sent.count) + step
        guard (0...sent.count).contains(next) else { return }
        if place == nil { draft = characters }
        place = next == sent.count ? nil : next
        characters = place.map { Array(sent[$0]) } ?? draft
        cursor = characters.count
    }

    /// The first Ctrl+C: the line is put aside, where Up finds it.
    package mutating func putAside() { _ = take() }
}
