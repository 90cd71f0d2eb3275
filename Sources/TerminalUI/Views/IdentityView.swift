internal import ChatKit
internal import MeshCore

/// Who one is: for a camera, for copying, for reading aloud.
enum IdentityView {
    private static let gap = 2
    /// Less than this beside the picture would break the groups of a key.
    private static let leastText = 39

    static func draw(_ page: IdentityPage, _ model: ChatModel, _ width: Int, on canvas: inout Canvas) {
        let picture = picture(page, model, width)
        let textWidth = picture.isEmpty ? width : width - CellWidth.of(picture[0]) - gap
        let text = page.wordRow.map { words(from: $0, model, textWidth) } ?? digits(model, textWidth)
        let rows = picture.isEmpty ? text : beside(picture, text)
        PopupBox.draw(
            "Your identity (F4, Ctrl+E, /me)", rows,
            footer: "Esc close  c copy key  a copy line  w \(page.wordRow == nil ? "words" : "next")"
                + (picture.isEmpty ? "" : "  i invert QR"),
            size: model.size, on: &canvas)
    }

    private static func digits(_ model: ChatModel, _ width: Int) -> [[Span]] {
        let groups = KeyField.groups(model.selfID.hex)
        let perRow = width >= leastText ? 4 : 3
        let gap = PopupBox.gap(model.size)
        var rows: [[Span]] = [name(model)] + gap + [.text("Public key (give it to who invites you)")]
        for start in stride(from: 0, to: groups.count, by: perRow) {
            rows.append(.text("  " + groups[start..<min(start + perRow, groups.count)].joined(separator: " "), .bold))
        }
        rows += gap + [.text("The line to hand to a friend as seed peer")]
        rows += WordWrap.rows(model.contact, width: width - 2).map { .text("  " + $0) }
        rows += gap + [.text("Listening on  \(model.listening)")]
        rows += [Span].wrapped("To check ONE person, both open  /verify NICK", width, .dim)
        if let remark = model.remark { rows += [Span].wrapped(remark, width, .good) }
        return rows
    }

    private static func name(_ model: ChatModel) -> [Span] {
        let nick = model.snapshot.nick.map { SafeText.printable($0, limit: 32) } ?? "nobody yet (/nick NAME)"
        return [Span(text: "You are "), Span(text: nick, style: .bold), Span(text: "  [\(model.selfID.short)]")]
    }

    // MARK: Words

    private static let wordsPerRow = 3
    private static let wordRows = (32 + wordsPerRow - 1) / wordsPerRow

    /// How many rows of words a screen has beside the name and the title.
    private static func wordRoom(_ size: Size) -> Int { max(1, PopupBox.rows(size) - 2 - 2 * PopupBox.gap(size).count) }

    static func nextWordRow(after row: Int?, _ size: Size) -> Int? {
        guard let row else { return 0 }
        let next = row + wordRoom(size)
        return next < wordRows ? next : nil
    }

    private static func words(from first: Int, _ model: ChatModel, _ width: Int) -> [[Span]] {
        let words = KeyWords.of(model.selfID)
        let gap = PopupBox.gap(model.size)
        let shown = (0..<wordRows).dropFirst(first).prefix(wordRoom(model.size)).map { row -> [Span] in
            let words = words.dropFirst(row * wordsPerRow).prefix(wordsPerRow)
            return .text(words.map { CellWidth.fit($0, width / wordsPerRow) }.joined(), .bold)
        }
        return [name(model)] + gap + [.text(CellWidth.cut("Your key as words (PGP word list)", to: width))] + gap
            + shown
    }

    // MARK: Picture

    /// Empty where it does not fit or would not be one: `ascii` has no half blocks.
    private static func picture(_ page: IdentityPage, _ model: ChatModel, _ width: Int) -> [String] {
        guard model.traits.hasUnicode, let code = QRCode(model.selfID), code.size.rows <= PopupBox.rows(model.size),
            code.size.columns + gap + leastText <= width
        else { return [] }
        return code.rows(isInverted: page.isInverted)
    }

    private static func beside(_ picture: [String], _ text: [[Span]]) -> [[Span]] {
        let blank = String(repeating: " ", count: CellWidth.of(picture[0]))
        return (0..<max(picture.count, text.count)).map { index in
            let left =
                index < picture.count ? Span(text: picture[index], style: .ink) : Span(text: blank)
            return [left, Span(text: String(repeating: " ", count: gap))] + (index < text.count ? text[index] : [])
        }
    }
}
