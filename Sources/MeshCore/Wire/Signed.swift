/// A signed object as it travels: the body's bytes exactly as its signer wrote them, and the signature over
/// `label ‖ body`. What is verified, hashed, stored and passed on is `body`, never a re-encoding of it.
///
/// One counted reference, for it is copied more often than looked into: from message to store, queue and message.
package struct Signed: Sendable, WireValue {
    private final class Content: Sendable {
        let body: [UInt8]
        let signature: Signature

        init(_ body: [UInt8], _ signature: Signature) { (self.body, self.signature) = (body, signature) }
    }

    private let content: Content

    package var body: [UInt8] { content.body }
    package var signature: Signature { content.signature }

    /// The same body, whatever the signature? Most often it is the same object.
    func hasBody(of other: Signed) -> Bool { content === other.content || body == other.body }

    package init(body: [UInt8], signature: Signature) { content = Content(body, signature) }

    package init(from reader: inout WireReader) throws(WireError) {
        let body = try reader.readBytes(limit: WireLimits.signedBody, in: "signed body")
        self.init(body: body, signature: try reader.readSignature())
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(bytes: body)
        writer.write(signature)
    }
}

extension Signed: Hashable {
    package static func == (left: Signed, right: Signed) -> Bool {
        left.hasBody(of: right) && left.signature == right.signature
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(body)
        hasher.combine(signature)
    }
}

/// The content of a signed body. Every body begins with the format (1) and the signer's key.
package protocol SignedContent: Sendable {
    /// The label of its signature, see ``Label``.
    static var label: Label.SignatureType { get }
    var signer: NodeID { get }
    init(signer: NodeID, from reader: inout WireReader) throws(WireError)
    /// Writes everything after the signer.
    func encodeRest(into writer: inout WireWriter)
}

extension SignedContent {
    package init(body: [UInt8]) throws(WireError) {
        var reader = WireReader(body)
        let format = try reader.read(UInt8.self)
        guard format == WireLimits.bodyFormat else { throw .unknownFormat(format) }
        try self.init(signer: try reader.readKey(), from: &reader)
        try reader.finish()
    }

    package func body() -> [UInt8] {
        var writer = WireWriter()
        writer.write(WireLimits.bodyFormat)
        writer.write(signer)
        encodeRest(into: &writer)
        return writer.bytes
    }

    /// The only way this node signs anything. `content.signer` must be this node.
    package func signed(in network: Hash, with cryptography: any Cryptography) -> Signed {
        precondition(signer == cryptography.publicKey, "a node signs only under its own key")
        let body = body()
        return Signed(body: body, signature: cryptography.sign(Label.signature(Self.label, in: network) + body))
    }

    /// The content if the signature is good. The signer's key is checked before the signature.
    package static func verified(
        _ signed: Signed, in network: Hash, with cryptography: any Cryptography
    ) throws(VerificationError) -> Self {
        let content: Self
        do { content = try Self(body: signed.body) } catch { throw .malformed(error) }
        try content.check(signed, in: network, with: cryptography)
        return content
    }

    /// For content that was decoded from `signed` already: are its signer's key and the signature good?
    package func check(
        _ signed: Signed, in network: Hash, with cryptography: any Cryptography
    ) throws(VerificationError) {
        guard cryptography.isAcceptable(signer) else { throw .unacceptableKey(signer) }
        let bytes = Label.signature(Self.label, in: network) + signed.body
        guard cryptography.verify(signed.signature, of: bytes, by: signer) else { throw .badSignature }
    }

    /// The signer that a body claims, without decoding the rest.
    package static func claimedSigner(ofBody body: [UInt8]) -> NodeID? {
        body.count > Bytes32.count ? NodeID(body[1...Bytes32.count]) : nil
    }
}

package enum VerificationError: Error, Hashable, Sendable {
    case malformed(WireError)
    case unacceptableKey(NodeID)
    case badSignature

    /// The counter that a rejected object increments.
    package var counter: String {
        switch self {
        case .malformed(let error): error.counter
        case .unacceptableKey: "refused.unacceptableKey"
        case .badSignature: "refused.badSignature"
        }
    }
}
