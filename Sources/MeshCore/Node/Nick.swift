/// What may be a nick: 1 to 32 characters without control, format, separator or bidirectional ones. A claim of its
/// owner, unique only with the key beside it.
package enum Nick {
    package static let maximumScalars = 32

    /// The nick, or nil if it may not be one.
    package static func valid(_ nick: String) -> String? { problem(with: nick) == nil ? nick : nil }

    /// Why this may not be a nick, as the end of a sentence that begins "a nick"; nil if it may.
    package static func problem(with nick: String) -> String? {
        let scalars = nick.unicodeScalars
        if scalars.isEmpty { return "has at least one character" }
        if scalars.count > maximumScalars { return "has at most \(maximumScalars) characters" }
        if nick.utf8.count > WireLimits.nick { return "has at most \(WireLimits.nick) bytes" }
        if scalars.first?.properties.isWhitespace == true || scalars.last?.properties.isWhitespace == true {
            return "does not begin or end with a space"
        }
        if let bad = scalars.first(where: isForbidden) {
            return "has no control or invisible characters (U+\(String(bad.value, radix: 16, uppercase: true)))"
        }
        return nil
    }

    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.properties.isNoncharacterCodePoint { return true }
        return switch scalar.properties.generalCategory {
        // Not the unassigned ones: what is assigned differs between Unicode versions, and nodes of two versions must
        // agree on which records are good.
        case .control, .format, .surrogate, .privateUse, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
