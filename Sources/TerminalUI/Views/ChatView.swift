internal import MeshCore

/// The chat's screen: title, transcript with what stands beside it, status, input, hints, and a popup over them.
enum ChatView {
    static func canvas(of model: ChatModel) -> Canvas {
        var canvas = Canvas(model.size)
        guard ScreenLayout.fits(model.size) else {
            TooSmallView.draw(on: &canvas)
            return canvas
        }
        let layout = model.layout
        drawTitle(model, on: &canvas)
        let top = drawTranscript(model, layout, on: &canvas)
        if layout.chatsWidth > 0 { ChatsView.draw(model, layout, on: &canvas) }
        if layout.membersWidth > 0 { MembersBar.draw(model, layout, on: &canvas) }
        drawFrame(model, layout, day: top?.at ?? model.now, on: &canvas)
        StatusBar.draw(model, layout, on: &canvas)
        InputView.draw(model, layout, on: &canvas)
        if let row = layout.hints { drawHints(model, row, on: &canvas) }
        if let popup = model.popup { PopupView.draw(popup, model, on: &canvas) }
        return canvas
    }

    private static func drawTitle(_ model: ChatModel, on canvas: inout Canvas) {
        canvas.fill(0, .bar)
        let members = model.snapshot.members.filter(\.isMember)
        let others = members.filter { !$0.isSelf }
        let unverified = others.filter { !model.snapshot.verified.contains($0.id) }.count
        var parts: [String]
        switch model.window.kind {
        case .group:
            let online = members.count(where: \.isInReach)
            parts = [" \(model.title(of: model.window))  \(members.count) members, \(online) online"]
            parts += ["end-to-end encrypted"]
            if !others.isEmpty {
                parts += [unverified == 0 ? "all verified" : "\(unverified) of \(others.count) NOT verified"]
            }
        case .direct(let id):
            let state = members.first { $0.id == id }?.state.rawValue ?? "no member"
            parts = [" \(model.title(of: model.window)) [\(id.short)]  \(state)", "only the two of you can read this"]
            parts += [model.snapshot.verified.contains(id) ? "verified" : "NOT verified: F3, then Enter"]
        }
        let room = model.size.columns - 8
        // Where room is short, what one may have to act on stays.
        if CellWidth.of(parts.joined(separator: " | ")) > room, parts.count > 2 { parts.remove(at: 1) }
        var text = parts[0]
        for part in parts.dropFirst() where CellWidth.of(text + " | " + part) <= room { text += " | " + part }
        canvas.write(text, 0, 0, Style(nil, [.reverse, .bold]), end: room)
        canvas.write("F1 Help", 0, model.size.columns - 7, .bar)
    }

    /// - Returns: The entry at its top, whose day the frame names.
    private static func drawTranscript(
        _ model: ChatModel, _ layout: ScreenLayout, on canvas: inout Canvas
    ) -> Entry? {
        let transcript = TranscriptLayout(model, model.window, width: layout.textWidth)
        let (rows, top, _) = transcript.visible(height: layout.transcriptRows, scroll: model.window.scroll)
        for (index, row) in rows.enumerated() {
            draw(row, transcript, layout, at: layout.transcriptTop + index, on: &canvas)
        }
        return top
    }

    private static func draw(
        _ row: TranscriptRow, _ transcript: TranscriptLayout, _ layout: ScreenLayout, at number: Int,
        on canvas: inout Canvas
    ) {
        let (left, right) = (layout.textLeft, layout.textRight)
        if let separator = row.separator {
            let style: Style = separator.isNew ? .warning : .dim
            if separator.isNew {
                canvas.write(String(repeating: "- ", count: layout.textWidth / 2), number, left, style, end: right)
                canvas.write(
                    " \(separator.label) ", number, left + (layout.textWidth - separator.label.count) / 2, style,
                    end: right)
            } else {
                drawRule(label: separator.label, number, left, right, on: &canvas)
            }
            return
        }
        canvas.write(row.clock, number, left, .dim, end: min(right, left + transcript.clockWidth))
        let name = CellWidth.fit(row.name, transcript.nameWidth, atEnd: true)
        let body = canvas.write(name, number, left + transcript.clockWidth, row.nameStyle, end: right)
        var column = canvas.write(" │ ", number, body, .dim, end: right)
        for span in row.spans {
            column = canvas.write(span.text, number, column, span.style, end: right, link: span.link)
        }
        let mark = right - CellWidth.of(row.mark) - 1
        canvas.write(row.mark, number, mark, row.mark.hasPrefix("✓") ? .good : .dim, end: right)
    }

    /// `─── label ──────`
    static func drawRule(label: String, _ row: Int, _ left: Int, _ right: Int, on canvas: inout Canvas) {
        canvas.fill(row, from: left, to: right, with: "─", .dim)
        guard !label.isEmpty else { return }
        canvas.write(" \(label) ", row, left + 3, .plain, end: right - 1)
    }

    private static func drawFrame(_ model: ChatModel, _ layout: ScreenLayout, day: UInt64, on canvas: inout Canvas) {
        drawRule(label: model.time.longDay(day), layout.frame, layout.textLeft, layout.textRight, on: &canvas)
        if let row = layout.lowerFrame { canvas.fill(row, with: "─", .dim) }
        for (width, column) in [(layout.chatsWidth, layout.chatsWidth), (layout.membersWidth, layout.textRight)]
        where width > 0 {
            for row in layout.transcriptTop..<layout.transcriptTop + layout.transcriptRows {
                canvas.write("│", row, column, .dim)
            }
            canvas.write("┬", layout.frame, column, .dim)
            if let row = layout.lowerFrame { canvas.write("┴", row, column, .dim) }
        }
    }

    private static func drawHints(_ model: ChatModel, _ row: Int, on canvas: inout Canvas) {
        let hints: [String]
        if model.find != nil {
            hints = ["Enter/Up older", "Down newer", "Esc done"]
        } else if model.isLeaving {
            hints = ["Your line is kept (Up brings it back). Ctrl+C again quits."]
        } else {
            hints = [
                "F2 Invite", "F3 Members", "F4 Identity", "F5 Network", "^F Find", "Alt+Enter newline", "F6 Panels",
                "Tab complete", "Alt+A next unread",
            ]
        }
        var text = ""
        for hint in hints where CellWidth.of(text) + hint.count + 2 <= model.size.columns {
            text += (text.isEmpty ? " " : "  ") + hint
        }
        canvas.write(text, row, 0, .dim)
    }
}

/// The screen cannot hold a chat.
enum TooSmallView {
    static func draw(on canvas: inout Canvas) {
        let least = ScreenLayout.least
        let text =
            "mesh-chat-tui needs \(least.columns)x\(least.rows); this is \(canvas.size.columns)x\(canvas.size.rows)."
        for (index, row) in WordWrap.rows(text, width: canvas.size.columns).enumerated() { canvas.write(row, index, 0) }
        canvas.cursor = nil
    }
}
