internal import COpenSSL
internal import MeshCore

/// The self-signed X.509 certificate of a node. Every byte follows from the identity (Ed25519 is deterministic), so
/// it is the same on every machine, and a verifier can compute what it must contain from the key alone.
/// `certs/README.md` goes through it field by field.
package struct NodeCertificate: Hashable, Sendable {
    package let der: [UInt8]

    package init(of identity: IdentityKey) {
        let contents = Self.toBeSigned(for: identity.publicKey)
        let signature = identity.sign(contents)
        der = DER.sequence(contents, Self.ed25519, DER.element(DER.Tag.bitString, [0], signature.bytes))
    }

    /// RFC 7468: base 64 in lines of 64 characters.
    package var pem: String {
        var text = [UInt8](repeating: 0, count: (der.count + 2) / 3 * 4 + 1)
        // Reason for unsafe: OpenSSL writes four characters for each three bytes, and a NUL.
        let count = unsafe EVP_EncodeBlock(&text, der, CInt(der.count))
        var lines = ["-----BEGIN CERTIFICATE-----"]
        for start in stride(from: 0, to: Int(count), by: 64) {
            lines.append(String(decoding: text[start..<min(start + 64, Int(count))], as: UTF8.self))
        }
        lines.append("-----END CERTIFICATE-----\n")
        return lines.joined(separator: "\n")
    }

    /// The `TBSCertificate` (RFC 5280, section 4.1) of a key.
    static func toBeSigned(for key: NodeID) -> [UInt8] {
        let name = self.name(of: key)
        return DER.sequence(
            DER.element(DER.Tag.explicit(0), DER.element(DER.Tag.integer, [2])),
            DER.element(DER.Tag.integer, serialNumber(of: key)),
            ed25519, name, validity, name, publicKeyInfo(of: key), extensions)
    }

    /// `AlgorithmIdentifier` of Ed25519, 1.3.101.112 without parameters (RFC 8410, section 3).
    static let ed25519 = DER.sequence(DER.element(DER.Tag.objectIdentifier, [0x2B, 0x65, 0x70]))

    /// The key's first 16 bytes with the top bits set to 01: positive, never zero, always 16 bytes long.
    private static func serialNumber(of key: NodeID) -> [UInt8] {
        var serial = Array(key.rawBytes.prefix(16))
        serial[0] = serial[0] & 0x3F | 0x40
        return serial
    }

    /// One common name (2.5.4.3): the key in hex, 64 characters, which is also the most that X.520 allows.
    private static func name(of key: NodeID) -> [UInt8] {
        let commonName = DER.sequence(
            DER.element(DER.Tag.objectIdentifier, [0x55, 0x04, 0x03]),
            DER.element(DER.Tag.utf8String, Array(key.hex.utf8)))
        return DER.sequence(DER.element(DER.Tag.set, commonName))
    }

    /// Always valid: trust comes from membership, not from dates. 9999-12-31 is RFC 5280's "no end" (4.1.2.5), and
    /// years to 2049 are written as UTCTime.
    private static let validity = DER.sequence(
        DER.element(DER.Tag.utcTime, Array("000101000000Z".utf8)),
        DER.element(DER.Tag.generalizedTime, Array("99991231235959Z".utf8)))

    private static func publicKeyInfo(of key: NodeID) -> [UInt8] {
        DER.sequence(ed25519, DER.element(DER.Tag.bitString, [0], key.rawBytes))
    }

    /// Both critical: basicConstraints (2.5.29.19) without CA, keyUsage (2.5.29.15) with only digitalSignature.
    private static let extensions: [UInt8] = {
        let isCritical = DER.element(DER.Tag.boolean, [0xFF])
        let constraints = DER.sequence(
            DER.element(DER.Tag.objectIdentifier, [0x55, 0x1D, 0x13]), isCritical,
            DER.element(DER.Tag.octetString, DER.sequence()))
        let usage = DER.sequence(
            DER.element(DER.Tag.objectIdentifier, [0x55, 0x1D, 0x0F]), isCritical,
            DER.element(DER.Tag.octetString, DER.element(DER.Tag.bitString, [0x07, 0x80])))
        return DER.element(DER.Tag.explicit(3), DER.sequence(constraints, usage))
    }()
}
