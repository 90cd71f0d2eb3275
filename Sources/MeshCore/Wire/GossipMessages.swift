/// One entry of its owner's namespace. The newest (life, version, id) of a key wins.
package struct Record: SignedContent, Equatable {
    package static let label = Label.SignatureType.record

    package var signer: NodeID
    /// The run of the owner: its wall clock in ms at start, raised above every own record that comes back.
    package var life: UInt64
    /// Grows by one with each record of a life.
    package var version: UInt64
    package var key: String
    package var value: [UInt8]

    package init(signer: NodeID, life: UInt64, version: UInt64, key: String, value: [UInt8]) {
        (self.signer, self.life, self.version) = (signer, life, version)
        (self.key, self.value) = (key, value)
    }

    package init(signer: NodeID, from reader: inout WireReader) throws(WireError) {
        self.signer = signer
        life = try reader.readSequence("life")
        version = try reader.readSequence("version")
        key = try reader.readText(limit: WireLimits.recordKey, in: "record key")
        value = try reader.readBytes(limit: WireLimits.recordValue, in: "record value")
    }

    package func encodeRest(into writer: inout WireWriter) {
        writer.write(life)
        writer.write(version)
        writer.write(text: key)
        writer.write(bytes: value)
    }

    /// Whose record a body claims to be, and its version, without decoding the rest.
    static func claimedPlace(ofBody body: [UInt8]) -> (signer: NodeID, version: UInt64)? {
        let place = 1 + Bytes32.count + 8
        guard body.count >= place + 8, let signer = claimedSigner(ofBody: body) else { return nil }
        return (signer, body[place..<place + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) })
    }

    package static func id(ofBody body: [UInt8], in network: Hash, with cryptography: any Cryptography) -> Hash {
        cryptography.hash(Label.of(.idRecord, in: network) + body)
    }
}

/// Scuttlebutt's digest. It starts with one hash over everything: equal hashes end the round, so a quiet mesh costs
/// the same at any size. `detail` follows only after a difference was seen.
package struct Digest: Sendable, Equatable, WireValue {
    /// Over all membership operations and all records.
    package var root: Hash
    package var detail: DigestDetail?

    package init(root: Hash, detail: DigestDetail? = nil) { (self.root, self.detail) = (root, detail) }

    package init(from reader: inout WireReader) throws(WireError) {
        root = try reader.readHash()
        detail = try reader.readOptional("detail") { reader throws(WireError) in try DigestDetail(from: &reader) }
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(root)
        writer.write(detail)
    }
}

package struct DigestDetail: Sendable, Equatable, WireValue {
    /// What is held of one signer's operations.
    package struct Signer: Sendable, Equatable, WireValue {
        package var signer: NodeID
        package var count: UInt32
        /// SHA-256 over the sorted operation ids.
        package var hash: Hash

        package init(signer: NodeID, count: UInt32, hash: Hash) {
            (self.signer, self.count, self.hash) = (signer, count, hash)
        }

        package init(from reader: inout WireReader) throws(WireError) {
            self.init(signer: try reader.readKey(), count: try reader.read(), hash: try reader.readHash())
        }

        package func encode(into writer: inout WireWriter) {
            writer.write(signer)
            writer.write(count)
            writer.write(hash)
        }
    }

    /// What is held of one owner's records.
    package struct Owner: Sendable, Equatable, WireValue {
        package var owner: NodeID
        /// The newest (life, version) held.
        package var life: UInt64
        package var version: UInt64
        /// SHA-256 over the record ids, in the order of their keys: finds gaps that the version would hide.
        package var hash: Hash

        package init(owner: NodeID, life: UInt64, version: UInt64, hash: Hash) {
            (self.owner, self.life, self.version, self.hash) = (owner, life, version, hash)
        }

        package init(from reader: inout WireReader) throws(WireError) {
            self.init(
                owner: try reader.readKey(), life: try reader.readSequence("life"),
                version: try reader.readSequence("version"), hash: try reader.readHash())
        }

        package func encode(into writer: inout WireWriter) {
            writer.write(owner)
            writer.write(life)
            writer.write(version)
            writer.write(hash)
        }
    }

    package var signers: [Signer]
    package var owners: [Owner]

    package init(signers: [Signer], owners: [Owner]) { (self.signers, self.owners) = (signers, owners) }

    package init(from reader: inout WireReader) throws(WireError) {
        signers = try reader.readSorted(limit: WireLimits.members, itemSize: 68, in: "signers") { $0.signer }
        owners = try reader.readSorted(limit: WireLimits.members, itemSize: 80, in: "owners") { $0.owner }
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(list: signers)
        writer.write(list: owners)
    }
}

/// Records that the peer's digest lacked, per owner in ascending (life, version).
package struct Delta: Sendable, Equatable, WireValue {
    package var records: [Signed]
    /// Nothing more follows in answer to that digest.
    package var isComplete: Bool

    package init(records: [Signed], isComplete: Bool) { (self.records, self.isComplete) = (records, isComplete) }

    package init(from reader: inout WireReader) throws(WireError) {
        records = try reader.readList(limit: WireLimits.records, itemSize: 72, in: "records")
        isComplete = try reader.readBool("complete")
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(list: records)
        writer.write(isComplete)
    }
}

/// All operation ids that the sender holds of one signer; the receiver sends what is missing.
package struct OperationIDs: Sendable, Equatable, WireValue {
    package var signer: NodeID
    package var ids: [Hash]

    package init(signer: NodeID, ids: [Hash]) { (self.signer, self.ids) = (signer, ids) }

    package init(from reader: inout WireReader) throws(WireError) {
        signer = try reader.readKey()
        ids = try reader.readSorted(limit: WireLimits.operationIDs, itemSize: 32, in: "operation ids") { $0 }
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(signer)
        writer.write(list: ids)
    }
}

package struct OperationsChunk: Sendable, Equatable, WireValue {
    package var operations: [Operation]

    package init(operations: [Operation]) { self.operations = operations }

    package init(from reader: inout WireReader) throws(WireError) {
        operations = try reader.readList(
            limit: WireLimits.operations, itemSize: Operation.minimumSize, in: "operations")
    }

    package func encode(into writer: inout WireWriter) { writer.write(list: operations) }
}
