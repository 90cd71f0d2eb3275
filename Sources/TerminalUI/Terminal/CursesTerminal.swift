internal import CNCurses
package import ChatKit

/// The real terminal. The only file that knows curses; everything in it runs on the thread that opened it.
package final class CursesTerminal: Terminal {
    private let usesASCII: Bool
    private var shown: Canvas?

    /// What must happen before the program's first thread: signals that the terminal waits for go to nobody else.
    package static func prepare() { mesh_terminal_block_signals() }

    /// - Throws: ``UserError`` 1 with what to do instead.
    package init(usesColours: Bool, usesASCII: Bool) throws(UserError) {
        self.usesASCII = mesh_terminal_locale() == 0 || usesASCII
        let line = "; mesh-chat needs no such terminal and takes the same commands"
        switch UInt32(mesh_terminal_open(usesColours ? 1 : 0)) {
        case MESH_OPENED.rawValue: break
        case MESH_UNKNOWN_TERMINAL.rawValue:
            throw UserError(.failed, "the terminal that TERM names cannot place text anywhere" + line)
        default: throw UserError(.failed, "standard input and output are not a terminal" + line)
        }
    }

    deinit { mesh_terminal_close() }

    package var size: Size {
        var (rows, columns): (Int32, Int32) = (0, 0)
        // Reason for unsafe: the two local numbers are written before the call returns.
        unsafe mesh_terminal_size(&rows, &columns)
        return Size(rows: Int(rows), columns: Int(columns))
    }

    package var traits: TerminalTraits {
        var traits = TerminalTraits()
        traits.colours = Int(mesh_terminal_colours())
        traits.hasUnicode = !usesASCII
        traits.erasesWithControlH = mesh_terminal_erase_byte() == 0x08
        return traits
    }

    package func present(_ canvas: Canvas) {
        let canvas = usesASCII ? canvas.asASCII : canvas
        let isSameSize = shown?.size == canvas.size
        let changed = canvas.rows.indices.filter { !isSameSize || shown?.rows[$0] != canvas.rows[$0] }
        for number in changed { draw(canvas.rows[number], at: Int32(number)) }
        mesh_terminal_present(Int32(canvas.cursor?.row ?? -1), Int32(canvas.cursor?.column ?? 0))
        if mesh_terminal_has_links() != 0 {
            let links = LinkSequences.bytes(for: changed.map { ($0, canvas.rows[$0]) })
            if !links.isEmpty { send(links) }
        }
        shown = canvas
    }

    package func present(bare lines: [String]) {
        // From the newest up, as many as fit when the terminal wraps them.
        let size = size
        var (room, shown): (Int, [String]) = (size.rows, [])
        for line in lines.reversed() {
            let line = usesASCII ? Canvas.ascii(line) : line
            room -= max(1, (CellWidth.of(line) + size.columns - 1) / max(1, size.columns))
            guard room >= 0 else { break }
            shown.insert(line, at: 0)
        }
        send(Array(("\u{1B}[0m\u{1B}[H\u{1B}[2J" + shown.joined(separator: "\r\n")).utf8))
        self.shown = nil
    }

    /// Runs of equal style, so that curses gets few and long pieces.
    private func draw(_ row: [Cell], at number: Int32) {
        mesh_terminal_clear(number)
        var start = 0
        while start < row.count {
            let style = row[start].style
            var end = start
            while end < row.count, row[end].style == style { end += 1 }
            let text = row[start..<end].map(\.text).joined()
            // Reason for unsafe: the text lives as long as the call, and curses copies it.
            unsafe mesh_terminal_draw(
                number, Int32(start), text, Int32(text.utf8.count), Int32(style.traits.rawValue),
                style.foreground.map(Int32.init) ?? -1)
            start = end
        }
    }

    package func read() -> [UInt8]? {
        var count = 0
        // Reason for unsafe: `read` fills the new array's own memory and says how much of it.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, initialized in
            count = unsafe mesh_terminal_read(buffer.baseAddress, buffer.count)
            initialized = max(0, count)
        }
        return count < 0 ? nil : bytes
    }

    package func wait(pipe: Int32, milliseconds: Int?) -> Wake {
        let wake = Wake(rawValue: mesh_terminal_wait(pipe, milliseconds.map { Int32(clamping: $0) } ?? -1))
        if wake.contains(.continued) { shown = nil }
        return wake
    }

    package func send(_ bytes: [UInt8]) {
        // Reason for unsafe: the bytes live as long as the call.
        unsafe bytes.withUnsafeBytes {
            unsafe mesh_terminal_send($0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
        }
    }

    package func redraw() {
        shown = nil
        mesh_terminal_redraw()
    }

    package func suspend() {
        mesh_terminal_suspend()
        shown = nil
    }

    package func lend(_ body: () -> Void) {
        mesh_terminal_close()
        body()
        mesh_terminal_take_back()
        shown = nil
    }

    package func close() { mesh_terminal_close() }
}
