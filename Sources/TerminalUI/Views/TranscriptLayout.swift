internal import ChatKit
internal import MeshCore

/// A piece of text in one look.
struct Span: Equatable {
    var text: String
    var style = Style.plain
    /// The address that it stands for.
    var link: String?
}

/// One row of a transcript.
struct TranscriptRow {
    var clock = ""
    var name = ""
    var nameStyle = Style.plain
    var spans: [Span] = []
    /// How far an own message has come.
    var mark = ""
    /// A line across all columns, with this label.
    var separator: (label: String, isNew: Bool)?
}

/// The entries of a window as rows of a certain width.
struct TranscriptLayout {
    private static let markWidth = 9

    let window: Window
    let snapshot: Snapshot
    let selfID: NodeID
    let width: Int
    let colours: Int
    let time: LocalTime
    let query: String
    let nameWidth: Int
    /// 0 where no times are shown.
    let clockWidth: Int

    init(_ model: ChatModel, _ window: Window, width: Int) {
        (self.window, self.width, snapshot, selfID) = (window, width, model.snapshot, model.selfID)
        (colours, time, query) = (model.traits.colours, model.time, model.find?.text.lowercased() ?? "")
        clockWidth = model.showsTimes ? 5 : 0
        let longest = snapshot.members.compactMap { $0.nick.map { CellWidth.of($0) } }.max() ?? 0
        nameWidth = width < 60 ? 7 : min(max(7, longest), width < 100 ? 10 : 14)
    }

    var bodyWidth: Int { max(8, width - clockWidth - nameWidth - 3) }

    /// The rows of one entry, with the lines that stand above it.
    func rows(at index: Int) -> [TranscriptRow] {
        let entry = window.entries[index]
        var rows: [TranscriptRow] = []
        if index > 0, time.day(entry.at) != time.day(window.entries[index - 1].at) {
            rows.append(TranscriptRow(separator: (time.longDay(entry.at), false)))
        }
        if index > 0, window.entries[index - 1].number == window.readMark, window.newSinceMark > 0 {
            let count = window.newSinceMark
            rows.append(
                TranscriptRow(separator: ("\(count) new since \(time.clock(window.entries[index - 1].at))", true)))
        }
        return rows + body(entry)
    }

    private func body(_ entry: Entry) -> [TranscriptRow] {
        switch entry.content {
        case .message(let message): return gap(before: message) + self.rows(of: message, at: entry.at)
        case .notice(let lines, let isAlarm):
            let style: Style = isAlarm ? .alarm : .dim
            let texts = lines.flatMap { WordWrap.rows($0, width: bodyWidth) }
            return texts.enumerated().map { index, text in
                TranscriptRow(
                    clock: index == 0 ? time.clock(entry.at) : "", name: index == 0 ? (isAlarm ? "!" : "*") : "",
                    nameStyle: style, spans: [Span(text: text, style: isAlarm ? .alarm : .plain)])
            }
        }
    }

    private func gap(before message: Message) -> [TranscriptRow] {
        guard let gap = TextView.gap(message.missing, of: name(of: message)) else { return [] }
        return [TranscriptRow(name: "…", spans: [Span(text: gap, style: .dim)])]
    }

    private func rows(of message: Message, at: UInt64) -> [TranscriptRow] {
        let room = message.isOwn ? bodyWidth - Self.markWidth : bodyWidth
        let usual: Style = message.mentionsMe ? .bold : .plain
        var rows = message.lines.flatMap { line in
            let rows = WordWrap.rows(line, width: room)
            return query.isEmpty ? Links.spans(of: line, in: rows, usual) : rows.map { found($0, usual) }
        }
        if let via = message.via, via != message.from {
            let name = NickText.name(via, nick: snapshot.members.first { $0.id == via }?.nick, among: snapshot.members)
            rows.append([Span(text: "(handed over by \(name))", style: .dim)])
        }
        return rows.enumerated().map { index, spans in
            var row = TranscriptRow(spans: spans)
            guard index == 0 else { return row }
            row.clock = time.clock(at)
            row.name = name(of: message)
            row.nameStyle = message.isOwn ? .bold : NickColour.of(message.from.rawBytes[0], colours: colours)
            row.mark = message.isOwn ? Self.mark(message.delivery) : ""
            return row
        }
    }

    private func name(of message: Message) -> String {
        let nick = snapshot.members.first { $0.id == message.from }?.nick ?? message.fromNick
        return NickText.name(message.from, nick: nick, among: snapshot.members)
    }

    static func mark(_ delivery: Delivery?) -> String {
        guard let delivery else { return "·" }
        switch delivery.state {
        case .queued: return "· queued"
        case .passed: return ">0/\(delivery.audience)"
        case .delivered:
            return delivery.behind.isEmpty && delivery.count == 1 ? "✓" : "✓\(delivery.count)/\(delivery.audience)"
        }
    }

    // MARK: Looks

    /// What is searched for is reversed.
    private func found(_ text: String, _ usual: Style) -> [Span] {
        let (characters, wanted) = (Array(text), Array(query))
        var spans: [Span] = []
        var index = 0
        while index < characters.count {
            let end = index + wanted.count
            let isHit = end <= characters.count && String(characters[index..<end]).lowercased() == query
            let piece = isHit ? String(characters[index..<end]) : String(characters[index])
            spans.append(Span(text: piece, style: isHit ? .bar : usual))
            index += isHit ? wanted.count : 1
        }
        return spans
    }

    // MARK: From the bottom

    /// The `height` rows that end `scroll` rows above the newest one, the entry at their top, and how far up one can go
    /// at all when that is less.
    func visible(height: Int, scroll: Int) -> (rows: [TranscriptRow], top: Entry?, scroll: Int) {
        var rows: [TranscriptRow] = []
        var top: Entry?
        for (entry, index) in zip(window.entries, window.entries.indices).reversed() {
            top = entry
            rows.insert(contentsOf: self.rows(at: index), at: 0)
            if rows.count >= height + scroll { break }
        }
        let scroll = max(0, min(scroll, rows.count - height))
        return (Array(rows.dropLast(scroll).suffix(height)), top, scroll)
    }

    /// Whether at most so many rows lie below the end of an entry; looks no further than that.
    func ends(_ index: Int, within limit: Int) -> Bool {
        var below = 0
        for other in window.entries.indices.dropFirst(index + 1).reversed() {
            below += rows(at: other).count
            if below > limit { return false }
        }
        return true
    }

    /// How many rows lie below the end of an entry.
    func rowsBelow(_ index: Int) -> Int {
        window.entries.indices.dropFirst(index + 1).reduce(0) { $0 + rows(at: $1).count }
    }
}
