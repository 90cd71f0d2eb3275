package import MeshCore

/// How a member is called on screen: the nick, with a key tag where it is not enough to tell members apart.
package enum NickText {
    /// `bob`; `bob~a1b2c3d4` when another member's nick looks the same; `a1b2c3d4` without a nick.
    package static func name(_ key: NodeID, nick: String?, among members: [MemberInfo]) -> String {
        guard let nick else { return key.short }
        let skeleton = SafeText.skeleton(nick)
        let isShared = members.contains { other in
            other.id != key && other.nick.map { SafeText.skeleton($0) == skeleton } == true
        }
        let name = SafeText.printable(nick, limit: 64)
        return isShared ? "\(name)~\(key.short)" : name
    }
}

/// Finds the member somebody means.
package enum MemberLookup {
    package enum Failure: Error, Equatable {
        case unknownNick(String, near: String?)
        /// Several members go by this nick; their keys.
        case ambiguousNick(String, [NodeID])
        /// The nick belongs to a revoked key only.
        case revoked(String)
        /// Hex that is too short or too long for a key.
        case notAKey(String)
    }

    /// A key in full, or the member that alone goes by the nick. Never the short form of a key: anybody can make a
    /// key with given first digits in minutes.
    package static func find(_ text: String, among members: [MemberInfo]) throws(Failure) -> NodeID {
        if let key = NodeID(hex: text) { return key }
        let named = members.filter { $0.nick == text }
        let current = named.filter(\.isMember)
        if let member = current.first {
            guard current.count == 1 else { throw .ambiguousNick(text, current.map(\.id).sorted()) }
            return member.id
        }
        if !named.isEmpty { throw .revoked(text) }
        if looksLikeHex(text) { throw .notAKey(text) }
        let nicks = members.filter { !$0.isSelf }.compactMap(\.nick)
        throw .unknownNick(text, near: NearestName.of(text, among: nicks))
    }

    /// What a key begins with that a camera read; it tells people what they have before them.
    package static let scanPrefix = "MESH:"

    /// A key in full and nothing else.
    package static func key(_ text: String) throws(Failure) -> NodeID {
        let digits = text.hasPrefix(scanPrefix) ? text.dropFirst(scanPrefix.count) : text[...]
        guard let key = NodeID(hex: digits) else { throw .notAKey(text) }
        return key
    }

    private static func looksLikeHex(_ text: String) -> Bool {
        text.utf8.count >= 8 && text.unicodeScalars.allSatisfy { $0.properties.isASCIIHexDigit }
    }
}

extension MemberLookup.Failure {
    /// The code of the machine interface.
    package var code: MachineCode {
        switch self {
        case .unknownNick: .unknownMember
        case .ambiguousNick: .ambiguousNick
        case .revoked: .revoked
        case .notAKey: .badArgument
        }
    }

    package var sentence: String {
        switch self {
        case .unknownNick(let nick, let near):
            "no member is called \(SafeText.printable(nick, limit: 64))"
                + (near.map { "; did you mean \"\(SafeText.printable($0, limit: 64))\"?" } ?? "")
        case .ambiguousNick(let nick, let keys):
            "\(keys.count) members are called \(SafeText.printable(nick, limit: 64)) "
                + "(\(keys.map(\.short).joined(separator: ", "))); use the whole key, which /members shows"
        case .revoked(let nick): "\(SafeText.printable(nick, limit: 64)) was revoked"
        case .notAKey(let text):
            "a key has 64 hex digits, \"\(SafeText.printable(text, limit: 80))\" has \(text.count) characters"
        }
    }
}
