/// The first frame of the dialler: who I am, on this very connection, and of which network.
package struct Hello: SignedContent, Equatable {
    package static let label = Label.SignatureType.hello

    package enum Mode: UInt8, Sendable { case clear = 0, tls = 1 }

    package var signer: NodeID
    /// TLS: the certificate's key, always. Clear: the key expected, if any.
    package var to: NodeID?
    package var mode: Mode
    package var channel: Hash
    package var versionMin: UInt16
    package var versionMax: UInt16
    /// Zero when memberless, else HMAC-SHA256(networkID, L0("tag") ‖ channel ‖ signer): the networkID is never shown
    /// to whoever merely answers at an address.
    package var network: Hash
    package var features: Features
    /// Only of a memberless node: a claim, shown to whoever decides about an invitation.
    package var nick: String?
    /// The TCP port this node listens on, 0 for none.
    package var port: UInt16

    /// What the topology rules of the other end need to know (topology, 4.4).
    package struct Features: OptionSet, Sendable, Hashable {
        package let rawValue: UInt64
        package init(rawValue: UInt64) { self.rawValue = rawValue }
        /// Has never published its links.
        package static let fresh = Features(rawValue: 1)
        /// Has no link and four of its dials have failed by the network.
        package static let urgent = Features(rawValue: 2)
        /// Cannot be dialled.
        package static let undiallable = Features(rawValue: 4)
    }

    package init(
        signer: NodeID, to: NodeID?, mode: Mode, channel: Hash, versionMin: UInt16 = WireLimits.protocolVersion,
        versionMax: UInt16 = WireLimits.protocolVersion, network: Hash, features: Features, nick: String?, port: UInt16
    ) {
        (self.signer, self.to, self.mode, self.channel) = (signer, to, mode, channel)
        (self.versionMin, self.versionMax, self.network) = (versionMin, versionMax, network)
        (self.features, self.nick, self.port) = (features, nick, port)
    }

    package init(signer: NodeID, from reader: inout WireReader) throws(WireError) {
        self.signer = signer
        to = try reader.readOptional("to") { reader throws(WireError) in try reader.readKey() }
        let tag = try reader.read(UInt8.self)
        guard let mode = Mode(rawValue: tag) else { throw .unknownTag(UInt32(tag), in: "mode") }
        self.mode = mode
        channel = try reader.readHash()
        versionMin = try reader.read()
        versionMax = try reader.read()
        network = try reader.readHash()
        features = Features(rawValue: try reader.read())
        nick = try reader.readOptional("nick") { reader throws(WireError) in
            try reader.readText(limit: WireLimits.nick, in: "nick")
        }
        port = try reader.read()
    }

    package func encodeRest(into writer: inout WireWriter) {
        writer.write(to)
        writer.write(mode.rawValue)
        writer.write(channel)
        writer.write(versionMin)
        writer.write(versionMax)
        writer.write(network)
        writer.write(features.rawValue)
        writer.write(text: nick)
        writer.write(port)
    }
}

/// A member and where it can be dialled.
package struct Contact: Sendable, Equatable, WireValue {
    package var key: NodeID
    package var endpoint: String

    package init(key: NodeID, endpoint: String) { (self.key, self.endpoint) = (key, endpoint) }

    package init(from reader: inout WireReader) throws(WireError) {
        key = try reader.readKey()
        endpoint = try reader.readText(limit: Endpoint.maximumLength, in: "endpoint")
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(key)
        writer.write(text: endpoint)
    }
}

/// What a newcomer needs to check that both ends are members: the genesis, and a shortest path of invitations to
/// each.
package struct AdmissionProof: Sendable, Equatable, WireValue {
    package var genesis: Signed
    package var operations: [Operation]

    package init(genesis: Signed, operations: [Operation]) {
        (self.genesis, self.operations) = (genesis, operations)
    }

    package init(from reader: inout WireReader) throws(WireError) {
        genesis = try Signed(from: &reader)
        operations = try reader.readList(
            limit: WireLimits.admissionOperations, itemSize: Operation.minimumSize, in: "admission")
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(genesis)
        writer.write(list: operations)
    }
}

/// "You are admitted, so am I, and this is our network": gossip flows from here on.
package struct Welcome: SignedContent, Equatable {
    package static let label = Label.SignatureType.welcome

    package var signer: NodeID
    /// SHA-256 of the HELLO's `Signed` bytes.
    package var hello: Hash
    package var channel: Hash
    package var version: UInt16
    package var network: Hash
    package var features: Hello.Features
    /// Only to a newcomer.
    package var admission: AdmissionProof?
    package var others: [Contact]

    package init(
        signer: NodeID, hello: Hash, channel: Hash, version: UInt16, network: Hash, features: Hello.Features,
        admission: AdmissionProof?, others: [Contact]
    ) {
        (self.signer, self.hello, self.channel, self.version) = (signer, hello, channel, version)
        (self.network, self.features, self.admission, self.others) = (network, features, admission, others)
    }

    package init(signer: NodeID, from reader: inout WireReader) throws(WireError) {
        self.signer = signer
        hello = try reader.readHash()
        channel = try reader.readHash()
        version = try reader.read()
        network = try reader.readHash()
        features = Hello.Features(rawValue: try reader.read())
        admission = try reader.readOptional("admission") { reader throws(WireError) in
            try AdmissionProof(from: &reader)
        }
        others = try reader.readList(limit: WireLimits.others, itemSize: 40, in: "others")
    }

    package func encodeRest(into writer: inout WireWriter) {
        writer.write(hello)
        writer.write(channel)
        writer.write(version)
        writer.write(network)
        writer.write(features.rawValue)
        writer.write(admission)
        writer.write(list: others)
    }
}

/// "No": one fixed answer to a stranger, a reason to others.
package struct Reject: SignedContent, Equatable {
    package static let label = Label.SignatureType.reject

    package enum Reason: UInt32, Sendable, CaseIterable {
        case notInvited = 0, revoked = 1, full = 2, version = 3, otherNetwork = 4
    }

    package var signer: NodeID
    package var hello: Hash
    package var channel: Hash
    package var reason: Reason
    /// For `revoked`: the revocation itself.
    package var proof: Operation?
    /// To members only: whom to try instead.
    package var others: [Contact]

    package init(
        signer: NodeID, hello: Hash, channel: Hash, reason: Reason, proof: Operation?, others: [Contact]
    ) {
        (self.signer, self.hello, self.channel) = (signer, hello, channel)
        (self.reason, self.proof, self.others) = (reason, proof, others)
    }

    package init(signer: NodeID, from reader: inout WireReader) throws(WireError) {
        self.signer = signer
        hello = try reader.readHash()
        channel = try reader.readHash()
        let tag = try reader.read(UInt32.self)
        guard let reason = Reason(rawValue: tag) else { throw .unknownTag(tag, in: "reject reason") }
        self.reason = reason
        proof = try reader.readOptional("proof") { reader throws(WireError) in try Operation(from: &reader) }
        others = try reader.readList(limit: WireLimits.others, itemSize: 40, in: "others")
    }

    package func encodeRest(into writer: inout WireWriter) {
        writer.write(hello)
        writer.write(channel)
        writer.write(reason.rawValue)
        writer.write(proof)
        writer.write(list: others)
    }
}
