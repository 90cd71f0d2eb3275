internal import MeshCore
internal import MeshCrypto

/// Seals and opens rows with keys that only the store key and the identity together give.
///
/// A row's keys are HKDF-SHA256 (RFC 5869) of the store key with the row's own 16 random bytes as salt, and as info
/// "mesh/1/store", u8 table, identity (32 bytes, zeros in `meta`), u64 row number, u32 format, u8 purpose (0 content,
/// 1 secret). Each encrypts one thing with ChaCha20-Poly1305 (RFC 8439) under nonce zero; a row that is written again
/// gets a new salt. Integers are little-endian.
struct RowSealer: Sendable {
    /// Counts the forms of rows. A schema version that changes them gives this its own number.
    static let format: UInt32 = 1
    static let label = Array("mesh/1/store".utf8)

    private enum Purpose: UInt8 { case content, secret }

    private let storeKey: SecretBytes
    private let identity: NodeID
    private let lookupKey: SecretBytes

    init(storeKey: SecretBytes, identity: NodeID) {
        (self.storeKey, self.identity) = (storeKey, identity)
        lookupKey = HKDF.derive(
            from: storeKey, salt: [], info: Self.label + Array("/lookup".utf8) + identity.rawBytes,
            count: ChaChaPoly.keyCount)
    }

    /// The keyed hash that rows are found by: the first 16 bytes of HMAC-SHA256 under the lookup key, which is
    /// HKDF-SHA256 of the store key without salt, info "mesh/1/store/lookup" and identity.
    func tag(_ column: LookupColumn, _ value: [UInt8]) -> [UInt8] {
        var code = HMAC(key: lookupKey)
        code.update([column.rawValue])
        code.update(value)
        return Array(code.finalize().prefix(StoreLimits.tag))
    }

    func seal(
        _ content: [UInt8], secret: SecretBytes? = nil, in table: StoreTable, id: Int64, tag: [UInt8],
        place: [UInt8]? = nil
    ) throws(StoreError) -> SealedRow {
        guard let padded = RowPadding.pad(content, smallest: table.smallestContent) else { throw .tooLarge }
        let salt = RandomBytes.make(StoreLimits.salt)
        let extracted = HKDF.extract(from: storeKey, salt: salt)
        let wrapped = secret.map { ChaChaPoly.seal($0, with: expand(extracted, .secret, table, id)) }
        let sealed = ChaChaPoly.seal(
            padded, with: expand(extracted, .content, table, id),
            authenticating: associatedData(table, id, tag, place, wrapped))
        return SealedRow(id: id, tag: tag, place: place, sealed: sealed, salt: salt, key: wrapped)
    }

    /// Nil when anything in the row is not as it was written.
    func open(_ row: SealedRow, in table: StoreTable) -> (content: [UInt8], secret: SecretBytes?)? {
        let extracted = HKDF.extract(from: storeKey, salt: row.salt)
        let padded = ChaChaPoly.open(
            row.sealed, with: expand(extracted, .content, table, row.id),
            authenticating: associatedData(table, row.id, row.tag, row.place, row.key))
        guard let padded, let content = RowPadding.unpad(padded) else { return nil }
        guard let key = row.key else { return (content, nil) }
        guard let secret = ChaChaPoly.openSecret(key, with: expand(extracted, .secret, table, row.id)),
            secret.count == ChaChaPoly.keyCount
        else { return nil }
        return (content, secret)
    }

    private func expand(_ extracted: SecretBytes, _ purpose: Purpose, _ table: StoreTable, _ id: Int64) -> SecretBytes {
        HKDF.expand(extracted, info: name(of: table, id) + [purpose.rawValue], count: ChaChaPoly.keyCount)
    }

    /// The row's name, then tag, place and wrapped key, each with its length.
    private func associatedData(
        _ table: StoreTable, _ id: Int64, _ tag: [UInt8], _ place: [UInt8]?, _ key: [UInt8]?
    ) -> [UInt8] {
        var writer = WireWriter()
        writer.write(raw: name(of: table, id))
        for column in [tag, place ?? [], key ?? []] { writer.write(bytes: column) }
        return writer.bytes
    }

    private func name(of table: StoreTable, _ id: Int64) -> [UInt8] {
        var writer = WireWriter()
        writer.write(raw: Self.label)
        writer.write(table.rawValue)
        // A store of another identity can say whose it is.
        writer.write(table == .meta ? .zero : identity.bytes)
        writer.write(UInt64(bitPattern: id))
        writer.write(Self.format)
        return writer.bytes
    }
}

/// What a keyed hash is of.
enum LookupColumn: UInt8 {
    case meta = 1
    case message
    case place
    case chain
    case ownChain
    case prekey
    case letter
    case member
}
