package import MeshCore
internal import Synchronization

/// What this user has settled about keys: which key goes by which nick, and which keys were compared by voice.
///
/// The first key seen under a nick is pinned to it. Another one under the same nick later may be the same person
/// with a new machine, or somebody who wants to read what is meant for them: direct messages to the nick wait until
/// the user says `/trust`.
package final class TrustBook: Sendable {
    package struct Contents: Equatable, Sendable {
        package var pins: [String: NodeID] = [:]
        package var verified: Set<NodeID> = []
    }

    private static let pinLimit = 4_096
    private static let fileLimit = 1 << 20

    private let path: String?
    private let contents: Mutex<Contents>

    /// - Parameter path: nil keeps it in memory.
    /// - Throws: ``UserError`` 65 when the file cannot be understood, 77 when it cannot be read.
    package init(_ path: String?) throws(UserError) {
        self.path = path
        contents = Mutex(try path.map { path throws(UserError) in try Self.load(path) } ?? Contents())
    }

    /// The key pinned to `nick`, if there is one.
    package func pinnedKey(_ nick: String) -> NodeID? { contents.withLock { $0.pins[nick] } }

    package func isVerified(_ key: NodeID) -> Bool { contents.withLock { $0.verified.contains(key) } }

    /// Takes notice of a member; returns the key known before when this is a new one behind the nick.
    @discardableResult
    package func meet(_ key: NodeID, nick: String) throws(UserError) -> NodeID? {
        try change { contents in
            if let known = contents.pins[nick] { return known == key ? nil : known }
            if contents.pins.count < Self.pinLimit { contents.pins[nick] = key }
            return nil
        }
    }

    /// The user says that this key is the one behind the nick from now on.
    package func trust(_ key: NodeID, nick: String) throws(UserError) {
        try change { $0.pins[nick] = key }
    }

    /// The user has compared the safety number.
    package func markVerified(_ key: NodeID) throws(UserError) {
        try change { _ = $0.verified.insert(key) }
    }

    private func change<Result: Sendable>(
        _ body: (inout sending Contents) -> sending Result
    ) throws(UserError) -> Result {
        try contents.withLock { contents throws(UserError) in
            let before = contents
            let result = body(&contents)
            if contents != before, let path { try Self.save(contents, to: path) }
            return result
        }
    }

    // One line each: `pin KEY NICK` and `verified KEY`.

    private static func load(_ path: String) throws(UserError) -> Contents {
        var bytes: [UInt8]?
        do {
            bytes = try OpenFile(path, for: .read).readAll(limit: fileLimit)
        } catch {
            if error.isMissing { return Contents() }
            throw UserError(.noPermission, "cannot read \(path): \(error); mend it with: chmod 600 \(path)")
        }
        var contents = Contents()
        for (index, line) in String(decoding: bytes ?? [], as: UTF8.self).split(separator: "\n").enumerated() {
            let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
            if parts.count == 3, parts[0] == "pin", let key = NodeID(hex: parts[1]) {
                contents.pins[String(parts[2])] = key
            } else if parts.count == 2, parts[0] == "verified", let key = NodeID(hex: parts[1]) {
                contents.verified.insert(key)
            } else {
                throw UserError(.badData, "\(path): line \(index + 1) is damaged; move the file away to begin anew")
            }
        }
        return contents
    }

    private static func save(_ contents: Contents, to path: String) throws(UserError) {
        let pins = contents.pins.sorted { $0.key < $1.key }.map { "pin \($0.value.hex) \($0.key)\n" }
        let verified = contents.verified.sorted().map { "verified \($0.hex)\n" }
        do {
            try Folder.replace(path, with: Array((pins + verified).joined().utf8))
        } catch {
            throw UserError(.failed, "cannot write \(path): \(error)")
        }
    }
}
