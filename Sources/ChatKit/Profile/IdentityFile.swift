package import MeshCrypto

/// `identity.key`: who somebody is, for their eyes only. Either the seed's 32 raw bytes, or a ``SealedIdentity``.
///
/// A new identity never takes the place of another one: who loses it is a stranger to everybody.
package enum IdentityFile {
    package enum Content: Sendable {
        case raw(IdentitySeed)
        case sealed(SealedIdentity)
    }

    /// What is in the file at `path`, or nil when there is no file.
    ///
    /// - Throws: ``UserError`` 77 with the command that mends it, when the file is a link, is not a file, belongs to
    ///   somebody else, can be read or written by others, or has no identity's size; 65 when it is damaged or asks for
    ///   more than the limits of ``MeshCrypto/Scrypt/Cost``.
    package static func read(_ path: String) throws(UserError) -> Content? {
        let secret = secretFile(path)
        guard let file = try secret.open() else { return nil }
        switch try secret.status(file).size {
        case Int64(IdentitySeed.count): return .raw(IdentitySeed(try readRaw(secret, file)))
        case Int64(SealedIdentity.fileCount): return .sealed(try readSealed(secret, file))
        case let size: throw wrongSize(path, size)
        }
    }

    private static func readRaw(_ secret: SecretFile, _ file: borrowing OpenFile) throws(UserError) -> SecretBytes {
        let seed: SecretBytes
        do throws(SecretFileError) {
            seed = try SecretBytes.read(count: IdentitySeed.count, from: file.descriptor)
        } catch .system(let code) {
            throw secret.refusal(SystemError(code: code))
        } catch {
            throw UserError(.noPermission, "\(secret.path) was changed while it was read")
        }
        // What is left of a sealed identity must not become an identity that nobody knows.
        guard !seed.starts(with: SealedIdentity.magic) else { throw wrongSize(secret.path, Int64(seed.count)) }
        return seed
    }

    private static func readSealed(_ secret: SecretFile, _ file: borrowing OpenFile) throws(UserError) -> SealedIdentity
    {
        let bytes: [UInt8]?
        do throws(SystemError) {
            bytes = try file.readAll(limit: SealedIdentity.fileCount)
        } catch {
            throw secret.refusal(error)
        }
        return try parse(bytes ?? [], name: secret.path)
    }

    /// - Parameter name: what the bytes came from, for sentences.
    /// - Throws: ``UserError`` 65.
    static func parse(_ bytes: [UInt8], name: String) throws(UserError) -> SealedIdentity {
        do throws(SealedIdentity.Refusal) {
            return try SealedIdentity(file: bytes)
        } catch .tooDear {
            throw UserError(
                .badData, "\(name) asks for more memory or time than any identity file needs; bring back your copy")
        } catch {
            throw UserError(.badData, "\(name) is damaged, so the identity in it is lost; bring back your copy")
        }
    }

    private static func wrongSize(_ path: String, _ size: Int64) -> UserError {
        UserError(
            .noPermission,
            "\(path) has \(size) bytes and is no identity, which has \(IdentitySeed.count), or "
                + "\(SealedIdentity.fileCount) with a passphrase; "
                + "bring back your copy, or move it away and begin anew with: \(Profile.putAside([path]))")
    }

    // MARK: Writing

    /// Writes a new identity; on disk, its name too, when this returns.
    ///
    /// - Throws: ``UserError`` 73 when something of that name exists or the file cannot be made.
    package static func create(_ path: String, _ content: Content) throws(UserError) {
        try secretFile(path).create { file throws(SystemError) in try write(content, to: file) }
    }

    package static func create(_ path: String, _ seed: IdentitySeed) throws(UserError) {
        try create(path, .raw(seed))
    }

    /// Writes the same identity in another form; the old form is then overwritten.
    ///
    /// - Throws: ``UserError`` 73.
    package static func replace(_ path: String, _ content: Content) throws(UserError) {
        try secretFile(path).replace { file throws(SystemError) in try write(content, to: file) }
    }

    /// Removes what a killed program left; only once the identity has been opened.
    static func mend(_ path: String) throws(UserError) { try secretFile(path).mend() }

    private static func write(_ content: Content, to file: borrowing OpenFile) throws(SystemError) {
        switch content {
        case .raw(let seed): try file.write(seed.secret)
        case .sealed(let identity): try file.write(identity.file)
        }
    }

    private static func secretFile(_ path: String) -> SecretFile { SecretFile(path, worth: "your identity") }
}

extension OpenFile {
    /// Straight from its secret memory.
    func write(_ secret: SecretBytes) throws(SystemError) {
        do throws(SecretFileError) {
            try secret.write(to: descriptor)
        } catch {
            if case .system(let code) = error { throw SystemError(code: code) }
        }
    }
}
