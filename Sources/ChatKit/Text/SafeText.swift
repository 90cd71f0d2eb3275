internal import MeshCore

/// The one filter that every string from a peer passes before a terminal or a log sees it.
///
/// A terminal obeys what it is sent: escape sequences move the cursor, set titles, even type (CWE-150); bidirectional
/// controls and invisible characters make one text look like another (Unicode UTS 39, Trojan Source). What is taken
/// out is shown as `⟨1B⟩`, so that nobody wonders where it went. JSON lines carry the exact text instead, escaped.
package enum SafeText {
    /// More combining marks than any script stacks are a flood that smears over the lines around it.
    private static let combiningLimit = 4
    /// Characters of one string; a message may have 64 KiB, and a nick, address or reason is far shorter.
    private static let defaultLimit = 70_000

    /// `text` with everything replaced that is not plain visible text; on one line.
    package static func printable(_ text: String, limit: Int = defaultLimit) -> String {
        var result = String.UnicodeScalarView()
        var marks = 0
        var count = 0
        let scalars = Array(text.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            guard count < limit else {
                result.append("…")
                break
            }
            count += 1
            if isCombining(scalar) {
                marks += 1
                if marks > combiningLimit { continue }
                // At the very start a mark would sit on whatever was printed before.
                if result.isEmpty { result.append("\u{25CC}") }
                result.append(scalar)
            } else if isVisible(scalar) || isJoiner(scalar, at: index, in: scalars) {
                if !isJoinerOrSelector(scalar) { marks = 0 }
                result.append(scalar)
            } else {
                marks = 0
                result.append(contentsOf: "⟨\(hex(scalar))⟩".unicodeScalars)
            }
        }
        return String(result)
    }

    /// The lines of `text`, each printable. A message may have several; whoever prints them puts something in front
    /// of all but the first, so that no peer can make a line that looks like somebody else's.
    package static func printableLines(_ text: String) -> [String] {
        text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
            .map { printable(String($0)) }
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return false
        default: break
        }
        // Default-ignorable letters that show as nothing: Hangul fillers, Khmer inherent vowels, the combining
        // grapheme joiner and the like. Variation selectors stay where a joiner may.
        return !scalar.properties.isDefaultIgnorableCodePoint
    }

    private static func isCombining(_ scalar: Unicode.Scalar) -> Bool {
        guard !scalar.properties.isDefaultIgnorableCodePoint else { return false }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return true
        default: return false
        }
    }

    private static func isJoinerOrSelector(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\u{200D}" || scalar == "\u{FE0E}" || scalar == "\u{FE0F}"
    }

    /// ZWJ and the emoji selectors, where they make an emoji: behind an emoji, and the joiner also before one.
    private static func isJoiner(_ scalar: Unicode.Scalar, at index: Int, in scalars: [Unicode.Scalar]) -> Bool {
        guard isJoinerOrSelector(scalar), index > 0 else { return false }
        var before = index - 1
        if scalars[before] == "\u{FE0F}", before > 0 { before -= 1 }
        let joined = scalars[before].properties
        guard joined.isEmoji || joined.isEmojiModifier else { return false }
        guard scalar == "\u{200D}" else { return before == index - 1 }
        return index + 1 < scalars.count && scalars[index + 1].properties.isEmoji
    }

    private static func hex(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return digits.count < 2 ? "0" + digits : digits
    }
}

// MARK: - Nicks

extension SafeText {
    /// Why `nick` cannot be one, as a sentence; nil when it can: the core's rule, and nothing invisible.
    package static func nickProblem(_ nick: String) -> String? {
        if let problem = Nick.problem(with: nick) { return "a nick " + problem }
        return nick.unicodeScalars.allSatisfy(isVisible) ? nil : "a nick has no invisible characters"
    }

    /// Two nicks with equal skeletons look alike: letter case, and letters of other scripts that copy a Latin one
    /// (the commonest of Unicode UTS 39's confusables), do not count.
    package static func skeleton(_ nick: String) -> String {
        String(nick.lowercased().map { confusables[$0] ?? $0 })
    }

    private static let confusables: [Character: Character] = {
        let lookalikes: [(Character, String)] = [
            ("a", "аα"), ("b", "Ьв"), ("c", "сϲ"), ("d", "ԁ"), ("e", "еε"), ("g", "ɡ"), ("h", "һ"), ("i", "іι1l|ı"),
            ("j", "јϳ"), ("k", "κк"), ("m", "м"), ("n", "ո"), ("o", "оο0"), ("p", "рρ"), ("q", "ԛ"), ("s", "ѕ5"),
            ("t", "тτ"), ("u", "υս"), ("v", "ν"), ("w", "ԝω"), ("x", "хχ"), ("y", "уγ"), ("z", "ᴢ2"),
        ]
        return Dictionary(
            lookalikes.flatMap { latin, others in others.map { ($0, latin) } }, uniquingKeysWith: { first, _ in first })
    }()
}
