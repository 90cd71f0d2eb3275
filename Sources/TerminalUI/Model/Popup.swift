package import ChatKit
package import MeshCore

/// What lies over the chat until Esc.
package enum Popup: Equatable, Sendable {
    case help(HelpPage, scroll: Int)
    case invite(InputLine)
    case members(selected: Int)
    case identity(IdentityPage)
    /// The number to compare, once the node has told it.
    case verify(NodeID, number: String?)
    case network
    /// Revoking is for ever: the name is typed again.
    case revoke(NodeID, InputLine)
    case paste(String)
}

/// What is explained.
package enum HelpPage: Equatable, Sendable {
    case all
    case command(HelpTopic)
    case keys
}

/// How one's own key is shown.
package struct IdentityPage: Equatable, Sendable {
    /// Light on dark, for a camera that wants it so.
    var isInverted = false
    /// The first row of words that is shown; nil shows hex digits.
    var wordRow: Int?
}

/// What is wrong with a key that is being typed, to the character.
enum KeyField {
    /// Spaces and line ends are how keys are often copied; of `KEY@HOST:PORT` the key counts, and of what a camera
    /// read the part behind `MESH:`.
    static func digits(_ text: String) -> String {
        let key = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        let digits = String(key.filter { !$0.isWhitespace })
        let prefix = MemberLookup.scanPrefix
        return digits.hasPrefix(prefix) ? String(digits.dropFirst(prefix.count)) : digits
    }

    enum Verdict: Equatable {
        case key(NodeID)
        case problem(String)
    }

    static func verdict(_ text: String, selfID: NodeID, members: [MemberInfo]) -> Verdict {
        let digits = digits(text)
        if digits.isEmpty { return .problem("paste or type the 64 hex digits that your friend sees with F4") }
        if let index = digits.firstIndex(where: { !$0.isASCII || !$0.isHexDigit }) {
            let place = digits.distance(from: digits.startIndex, to: index) + 1
            let shown = SafeText.printable(String(digits[index]), limit: 8)
            return .problem("character \(place) is \"\(shown)\"; a key has only 0-9 and a-f")
        }
        let count = digits.count
        if count < 64 { return .problem("\(64 - count) of 64 digits are missing") }
        if count > 64 { return .problem("\(count - 64) digits too many; a key has 64") }
        guard let key = NodeID(hex: digits) else { return .problem("no key has these digits") }
        if key == selfID { return .problem("this is your own key; invite your friend's") }
        if let member = members.first(where: { $0.id == key }) {
            switch member.state {
            case .revoked: return .problem("this key was revoked, which is for good; your friend needs a new one")
            case .void: break
            default: return .problem("\(NickText.name(key, nick: member.nick, among: members)) is a member already")
            }
        }
        return .key(key)
    }

    /// In groups of eight, as people read it aloud.
    static func groups(_ digits: String) -> [String] {
        let characters = Array(digits)
        return stride(from: 0, to: characters.count, by: 8).map {
            String(characters[$0..<min($0 + 8, characters.count)])
        }
    }
}
