/// Bytes of a terminal as keys: UTF-8, the control bytes, the sequences of xterm, rxvt, the Linux console and of tmux,
/// and the forms that tell keys apart (`CSI 105;5u` of kitty, `CSI 27;5;105~` of xterm). What it does not know it drops
/// whole, so that the rest of a sequence is never typed as text.
package struct KeyDecoder: Sendable {
    /// A paste beyond this is longer than any message, and is counted only.
    static let pasteLimit = 1 << 20
    private static let sequenceLimit = 64
    private static let pasteEnd = Array("\u{1B}[201~".utf8)

    private var pending: [UInt8] = []
    private var paste: [UInt8]?
    private var dropped = 0
    /// Byte 0x08 is Backspace, since the terminal erases with it; else it is Ctrl+H.
    private let erasesWithControlH: Bool

    package init(erasesWithControlH: Bool = false) { self.erasesWithControlH = erasesWithControlH }

    /// An Esc may be the key, or the beginning of more: ask again with ``flush()`` when nothing follows within a moment.
    /// The rest of a character always comes, so it is waited for without end.
    package var isWaiting: Bool {
        paste == nil && pending.first == 0x1B && (pending.count == 1 || pending[1] < 0x80)
    }

    package mutating func feed(_ bytes: [UInt8]) -> [Typed] {
        var result: [Typed] = []
        pending += bytes
        var rest = pending[...]
        while !rest.isEmpty {
            if paste != nil {
                guard let typed = takePaste(&rest) else { break }
                result.append(typed)
                continue
            }
            let (used, typed) = next(rest)
            guard used > 0 else { break }
            rest = rest.dropFirst(used)
            if let typed { result.append(typed) }
        }
        pending = Array(rest)
        return result
    }

    /// Nothing more came: an Esc that stands alone is the key.
    package mutating func flush() -> [Typed] {
        guard isWaiting else { return [] }
        let rest = Array(pending.dropFirst())
        pending = []
        // Esc and [ alone is Alt+[; a longer beginning of a sequence was cut off by the line and means nothing.
        if rest.isEmpty { return [.key(Key(.escape))] }
        return rest.count == 1 ? [.key(.alt(Character(Unicode.Scalar(rest[0]))))] : []
    }

    // MARK: Paste

    /// Nil when its end has not come yet.
    private mutating func takePaste(_ rest: inout ArraySlice<UInt8>) -> Typed? {
        let mark = Self.pasteEnd
        var found = rest.firstIndex(of: 0x1B)
        while let place = found, !rest[place...].starts(with: mark) {
            found = rest[(place + 1)...].firstIndex(of: 0x1B)
        }
        guard let end = found else {
            // The end's own beginning may be the last bytes so far.
            let safe = max(rest.startIndex, rest.endIndex - (mark.count - 1))
            keep(rest[..<safe])
            rest = rest[safe...]
            return nil
        }
        keep(rest[..<end])
        rest = rest[(end + mark.count)...]
        defer { (paste, dropped) = (nil, 0) }
        return .paste(paste ?? [], dropped: dropped)
    }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        let room = Self.pasteLimit - (paste?.count ?? 0)
        paste? += bytes.prefix(room)
        dropped += max(0, bytes.count - room)
    }

    // MARK: One key

    /// How many bytes the first key has, 0 when more must come; nil for what means nothing.
    private mutating func next(_ bytes: ArraySlice<UInt8>) -> (used: Int, typed: Typed?) {
        guard let first = bytes.first else { return (0, nil) }
        switch first {
        case 0x1B: return escape(bytes)
        case 0x20..<0x7F: return (1, .key(.character(Character(Unicode.Scalar(first)))))
        case 0x80...: return scalar(bytes)
        default: return (1, control(first).map(Typed.key))
        }
    }

    private func control(_ byte: UInt8) -> Key? {
        switch byte {
        case 0x0D: Key(.enter)
        case 0x09: Key(.tab)
        case 0x7F: Key(.backspace)
        case 0x08: erasesWithControlH ? Key(.backspace) : .control("h")
        case 0x00: .control(" ")
        case 0x01...0x1A: .control(Character(Unicode.Scalar(byte + 0x60)))
        case 0x1C...0x1F: .control(Character(Unicode.Scalar(byte + 0x40)))
        default: nil
        }
    }

    private func scalar(_ bytes: ArraySlice<UInt8>) -> (Int, Typed?) {
        let first = bytes[bytes.startIndex]
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 1
        let scalar = bytes.prefix(length)
        // A byte that nothing fitting follows takes none of the next key with it.
        guard length > 1, scalar.dropFirst().allSatisfy({ 0x80..<0xC0 ~= $0 }) else { return (1, nil) }
        guard scalar.count == length else { return (0, nil) }
        guard let character = String(validating: scalar, as: UTF8.self)?.first else { return (1, nil) }
        return (length, .key(.character(character)))
    }

    private mutating func escape(_ bytes: ArraySlice<UInt8>) -> (Int, Typed?) {
        guard bytes.count > 1 else { return (0, nil) }
        let second = bytes[bytes.startIndex + 1]
        switch second {
        case UInt8(ascii: "["): return controlSequence(bytes)
        case UInt8(ascii: "O"):
            guard bytes.count > 2 else { return (0, nil) }
            guard bytes[bytes.startIndex + 2] != 0x1B else { return (2, .key(.alt("O"))) }
            return (3, SequenceTable.key(final: bytes[bytes.startIndex + 2], modifiers: []).map(Typed.key))
        case 0x1B: return (1, .key(Key(.escape)))
        default:
            // Alt is an Esc before the key.
            let (used, typed) = next(bytes.dropFirst())
            guard used > 0, case .key(var key)? = typed else { return (used == 0 ? 0 : used + 1, nil) }
            key.modifiers.insert(.alt)
            return (used + 1, .key(key))
        }
    }

    private mutating func controlSequence(_ bytes: ArraySlice<UInt8>) -> (Int, Typed?) {
        let body = bytes.dropFirst(2)
        // The Linux console's function keys: `CSI [ A`.
        if body.first == UInt8(ascii: "[") {
            guard body.count > 1 else { return (0, nil) }
            guard body[body.startIndex + 1] != 0x1B else { return (3, nil) }
            let number = Int(body[body.startIndex + 1]) - 0x40
            return (4, (1...5).contains(number) ? .key(Key(.function(number))) : nil)
        }
        guard let end = body.firstIndex(where: { !(0x20...0x3F).contains($0) }) else {
            return (bytes.count > Self.sequenceLimit ? bytes.count : 0, nil)
        }
        let used = end - bytes.startIndex + 1
        // A new sequence or a control byte inside one ends it.
        guard (0x40...0x7E).contains(bytes[end]) else { return (used - 1, nil) }
        let text = String(decoding: body[..<end], as: UTF8.self)
        if bytes[end] == UInt8(ascii: "~"), text == "200" {
            paste = []
            return (used, nil)
        }
        return (used, SequenceTable.typed(text, final: bytes[end]))
    }
}
