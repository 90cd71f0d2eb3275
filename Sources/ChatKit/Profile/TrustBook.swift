package import MeshCore
package import MeshCrypto
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

    private let file: File?
    private let contents: Mutex<Contents>

    /// In memory only.
    package init() {
        file = nil
        contents = Mutex(Contents())
    }

    /// - Throws: ``UserError`` 65 when the file cannot be understood, 77 when it cannot be read.
    package init(_ path: String, storeKey: SecretBytes) throws(UserError) {
        let file = File(path: path, storeKey)
        self.file = file
        contents = Mutex(try file.load())
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
            if contents != before { try file?.save(contents) }
            return result
        }
    }
}

extension TrustBook {
    /// Twelve bytes that tell what it is, then lines, sealed: `pin KEY NICK` and `verified KEY`.
    private struct File: Sendable {
        private static let magic = Array("mesh-trust\u{1}\n".utf8)
        private static let sizeLimit = 1 << 20

        private let path: String
        private let sealer: FileSealer

        init(path: String, _ storeKey: SecretBytes) {
            (self.path, sealer) = (path, FileSealer(storeKey, label: "mesh/1/trust"))
        }

        func load() throws(UserError) -> Contents {
            var bytes: [UInt8]?
            do {
                bytes = try OpenFile(path, for: .read).readAll(limit: Self.sizeLimit)
            } catch {
                if error.isMissing { return Contents() }
                throw UserError(.noPermission, "cannot read \(path): \(error); mend it with: chmod 600 \(path)")
            }
            guard let bytes, bytes.starts(with: Self.magic),
                let text = sealer.open(Array(bytes.dropFirst(Self.magic.count))),
                let contents = Self.contents(of: String(decoding: text, as: UTF8.self))
            else {
                throw UserError(
                    .badData,
                    "\(path) is damaged, or was made with another store key; to begin anew, and compare keys again: "
                        + Profile.putAside([path]))
            }
            return contents
        }

        private static func contents(of text: String) -> Contents? {
            var contents = Contents()
            for line in text.split(separator: "\n") {
                let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
                if parts.count == 3, parts[0] == "pin", let key = NodeID(hex: parts[1]) {
                    contents.pins[String(parts[2])] = key
                } else if parts.count == 2, parts[0] == "verified", let key = NodeID(hex: parts[1]) {
                    contents.verified.insert(key)
                } else {
                    return nil
                }
            }
            return contents
        }

        func save(_ contents: Contents) throws(UserError) {
            let pins = contents.pins.sorted { $0.key < $1.key }.map { "pin \($0.value.hex) \($0.key)\n" }
            let verified = contents.verified.sorted().map { "verified \($0.hex)\n" }
            do {
                try Folder.replace(path, with: Self.magic + sealer.seal(Array((pins + verified).joined().utf8)))
            } catch {
                throw UserError(.failed, "cannot write \(path): \(error)")
            }
        }
    }
}
