internal import MeshCore
internal import MeshCrypto

/// An identity from anywhere: 32 raw bytes, 64 hex digits, or a sealed identity, for whoever keeps keys elsewhere.
enum KeypairFile {
    private static let sizeLimit = 256

    /// - Throws: ``UserError`` 65 for a file that holds none, 77 for a wrong passphrase or a file that cannot be read.
    static func load(
        _ path: String, _ passphrase: PassphraseSource, say: (String) -> Void
    ) throws(UserError) -> Identity {
        let name = path == "-" ? "standard input" : path
        if path != "-", case .raw(let seed)? = try? IdentityFile.read(path) {
            try passphrase.discard(name, say: say)
            return Identity(seed: seed)
        }
        var bytes = try read(path)
        // The buffer held a secret; it is overwritten before its memory goes back.
        defer { for index in bytes.indices { bytes[index] = 0 } }
        if bytes.starts(with: SealedIdentity.magic) {
            return try Identity.open(try IdentityFile.parse(bytes, name: name), name: name, passphrase, say: say)
        }
        guard let seed = IdentitySeed(bytes: bytes) ?? seed(hex: bytes) else {
            throw UserError(
                .badData,
                "\(name) holds neither 32 raw bytes nor 64 hex digits nor what mesh-node id export wrote, "
                    + "so it is no identity")
        }
        try passphrase.discard(name, say: say)
        return Identity(seed: seed)
    }

    private static func seed(hex bytes: [UInt8]) -> IdentitySeed? {
        let text = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
        return Hex.decode(text).flatMap { IdentitySeed(bytes: $0) }
    }

    private static func read(_ path: String) throws(UserError) -> [UInt8] {
        do {
            if path != "-" { return try OpenFile(path, for: .read).readAll(limit: sizeLimit) ?? [] }
            return try Descriptor.read(0) ?? []
        } catch {
            throw UserError(.noPermission, "cannot read \(path): \(error)")
        }
    }
}
