package import MeshCore

/// Why a certificate is refused.
package enum CertificateRefusal: Error, Hashable {
    /// The other end sent none, or more than one.
    case chainLength(Int)
    /// Not a DER certificate.
    case malformed
    /// Its key is of another kind.
    case notEd25519
    /// Its key is one that ``KeyAcceptance`` refuses.
    case weakKey
    /// Something in it does not follow from its key: name, serial, dates, extensions, algorithms.
    case foreignContents
    /// It is the certificate of another node than the one dialled.
    case unexpectedKey(NodeID)
}

extension NodeCertificate {
    /// What TLS received: the leaf, of a chain of `count`. Returns the key, which TLS's CertificateVerify has yet to
    /// prove.
    package static func verify(
        leaf: [UInt8]?, ofChain count: Int, expected: NodeID?
    ) throws(CertificateRefusal) -> NodeID {
        guard count == 1, let leaf else { throw .chainLength(count) }
        return try verify(der: leaf, expected: expected)
    }

    /// The signature inside is not checked: TLS proves possession of the key, and all that a signature could vouch
    /// for is compared with what the key demands. Checking it would add a fifth to the cost of a handshake.
    package static func verify(der: [UInt8], expected: NodeID?) throws(CertificateRefusal) -> NodeID {
        let parts = try Parts(der)
        let key = try parts.publicKey()
        guard KeyAcceptance.isAcceptable(key) else { throw .weakKey }
        guard parts.toBeSigned.elementsEqual(toBeSigned(for: key)), parts.algorithm.elementsEqual(ed25519),
            parts.signature.count == 1 + Signature.count, parts.signature.first == 0
        else { throw .foreignContents }
        if let expected, expected != key { throw .unexpectedKey(key) }
        return key
    }
}

/// The outermost elements of a certificate (RFC 5280, section 4.1).
private struct Parts {
    let toBeSigned: ArraySlice<UInt8>
    let algorithm: ArraySlice<UInt8>
    let signature: ArraySlice<UInt8>

    init(_ der: [UInt8]) throws(CertificateRefusal) {
        var outer = DERReader(der[...])
        guard let certificate = outer.read(DER.Tag.sequence), outer.isAtEnd else { throw .malformed }
        var reader = DERReader(certificate.contents)
        guard let toBeSigned = reader.read(DER.Tag.sequence), let algorithm = reader.read(DER.Tag.sequence),
            let signature = reader.read(DER.Tag.bitString), reader.isAtEnd
        else { throw .malformed }
        self.toBeSigned = toBeSigned.whole
        self.algorithm = algorithm.whole
        self.signature = signature.contents
    }

    /// Walks to `subjectPublicKeyInfo`, passing over what stands before it.
    func publicKey() throws(CertificateRefusal) -> NodeID {
        var outer = DERReader(toBeSigned)
        guard let contents = outer.read(DER.Tag.sequence)?.contents else { throw .malformed }
        var reader = DERReader(contents)
        guard reader.read(DER.Tag.explicit(0)) != nil, reader.read(DER.Tag.integer) != nil,
            reader.read(DER.Tag.sequence) != nil, reader.read(DER.Tag.sequence) != nil,
            reader.read(DER.Tag.sequence) != nil, reader.read(DER.Tag.sequence) != nil,
            let information = reader.read(DER.Tag.sequence)?.contents
        else { throw .malformed }
        var fields = DERReader(information)
        guard let algorithm = fields.read(DER.Tag.sequence)?.whole, let bits = fields.read(DER.Tag.bitString)?.contents
        else { throw .malformed }
        guard algorithm.elementsEqual(NodeCertificate.ed25519) else { throw .notEd25519 }
        guard bits.first == 0, let key = NodeID(bits.dropFirst()) else { throw .malformed }
        return key
    }
}
