internal import MeshCore

// Finding text in the shown chat.
extension ChatModel {
    mutating func takeInFind(_ key: Key) -> [Request] {
        switch (key.name, key.modifiers) {
        case (.escape, _): find = nil
        case (.enter, _), (.up, _), (.character("r"), .control), (.character("f"), .control): toMatch(older: true)
        case (.down, _): toMatch(older: false)
        case (.pageUp, _), (.pageDown, _): scroll(key.name == .pageUp ? .pageUp : .pageDown)
        case (.character, []):
            find?.press(key, keys)
            toNewest()
            toMatch(older: true)
        default: find?.press(key, keys)
        }
        return []
    }

    /// The entries that hold what is searched for.
    var matches: [Int] {
        let query = find?.text.lowercased() ?? ""
        guard !query.isEmpty else { return [] }
        return window.entries.indices.filter { index in
            switch window.entries[index].content {
            case .message(let message): message.lines.contains { $0.lowercased().contains(query) }
            case .notice(let lines, _): lines.contains { $0.lowercased().contains(query) }
            }
        }
    }

    private mutating func toMatch(older: Bool) {
        let rows = TranscriptLayout(self, window, width: layout.textWidth)
        let places = matches.map { rows.rowsBelow($0) }
        let height = max(1, layout.transcriptRows)
        let isFirst = window.scroll == 0
        // A match that is on the screen already is where one stands; the first one asked for may be there too.
        let next =
            older
            ? places.last { isFirst ? $0 >= 0 : $0 > window.scroll } : places.first { $0 < window.scroll }
        guard let next else { return }
        window.scroll = rows.visible(height: height, scroll: next).scroll
    }
}
